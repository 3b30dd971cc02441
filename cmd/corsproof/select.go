package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/scenarios"
)

// selected are the permutations that the arguments of a command mean: files,
// ids, prefixes of ids, globs. None: the whole catalogue.
func selected(args []string) ([]*scenarios.Permutation, error) {
	var paths, patterns []string
	for _, arg := range args {
		found, isFile := filesOf(arg)
		switch {
		case !isFile:
			patterns = append(patterns, arg)
		case len(found) == 0:
			return nil, usageError("corsproof: there is no *.yaml or *.yml in the folder %s", arg)
		default:
			paths = append(paths, found...)
		}
	}
	var out []*scenarios.Permutation
	if len(paths) > 0 {
		slices.Sort(paths)
		paths = slices.Compact(paths)
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

// filesOf are the scenario files that an argument means: a file says so by its
// ending, or it is there; a folder means all in it, which may be none.
func filesOf(arg string) (paths []string, isFile bool) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		for _, ending := range []string{"*.yaml", "*.yml"} {
			found, _ := filepath.Glob(filepath.Join(arg, ending)) // a bad pattern cannot come from here
			paths = append(paths, found...)
		}
		return paths, true
	case err == nil, strings.HasSuffix(arg, ".yaml"), strings.HasSuffix(arg, ".yml"):
		return []string{filepath.Clean(arg)}, true
	}
	return nil, false
}
