package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/scenarios"
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
	if err := runnable(permutations); err != nil {
		return err
	}
	problems := harness.Lint(permutations)
	if len(args) == 0 { // the catalogue, all of it
		expectations, err := harness.LintExpectations(permutations)
		if err != nil {
			return err
		}
		problems = append(problems, expectations...)
	}
	for _, p := range problems {
		fmt.Fprintln(s.out, p)
	}
	if len(problems) > 0 {
		fmt.Fprintf(s.out, "\nproblems: %d, permutations: %d\n", len(problems), len(permutations))
		return errUnexpected
	}
	fmt.Fprintf(s.out, "%d permutations, every claim agrees with the standard\n", len(permutations))
	return nil
}

// runnable refuses permutations that cannot run as they are written.
func runnable(permutations []*scenarios.Permutation) error {
	var text strings.Builder
	for _, p := range harness.Check(permutations) {
		fmt.Fprintln(&text, p)
	}
	if text.Len() > 0 {
		return usageError("%s", strings.TrimSuffix(text.String(), "\n"))
	}
	return nil
}
