package scenarios

import (
	"cmp"
	"slices"
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// Permutation is one case: one scenario by one variant by one way to load.
type Permutation struct {
	ID       string // topic/id[/name]/via; words, never positions
	Topic    string
	Title    string
	Why      string
	Spec     string
	Via      oracle.Via
	Steps    []Step // every step's Request.Via is set
	Pos      Pos
	Timeout  time.Duration
	Scenario *Scenario
	File     *File

	home, top oracle.Origin // of one that has moved
}

// MaxWait is the longest wait of a step that a run takes.
const MaxWait = 10 * time.Second

// WaitsTooLong is true when a step waits longer than [MaxWait]: its claims are
// for the oracle alone.
func (p *Permutation) WaitsTooLong() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Wait > MaxWait })
}

// Bound is a permutation with the token of one run: concrete URLs, ready to be
// predicted, sent and answered.
type Bound struct {
	*Permutation
	Token string
	Steps []BoundStep

	assets Assets
	chains []chain // one a step
	setUp  bool
	bare   bool // of a set-up: its URLs carry no token
}

// BoundStep is one step of a [Bound].
type BoundStep struct {
	Step    *Step
	Request oracle.Request
	// Server answers as the scenario's literal replies do, placeholders
	// expanded by the request that is answered. For a set-up it is nil: its
	// replies are known only after the run.
	Server  oracle.Server
	Cookies []oracle.Cookie
	// NotSupported is a sentence when the step uses a key, or a way to load,
	// that has no machinery yet: the case is not applicable then.
	NotSupported string
}

// Permutations multiplies the scenarios of files out, in the files' order: a
// scenario's variants, and within each the ways to load.
func Permutations(files []*File) []*Permutation {
	var all []*Permutation
	for _, f := range files {
		for _, s := range f.Scenarios {
			if len(s.Each) == 0 {
				all = append(all, s.permute(f, Variant{Pos: s.Pos, Title: s.Title, Why: s.Why, Spec: s.Spec, Steps: s.Steps, Via: s.Via, Timeout: s.Timeout})...)
			}
			for _, v := range s.Each {
				all = append(all, s.permute(f, v)...)
			}
		}
	}
	return all
}

func (s *Scenario) permute(f *File, v Variant) []*Permutation {
	id := s.Topic + "/" + s.ID
	if v.Name != "" {
		id += "/" + v.Name
	}
	out := make([]*Permutation, 0, len(v.Via))
	for _, via := range v.Via {
		steps := slices.Clone(v.Steps)
		for i := range steps {
			steps[i].Request.Via = cmp.Or(steps[i].Request.Via, via)
		}
		out = append(out, &Permutation{
			ID: id + "/" + string(via), Topic: s.Topic, Title: v.Title, Why: v.Why, Spec: v.Spec,
			Via: via, Steps: steps, Pos: v.Pos, Timeout: v.Timeout, Scenario: s, File: f,
		})
	}
	return out
}
