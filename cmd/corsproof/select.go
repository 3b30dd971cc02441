package main

import (
	"os"
	"strings"

	"github.com/corsproof/corsproof/scenarios"
)

// selected are the permutations that the arguments of a command mean: files,
// ids, prefixes of ids, globs. None: the whole catalogue.
func selected(args []string) ([]*scenarios.Permutation, error) {
	var paths, patterns []string
	for _, arg := range args {
		if isFile(arg) {
			paths = append(paths, arg)
		} else {
			patterns = append(patterns, arg)
		}
	}
	var out []*scenarios.Permutation
	if len(paths) > 0 {
		files, err := scenarios.Load(paths...)
		if err != nil {
			return nil, exitError{exitUsage, err}
		}
		out = scenarios.Permutations(files)
		if len(patterns) > 0 { // ids select within the files that are given
			return choose(out, patterns)
		}
		return out, nil
	}
	files, err := scenarios.Catalogue()
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	out = scenarios.Permutations(files)
	if len(patterns) > 0 {
		return choose(out, patterns)
	}
	return out, nil
}

func choose(from []*scenarios.Permutation, patterns []string) ([]*scenarios.Permutation, error) {
	out, err := scenarios.Select(from, patterns)
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	return out, nil
}

// isFile is true for what can only be a scenario file: it says so by its
// ending, or it is there.
func isFile(arg string) bool {
	if strings.HasSuffix(arg, ".yaml") || strings.HasSuffix(arg, ".yml") {
		return true
	}
	_, err := os.Stat(arg)
	return err == nil
}
