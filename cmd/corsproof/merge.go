package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/harness/report"
)

func init() {
	commands = append(commands, command{"merge", "results.jsonl...", "join the results of shards to those of one run", merge})
}

func merge(_ context.Context, s streams, args []string) error {
	f := newFlags("merge", "results.jsonl...", s)
	out := f.String("out", "out", "folder for results.jsonl and the reports")
	args, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return usageError("corsproof merge: name the results.jsonl of each shard, or its folder")
	}
	if *out == "" {
		return usageError("corsproof merge: -out is empty: it is the folder for results.jsonl and the reports")
	}
	var parts []record.Part
	var unread error
	for _, path := range args {
		some, err := readParts(path)
		parts, unread = append(parts, some...), errors.Join(unread, err)
	}
	if unread != nil {
		return exitError{exitUsage, unread}
	}
	info, records, err := record.Merge(parts)
	if err != nil {
		return exitError{exitUsage, err}
	}
	if err := writable(*out); err != nil {
		return cannotRun(fmt.Errorf("corsproof merge: cannot write to -out %s: %w", *out, err))
	}
	return conclude(s, *out, info, records)
}

// readParts reads a file of results, or the one in a folder.
func readParts(path string) ([]record.Part, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, resultsName)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("corsproof merge: %w; corsproof run -shard writes it", err)
	}
	defer file.Close()
	return record.ReadParts(file)
}

// conclude writes results and their reports to a folder, shows the summary, and
// returns what the command must exit with.
func conclude(s streams, folder string, info record.Run, records []record.Record) error {
	if err := writeReports(folder, info, records); err != nil {
		return cannotRun(err)
	}
	// A reader who has seen enough (corsproof run | head) changes no result.
	if err := report.Text(s.out, info, records, textOptions(s.out)); err != nil && !errors.Is(err, syscall.EPIPE) {
		return cannotRun(err)
	}
	fmt.Fprintf(s.out, "\n%s\n%s\n", filepath.Join(folder, resultsName), filepath.Join(folder, reportName))
	return exitOf(info, records)
}
