package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/corsproof/corsproof/fuzz"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
)

func init() {
	commands = append(commands, command{"fuzz", "", "random scenarios, oracle against browser", fuzzing})
}

func fuzzing(ctx context.Context, s streams, args []string) error {
	f := newFlags("fuzz", "", s)
	chosen := choosing(f, "the browser to run in: chromium, firefox, webkit or an address")
	n := f.Int("n", 1000, "how many cases")
	from := f.Int("from", 0, "the number of the first case of the seed")
	seed := f.Uint64("seed", 0, "the same seed makes the same cases; 0: today's, the date as a number")
	out := f.String("out", filepath.Join("out", "fuzz"), "folder for the scenario files of what is found")
	verbose := f.Bool("verbose", false, "say what the harness does")
	if _, err := parse(f, args); err != nil {
		return err
	}
	switch {
	case strings.Contains(*chosen.list, ",") || *chosen.list == browser.Every:
		return usageError("corsproof fuzz: -browsers %q: random cases run in one browser at a time", browser.WithoutSecrets(*chosen.list))
	case *n < 1:
		return usageError("corsproof fuzz: -n %d: at least one case", *n)
	case *from < 0:
		return usageError("corsproof fuzz: -from %d: the first case of a seed is number 0", *from)
	case *out == "":
		return usageError("corsproof fuzz: -out is empty: it is the folder for the scenario files of what is found")
	}
	if err := writable(*out); err != nil {
		return cannotRun(fmt.Errorf("corsproof fuzz: cannot write to -out %s: %w", *out, err))
	}
	if *seed == 0 {
		*seed = today(time.Now())
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	found, err := findBrowsers(ctx, s, "fuzz", chosen, false)
	if err != nil {
		return err
	}
	progress := newProgress(s.err)
	var unwritten error
	o := fuzz.Options{
		N: *n, From: *from, Seed: *seed, Browser: found[0],
		Progress: func(p fuzz.Progress) {
			if p.Shrinking == 0 {
				progress.show(harness.Progress{Done: p.Done, Total: p.Total, Unexpected: p.Disagree})
				return
			}
			progress.draw(false, func(time.Time) string {
				return fmt.Sprintf("%d/%d  making %d disagreements small", p.Done, p.Total, p.Shrinking)
			})
		},
		Found: func(f *fuzz.Finding) {
			path := filepath.Join(*out, f.Name+".yaml")
			unwritten = errors.Join(unwritten, writeFile(path, func(w io.Writer) error {
				_, err := io.WriteString(w, f.Text)
				return err
			}))
			progress.line(path)
		},
	}
	if *verbose {
		o.Log = func(format string, args ...any) { progress.line(fmt.Sprintf(format, args...)) }
	}
	summary, err := fuzz.Run(ctx, o)
	progress.clear()
	fmt.Fprint(s.out, summary.Text())
	for _, f := range summary.Findings {
		fmt.Fprintf(s.out, "\n%s  %s, %s\n", filepath.Join(*out, f.Name+".yaml"), f.Verdict, f.State)
		for _, p := range f.Problems {
			fmt.Fprintf(s.out, "  %s\n", p)
		}
		if len(f.More) > 0 {
			fmt.Fprintf(s.out, "  probably the same: %d more, such as %s\n", len(f.More), f.More[0])
		}
	}
	switch {
	case ctx.Err() != nil:
		return cannotRun(fmt.Errorf("corsproof fuzz: interrupted after %d of %d cases", summary.Cases, *n))
	case err != nil:
		return cannotRun(err)
	case unwritten != nil:
		return cannotRun(unwritten)
	case len(summary.Findings) > 0:
		return errUnexpected
	}
	fmt.Fprintln(s.out, "\nNothing that is not known already.")
	return nil
}

// today is the seed of a day: 20261123.
func today(now time.Time) uint64 {
	year, month, day := now.UTC().Date()
	return uint64(year*10000 + int(month)*100 + day)
}
