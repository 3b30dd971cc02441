package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
)

func init() {
	commands = append(commands, command{"browsers", "", "list the browsers found on this machine, and what is missing", browsers})
}

func browsers(ctx context.Context, s streams, args []string) error {
	f := newFlags("browsers", "", s)
	if _, err := parse(f, args); err != nil {
		return err
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	var missing []error
	for _, engine := range browser.Engines() {
		found, err := browser.FindAll(engine)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		fmt.Fprintf(s.out, "%s, driven by %s\n", engine, found[0].Transport())
		for _, b := range found {
			version := b.Version
			if version == "" { // it only tells who has started it
				info, err := harness.Ask(ctx, b)
				if err != nil {
					missing = append(missing, fmt.Errorf("browser: %s is there, but does not start: %w", b, err))
				}
				version = info.Version
			}
			fmt.Fprintf(s.out, "  %-22s %-18s %s\n", b.Key, cmp.Or(version, "unknown"), b.Path)
		}
	}
	for _, err := range missing {
		fmt.Fprintf(s.out, "\n%s\n", strings.TrimPrefix(err.Error(), "browser: "))
	}
	if len(missing) == len(browser.Engines()) {
		return cannotRun(errors.New("corsproof browsers: there is none"))
	}
	return nil
}

const browsersUsage = "browsers to run in, with commas between: chromium, firefox, webkit, addresses (cdp+ws://host:port, webdriver+http://host:port); all for those that are here"

// findBrowsers finds the browsers that -browsers of a command lists.
func findBrowsers(ctx context.Context, s streams, command string, c choice, headed bool) ([]browser.Found, error) {
	list, err := c.names(s)
	if err != nil {
		return nil, usageError("corsproof %s: -browsers: %w", command, err)
	}
	found, absent, err := harness.FindEach(ctx, list, headed, c.wanted())
	_, engine := errors.AsType[*browser.EngineError](err)
	_, listed := errors.AsType[*browser.ListError](err)
	_, address := errors.AsType[*browser.AddressError](err)
	switch {
	case engine || listed || address:
		return nil, usageError("corsproof %s: -browsers: %w", command, err)
	case err != nil:
		return nil, cannotRun(err)
	}
	for _, why := range absent {
		first, _, _ := strings.Cut(strings.TrimPrefix(why.Error(), "browser: "), "\n")
		fmt.Fprintf(s.err, "left out: %s; corsproof browsers says how to get it\n", first)
	}
	return found, nil
}
