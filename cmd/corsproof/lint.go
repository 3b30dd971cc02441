package main

import (
	"context"
	"fmt"

	"github.com/corsproof/corsproof/harness"
)

func init() {
	commands = append(commands, command{"lint", "[ids|globs|files...]", "check scenarios: schema, ids, claim = oracle; no browser", lint})
}

func lint(_ context.Context, s streams, args []string) error {
	f := newFlags("lint", "[ids|globs|files...]", s)
	args, err := parse(f, args)
	if err != nil {
		return err
	}
	permutations, err := selected(args)
	if err != nil {
		return err
	}
	problems := harness.Lint(permutations)
	for _, p := range problems {
		fmt.Fprintln(s.out, p)
	}
	if len(problems) > 0 {
		fmt.Fprintf(s.out, "\n%d problems in %d permutations\n", len(problems), len(permutations))
		return errUnexpected
	}
	fmt.Fprintf(s.out, "%d permutations, every claim agrees with the standard\n", len(permutations))
	return nil
}
