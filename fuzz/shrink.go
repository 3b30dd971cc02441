package fuzz

import (
	"context"
	"fmt"

	"github.com/corsproof/corsproof/harness/record"
)

// judge runs cases and gives each one's record, in their order. A case that
// came to no end, because ctx ended, has the zero Record.
type judge func(ctx context.Context, cases []*Case) ([]record.Record, error)

const (
	roundSize = 60  // candidates of one finding in one run
	mostRuns  = 600 // candidates of one finding in all
)

// shrinking is a disagreement on its way to its smallest form.
type shrinking struct {
	*Finding
	best   *Case
	record record.Record // of best
	wanted []string      // shapes, of which one must come up again

	simplifies bool            // what could be left out is out
	changed    bool            // since removals began
	tried      int             // edits of best, in their order
	seen       map[string]bool // candidates that there were
	// works are edits of base that still disagree one by one: they are tried
	// together.
	works      []edit
	base       *node
	candidates []candidate
	runs       int
	done       bool
}

type candidate struct {
	c     *Case
	edits []edit
}

func newShrinking(c *Case, r record.Record) *shrinking {
	return &shrinking{Finding: &Finding{Name: c.Name}, best: c, record: r, wanted: shapes(r), seen: map[string]bool{}}
}

// shrink makes disagreements as small as they get while they still come up in
// the same way. All share each run of the browser. When ctx ends, each is as
// small as it had become.
func shrink(ctx context.Context, run judge, all []*shrinking) error {
	for ctx.Err() == nil {
		var cases []*Case
		for _, s := range all {
			s.propose()
			for _, candidate := range s.candidates {
				cases = append(cases, candidate.c)
			}
		}
		if len(cases) == 0 {
			return nil
		}
		records, err := run(ctx, cases)
		if err != nil {
			return err
		}
		for _, s := range all {
			n := len(s.candidates)
			s.choose(records[:n])
			records = records[n:]
		}
	}
	return ctx.Err()
}

// propose makes the candidates of a round: several edits that worked one by
// one, or single ones, those first that take the most away.
func (s *shrinking) propose() {
	s.candidates = nil
	for n := len(s.works); n > 1; n = min(n-1, n*3/4) {
		s.add(s.base, s.works[:n])
	}
	s.works, s.base = nil, s.best.scenario
	for len(s.candidates) == 0 && !s.done {
		edits := removals
		if s.simplifies {
			edits = simplifications
		}
		left := edits(s.base)
		left = left[min(s.tried, len(left)):]
		for len(left) > 0 && len(s.candidates) < roundSize {
			s.add(s.base, left[:1])
			left = left[1:]
			s.tried++
		}
		if len(s.candidates) == 0 {
			s.next()
		}
	}
	s.runs += len(s.candidates)
	s.done = s.done || s.runs >= mostRuns
}

// next goes on from what can be left out to what can be said shorter, and back
// for as long as that changes anything.
func (s *shrinking) next() {
	s.done = s.simplifies && !s.changed
	if s.simplifies {
		s.changed = false
	}
	s.simplifies, s.tried = !s.simplifies, 0
}

// add makes a candidate, if what the edits leave is a scenario, and a new one.
func (s *shrinking) add(base *node, edits []edit) {
	smaller := apply(base, edits...)
	form := smaller.flow()
	if s.seen[form] || smaller.size() >= s.best.scenario.size() {
		return
	}
	s.seen[form] = true
	c, err := newCase(fmt.Sprintf("%s-smaller-%d", s.Name, len(s.candidates)+1), smaller)
	if err == nil {
		s.candidates = append(s.candidates, candidate{c, edits})
	}
}

// choose takes what a round has shown: the smallest candidate that disagrees
// becomes the best.
func (s *shrinking) choose(records []record.Record) {
	for i, c := range s.candidates {
		if !disagrees(records[i]) || !shareOne(s.wanted, shapes(records[i])) {
			continue
		}
		if c.c.scenario.size() < s.best.scenario.size() {
			s.best, s.record = c.c, records[i]
			s.changed, s.tried = true, 0
		}
		if len(c.edits) == 1 {
			s.works = append(s.works, c.edits[0])
		}
	}
}
