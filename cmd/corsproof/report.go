package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/harness/report"
)

func init() {
	commands = append(commands, command{"report", "[results.jsonl]", "render results again: text, html, junit, markdown, comparison", renderReport})
}

func renderReport(_ context.Context, s streams, args []string) error {
	f := newFlags("report", "[results.jsonl]", s)
	format := f.String("format", "text", "text, html, junit, markdown or comparison (of engines); written to stdout")
	args, err := parse(f, args)
	if err != nil {
		return err
	}
	path := filepath.Join("out", "results.jsonl")
	switch len(args) {
	case 0:
	case 1:
		path = args[0]
	default:
		return usageError("corsproof report: %d files; it renders one at a time", len(args))
	}
	file, err := os.Open(path)
	if err != nil {
		return usageError("corsproof report: %w; corsproof run writes results", err)
	}
	defer file.Close()
	info, records, err := record.Read(file)
	if err != nil {
		return exitError{exitUsage, err}
	}
	if *format == "text" {
		return report.Text(s.out, info, records, textOptions(s.out))
	}
	found, err := report.Find(*format)
	if err != nil {
		return exitError{exitUsage, err}
	}
	if err := found.Write(s.out, info, records); err != nil {
		return cannotRun(fmt.Errorf("corsproof report: %w", err))
	}
	return nil
}
