package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
)

func init() {
	commands = append(commands, command{"browsers", "", "list the browsers found on this machine, and what is missing", browsers})
}

func browsers(_ context.Context, s streams, args []string) error {
	f := newFlags("browsers", "", s)
	if _, err := parse(f, args); err != nil {
		return err
	}
	var missing []error
	for _, engine := range browser.Engines() {
		found, err := browser.FindAll(engine)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		fmt.Fprintf(s.out, "%s, driven by %s\n", engine, found[0].Transport())
		for _, b := range found {
			fmt.Fprintf(s.out, "  %-22s %-18s %s\n", b.Key, b.Version, b.Path)
		}
	}
	for _, err := range missing {
		fmt.Fprintf(s.out, "%s\n", strings.TrimPrefix(err.Error(), "browser: "))
	}
	if len(missing) == len(browser.Engines()) {
		return cannotRun(errors.New("corsproof browsers: there is none"))
	}
	return nil
}
