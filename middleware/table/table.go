// Package table asks CORS products how they keep standard policies, and writes
// what came of it as a table. A run writes cells, one JSON object a line; the
// table, as Markdown or as a page, is a pure function of them.
package table

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/policy"
)

// State is how far a product came with a policy.
type State string

// The states.
const (
	Checked       State = "checked"
	Inexpressible State = "inexpressible" // its configuration has no words for the policy
	Refused       State = "refused"       // it takes the policy for a mistake, and does not start
	LeftOut       State = "left-out"      // it is not installed
	Failed        State = "failed"        // it could not be checked
)

// System is a product in a release.
type System struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Package string `json:"package"`
	Version string `json:"version"`
	On      string `json:"on"`
	Docs    string `json:"docs"`
}

// Policy is a standard policy.
type Policy struct {
	Name  string `json:"name"`
	About string `json:"about"`
	YAML  string `json:"yaml"`
}

// Cell is what a product made of a policy.
type Cell struct {
	System   System   `json:"system"`
	Policy   Policy   `json:"policy"`
	State    State    `json:"state"`
	Said     string   `json:"said,omitempty"` // why it is not checked
	Language string   `json:"language,omitempty"`
	Config   string   `json:"config,omitempty"`
	Notes    []string `json:"notes,omitempty"`

	Engines []string `json:"engines,omitempty"` // names with versions
	Offline bool     `json:"offline,omitempty"` // the oracle stood in for a browser
	Probes  int      `json:"probes,omitempty"`
	// Spared are those of the probes that no browser ran: see [check.Report].
	Spared   int              `json:"spared,omitempty"`
	Findings []check.Finding  `json:"findings,omitempty"`
	Unproven []check.Unproven `json:"unproven,omitempty"`
	// Withheld is set by [Publish]: there is more, which is not for a public table.
	Withheld bool `json:"withheld,omitempty"`
}

// Write writes a cell as a line.
func Write(w io.Writer, c Cell) error {
	line, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("table: encode %s, %s: %w", c.System.Name, c.Policy.Name, err)
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	return nil
}

// Read reads cells, one a line.
func Read(r io.Reader) ([]Cell, error) {
	var cells []Cell
	d := json.NewDecoder(bufio.NewReader(r))
	for {
		var c Cell
		switch err := d.Decode(&c); {
		case errors.Is(err, io.EOF):
			return cells, nil
		case err != nil:
			return nil, fmt.Errorf("table: cell %d: %w", len(cells)+1, err)
		}
		cells = append(cells, c)
	}
}

// table is the cells in rows and columns, both in the order in which they come.
type table struct {
	engines  []string
	systems  []System
	policies []Policy
	cells    map[[2]string]Cell
}

// arrange puts cells in their places; of two for one place the later one counts.
func arrange(cells []Cell) table {
	t := table{cells: map[[2]string]Cell{}}
	for _, c := range cells {
		if !slices.ContainsFunc(t.systems, func(s System) bool { return s.Name == c.System.Name }) {
			t.systems = append(t.systems, c.System)
		}
		if !slices.ContainsFunc(t.policies, func(p Policy) bool { return p.Name == c.Policy.Name }) {
			t.policies = append(t.policies, c.Policy)
		}
		for _, e := range c.Engines {
			if !c.Offline && !slices.Contains(t.engines, e) {
				t.engines = append(t.engines, e)
			}
		}
		t.cells[[2]string{c.System.Name, c.Policy.Name}] = c
	}
	return t
}

// asked says in what the cells were asked.
func (t table) asked() string {
	offline, checked := 0, 0
	for _, c := range t.cells {
		if c.State == Checked {
			checked++
		}
		if c.Offline {
			offline++
		}
	}
	const how = "without a browser: the standard's algorithm stood in for one"
	switch offline {
	case 0:
		return "in " + listed(t.engines)
	case checked:
		return how
	}
	return fmt.Sprintf("in %s, and in %d cells %s", listed(t.engines), offline, how)
}

func (t table) cell(s System, p Policy) (Cell, bool) {
	c, ok := t.cells[[2]string{s.Name, p.Name}]
	return c, ok
}

// count is how many findings of a class a cell has.
type count struct {
	Class policy.Class
	N     int
}

// counts are a cell's findings by class, worst first.
func counts(c Cell) []count {
	var list []count
	for _, f := range c.Findings {
		i := slices.IndexFunc(list, func(x count) bool { return x.Class == f.Class })
		if i < 0 {
			list = append(list, count{f.Class, 0})
			i = len(list) - 1
		}
		list[i].N++
	}
	slices.SortStableFunc(list, func(a, b count) int {
		return cmp.Compare(slices.Index(policy.Classes, a.Class), slices.Index(policy.Classes, b.Class))
	})
	return list
}

// summary is a cell in a few words, each with how it looks.
func summary(c Cell) []mark {
	switch c.State {
	case Inexpressible:
		return []mark{{"none", "not expressible"}}
	case Refused:
		return []mark{{"none", "refused at start"}}
	case LeftOut:
		return []mark{{"none", "not installed"}}
	case Failed:
		return []mark{{"unproven", "not checked"}}
	}
	var marks []mark
	if c.Withheld {
		marks = append(marks, mark{"withheld", "withheld"})
	}
	for _, n := range counts(c) {
		look := "finding"
		if n.Class == policy.Leak || n.Class == policy.OverPermissive {
			look = "hole"
		}
		words := string(n.Class)
		if n.N > 1 {
			words = fmt.Sprintf("%d %s", n.N, n.Class)
		}
		marks = append(marks, mark{look, words})
	}
	if len(c.Unproven) > 0 {
		marks = append(marks, mark{"unproven", fmt.Sprintf("%d unproven", len(c.Unproven))})
	}
	if len(marks) == 0 {
		marks = []mark{{"kept", "kept"}}
	}
	return marks
}

// mark is a word in a cell and how it looks: a class of the style sheet.
type mark struct{ Look, Words string }

// asked is how many probes a cell had, and in what.
func (c Cell) asked() string {
	if c.Offline {
		return fmt.Sprintf("%d probes, without a browser", c.Probes)
	}
	if c.Spared > 0 {
		return fmt.Sprintf("%d probes (%d by the oracle) in %s", c.Probes, c.Spared, listed(c.Engines))
	}
	return fmt.Sprintf("%d probes in %s", c.Probes, listed(c.Engines))
}

// Command is the command line that checks a cell again.
func (c Cell) Command() string {
	return fmt.Sprintf("go run -C middleware ./cmd/middleware -system %s -policy %s", c.System.Name, c.Policy.Name)
}
