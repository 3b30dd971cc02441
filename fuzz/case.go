package fuzz

import (
	"fmt"
	"math/rand/v2"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Case is one random scenario. Its claim is the oracle's own: what the standard
// says of each step, so that only a browser can disagree.
type Case struct {
	Name string // lower-case words: seed-7-case-42
	Text string // the scenario file

	scenario    *node
	permutation *scenarios.Permutation
}

// Generate makes the case of a seed with that number. It depends on nothing
// else.
func Generate(seed uint64, number int) (*Case, error) {
	g := &gen{Rand: rand.New(rand.NewPCG(seed, uint64(number)))}
	g.strange = []int{15, 60, 60, 150, 400}[g.IntN(5)]
	return newCase(fmt.Sprintf("seed-%d-case-%d", seed, number), g.mapping(scenarioKeys))
}

// newCase loads a scenario and has the oracle claim what it does. The error is
// the loader's.
func newCase(name string, scenario *node) (*Case, error) {
	c := &Case{Name: name, scenario: scenario}
	steps := 1
	if s := scenario.get("steps"); s != nil {
		steps = len(s.values)
	}
	claims := make([]oracle.Read, max(steps, 1))
	for i := range claims {
		claims[i] = oracle.Blocked // until the oracle has spoken
	}
	file, err := scenarios.Parse(name+".yaml", []byte(c.file(claims, prose{}).yaml()))
	if err != nil {
		return nil, err
	}
	c.permutation = scenarios.Permutations([]*scenarios.File{file})[0]
	explained, err := harness.Explain(c.permutation, "")
	if err != nil {
		return nil, err
	}
	for i, step := range explained.Steps {
		if step.Note == "" {
			claims[i] = step.Standard.Read
			c.permutation.Steps[i].Expect.Read = step.Standard.Read
		}
	}
	c.Text = c.file(claims, prose{}).yaml()
	return c, nil
}

// prose is what a file says for people.
type prose struct{ title, why, spec string }

const (
	topic        = "fuzz"
	defaultTitle = "A random case that does what the standard says."
	defaultWhy   = "Nobody wrote this case, so nobody's expectation stands in it. Its claim is the oracle's own prediction."
	defaultSpec  = "https://fetch.spec.whatwg.org/#http-cors-protocol"
)

// file is the case as a file's tree.
func (c *Case) file(claims []oracle.Read, p prose) *node {
	if p.title == "" {
		p = prose{defaultTitle, defaultWhy, defaultSpec}
	}
	s := (&node{kind: mapping}).with("id", text(c.Name)).with("title", text(p.title)).with("why", text(p.why)).with("spec", text(p.spec))
	body := c.scenario.clone()
	if steps := body.get("steps"); steps != nil {
		for i, step := range steps.values {
			step.set("expect", claim(claims[i]))
		}
	} else {
		body.with("expect", claim(claims[0]))
	}
	s.keys, s.values = append(s.keys, body.keys...), append(s.values, body.values...)
	return (&node{kind: mapping}).
		with("format", text("1")).with("topic", text(topic)).
		with("about", text("What random scenarios found.")).
		with("scenarios", &node{kind: list, values: []*node{s}})
}

func claim(read oracle.Read) *node {
	return (&node{kind: mapping}).with("read", text(string(read)))
}
