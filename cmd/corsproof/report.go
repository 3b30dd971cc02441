package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/harness/report"
)

func init() {
	commands = append(commands, command{"report", "[results.jsonl...]", "render results again: text, html, junit, markdown", renderReport})
}

func renderReport(_ context.Context, s streams, args []string) error {
	f := newFlags("report", "[results.jsonl...]", s)
	format := f.String("format", "text", "text, html, junit or markdown; written to stdout")
	args, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{filepath.Join("out", "results.jsonl")}
	}
	var readers []io.Reader
	for _, path := range args {
		file, err := os.Open(path)
		if err != nil {
			return usageError("corsproof report: %w; corsproof run writes results", err)
		}
		defer file.Close()
		readers = append(readers, file)
	}
	info, records, err := record.Read(io.MultiReader(readers...))
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
