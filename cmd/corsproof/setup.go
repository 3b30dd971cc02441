package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/setup"
)

func init() {
	commands = append(commands, command{"setup", "", "find or install what a run needs", runSetup})
}

func runSetup(ctx context.Context, s streams, args []string) error {
	f := newFlags("setup", "", s)
	list := f.String("browsers", browser.Chromium, "browsers to find or install: chromium, firefox, webkit, with commas between; all for all three")
	grid := f.Bool("grid", false, "find or install a Selenium Grid as well, which only corsproof's own tests need")
	if _, err := parse(f, args); err != nil {
		return err
	}
	names := strings.Split(*list, ",")
	if *list == browser.Every {
		names = browser.Engines()
	}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	// Browsers somewhere else are there, or not.
	names = slices.DeleteFunc(names, func(name string) bool { return name == remoteName || browser.IsAddress(name) })
	ctx, stop := untilSignal(ctx)
	defer stop()
	err := setup.Run(ctx, setup.Options{Out: s.out, CI: os.Getenv("CI") != "", Browsers: names, Grid: *grid})
	if _, unknown := errors.AsType[*browser.EngineError](err); unknown {
		return usageError("corsproof setup: -browsers: %w", err)
	}
	if err != nil {
		return cannotRun(err)
	}
	return nil
}
