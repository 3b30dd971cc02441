package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/harness/report"
)

func init() {
	commands = append(commands, command{"run", "[ids|globs|files...]", "run scenarios in a browser and judge what it did", run})
}

func run(ctx context.Context, s streams, args []string) error {
	f := newFlags("run", "[ids|globs|files...]", s)
	chosen := choosing(f, browsersUsage)
	out := f.String("out", "out", "folder for results.jsonl and the reports")
	part := f.String("shard", "", "run a part only, 2/8 is the second of eight; corsproof merge joins them")
	headed := f.Bool("headed", false, "show the browser's window")
	reach := reaching(f)
	pause := f.Bool("pause", false, "keep the browser open until Enter is pressed")
	verbose := f.Bool("verbose", false, "say what the harness does")
	args, err := parse(f, args)
	if err != nil {
		return err
	}
	shard, err := shardOf(s, "run", *part)
	if err != nil {
		return err
	}
	permutations, err := selected(args)
	if err != nil {
		return err
	}
	if err := runnable(permutations); err != nil {
		return err
	}
	if *out == "" {
		return usageError("corsproof run: -out is empty: it is the folder for results.jsonl and the reports")
	}
	// Now: nobody wants to hear of it after the run.
	if err := writable(*out); err != nil {
		return cannotRun(fmt.Errorf("corsproof run: cannot write to -out %s: %w", *out, err))
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	found, err := findBrowsers(ctx, s, "run", chosen, *headed)
	if err != nil {
		return err
	}
	progress := newProgress(s.err)
	var records []record.Record
	o := harness.Options{
		Permutations: permutations, Browsers: found, Headed: *headed, Shard: shard,
		Advertise: *reach.advertise, Listen: *reach.listen,
		Record: func(r record.Record) { records = append(records, r) }, Progress: progress.show,
	}
	if *verbose {
		o.Log = func(format string, args ...any) { progress.line(fmt.Sprintf(format, args...)) }
	}
	if *pause {
		o.Pause = func() {
			progress.line("The browser stays open. Press Enter to go on.")
			waitForEnter(ctx, s.in)
		}
	}
	info, err := harness.Run(ctx, o)
	progress.clear()
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return cannotRun(errors.New("corsproof run: interrupted, nothing was written"))
		}
		return cannotRun(err)
	}
	info.Flags = f.given(args)
	return conclude(s, *out, info, records)
}

func exitOf(info record.Run, records []record.Record) error {
	switch code := record.Summarise(info, records).ExitCode(); code {
	case exitOK:
		return nil
	default:
		return exitError{code, errors.New("")}
	}
}

const (
	resultsName = "results.jsonl"
	reportName  = "report.html"
)

// writeReports writes the results and each report that is a function of them.
func writeReports(folder string, info record.Run, records []record.Record) error {
	if err := writeFile(filepath.Join(folder, resultsName), func(w io.Writer) error { return record.Write(w, info, records) }); err != nil {
		return err
	}
	return writeFile(filepath.Join(folder, reportName), func(w io.Writer) error { return report.HTML(w, info, records) })
}

// writable makes a folder, if it is not there, and tries to write in it.
func writable(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, temporaryName)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

const temporaryName = ".corsproof-*"

// writeFile writes a file whole or not at all.
func writeFile(path string, write func(io.Writer) error) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), temporaryName)
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	w := bufio.NewWriter(temporary)
	if err := errors.Join(write(w), w.Flush(), temporary.Chmod(0o644), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

func waitForEnter(ctx context.Context, in io.Reader) {
	pressed := make(chan struct{})
	go func() {
		defer close(pressed)
		bufio.NewReader(in).ReadString('\n')
	}()
	select {
	case <-pressed:
	case <-ctx.Done():
	}
}
