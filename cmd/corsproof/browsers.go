package main

import (
	"context"
	"fmt"

	"github.com/corsproof/corsproof/harness/browser"
)

func init() {
	commands = append(commands, command{"browsers", "", "list the browsers found on this machine", browsers})
}

func browsers(_ context.Context, s streams, args []string) error {
	f := newFlags("browsers", "", s)
	if _, err := parse(f, args); err != nil {
		return err
	}
	found, err := browser.FindAll()
	if err != nil {
		return cannotRun(err)
	}
	for _, b := range found {
		fmt.Fprintf(s.out, "%-22s %-18s %s\n", b.Key, b.Version, b.Path)
	}
	return nil
}
