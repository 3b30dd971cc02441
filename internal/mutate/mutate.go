// Package mutate finds out what a test suite does not look at. It rewrites a
// package so that one program holds all of its mutants: each comparison,
// condition, early return, assignment and constant asks package mutant whether
// it is the one to go wrong. One build, one process, a number for each mutant.
//
// The rewritten files are given to the go command as an overlay; the package
// itself stays as it is. A rewritten file has its lines where they were.
package mutate

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Mutant is one thing that can go wrong in a package.
type Mutant struct {
	N      int    `json:"n"`    // from 1
	File   string `json:"file"` // its base name
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Func   string `json:"func"` // "fetching.mainFetch"
	Was    string `json:"was"`
	Now    string `json:"now"` // "" for what is left out
	// Prose is true where only the text of a sentence depends on it.
	Prose bool `json:"prose,omitempty"`
}

// String is the mutant as file:line:column: what became of what.
func (m Mutant) String() string {
	now := "becomes " + m.Now
	if m.Now == "" {
		now = "is left out"
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s %s", m.File, m.Line, m.Column, m.Func, m.Was, now)
}

// Rewritten is a package that holds its mutants.
type Rewritten struct {
	Mutants []Mutant
	Files   map[string][]byte // by absolute path
}

// Rewrite reads the package in a folder and rewrites it: the named files, by
// their base names, or all if there are none. runtime is the import path of
// package mutant.
func Rewrite(dir, runtime string, known Prose, files ...string) (*Rewritten, error) {
	c, err := load(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		if !slices.Contains(c.names, filepath.Join(c.dir, name)) {
			return nil, fmt.Errorf("mutate: no file %s in %s", name, c.dir)
		}
	}
	r := &rewriter{checked: c, prose: c.sentences(known)}
	out := &Rewritten{Files: map[string][]byte{}}
	for i, file := range c.files {
		if len(files) > 0 && !slices.Contains(files, filepath.Base(c.names[i])) {
			continue
		}
		r.text, r.edits = c.text[i], nil
		before := len(r.mutants)
		r.file(file)
		if len(r.mutants) == before {
			continue
		}
		r.insert(file.Name.End(), "; import "+runtimeName+" "+strconv.Quote(runtime))
		out.Files[c.names[i]] = r.apply()
	}
	out.Mutants = r.mutants
	return out, nil
}

// Overlay writes the files into a folder, with overlay.json for the go
// command's -overlay, and returns that file's name.
func (r *Rewritten) Overlay(folder string) (string, error) {
	replace := map[string]string{}
	for path, text := range r.Files {
		copied := filepath.Join(folder, filepath.Base(path))
		if err := os.WriteFile(copied, text, 0o600); err != nil {
			return "", err
		}
		replace[path] = copied
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name := filepath.Join(folder, "overlay.json")
	return name, os.WriteFile(name, text, 0o600)
}
