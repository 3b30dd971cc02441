package main

import (
	"context"
	"os"

	"github.com/corsproof/corsproof/setup"
)

func init() {
	commands = append(commands, command{"setup", "", "find or install what a run needs", runSetup})
}

func runSetup(ctx context.Context, s streams, args []string) error {
	f := newFlags("setup", "", s)
	if _, err := parse(f, args); err != nil {
		return err
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	if err := setup.Run(ctx, setup.Options{Out: s.out, CI: os.Getenv("CI") != ""}); err != nil {
		return cannotRun(err)
	}
	return nil
}
