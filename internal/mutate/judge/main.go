// Command judge says which mutants of package oracle the catalogue notices. It
// is built with the overlay that package mutate writes; built without, it knows
// of no mutant.
//
//	judge -mutants 4000 [-evidence FILE] [-after N] [-share I/K]
//
// It writes one line of JSON for each mutant. When it dies of one, the last
// line says of which.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/mutate"
	"github.com/corsproof/corsproof/internal/mutate/mutant"
	"github.com/corsproof/corsproof/scenarios"
)

func main() {
	mutants := flag.Int("mutants", 0, "how many there are")
	evidence := flag.String("evidence", "", "what a run saw, one JSON value a line")
	after := flag.Int("after", 0, "begin after this mutant")
	share := flag.String("share", "0/1", "take each mutant whose number, divided by K, leaves I")
	flag.Parse()
	var i, k int
	if _, err := fmt.Sscanf(*share, "%d/%d", &i, &k); err != nil {
		fail(err)
	}
	j, err := newJudgement(*evidence)
	if err != nil {
		fail(err)
	}
	out := json.NewEncoder(os.Stdout)
	for n := *after + 1; n <= *mutants; n++ {
		if n%k != i {
			continue
		}
		if err := out.Encode(mutate.Fate{N: n, By: mutate.Begins}); err != nil { // should it be the last
			fail(err)
		}
		if err := out.Encode(j.mutant(n)); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "judge:", err)
	os.Exit(1)
}

// judgement is the catalogue, what a run of it saw in each browser, and who
// reaches what.
type judgement struct {
	permutations []*scenarios.Permutation
	browsers     []string                      // by their keys, in the order of the evidence
	evidence     []map[string]harness.Evidence // for each of them, by the case's id
	expectations [][]scenarios.Expectation     // for each of them
	reached      map[int][]look                // by mutant
	loading      map[int]bool                  // mutants that loading reaches
	refusing     map[int]bool                  // mutants that the loader's refusals reach
}

// look is one way to look at a case: by lint, or at its run in a browser.
type look struct {
	permutation int
	browser     int // -1: lint
}

// asks is how often one case may ask package mutant: a thousand times what the
// longest does.
const asks = 5_000_000

func newJudgement(evidence string) (*judgement, error) {
	j := &judgement{reached: map[int][]look{}, loading: map[int]bool{}, refusing: map[int]bool{}}
	mutant.Reached = j.loading
	permutations, err := load()
	if err != nil {
		return nil, err
	}
	j.permutations = permutations
	mutant.Reached = j.refusing
	if problems := harness.Refusals(); len(problems) > 0 {
		return nil, fmt.Errorf("red without a mutant: %s", problems[0].Text)
	}
	if evidence != "" {
		if err := j.read(evidence); err != nil {
			return nil, err
		}
	}
	for _, l := range j.looks() {
		id := j.permutations[l.permutation].ID
		mutant.Reached = map[int]bool{}
		switch {
		case j.notices(j.permutations, l) == mutate.Survived:
		case l.browser < 0:
			return nil, fmt.Errorf("%s is red without a mutant", id)
		default:
			fmt.Fprintf(os.Stderr, "judge: the run of %s in %s does not count: it is red without a mutant\n", id, j.browsers[l.browser])
			delete(j.evidence[l.browser], id)
			continue
		}
		for n := range mutant.Reached {
			j.reached[n] = append(j.reached[n], l)
		}
	}
	mutant.Reached = nil
	return j, nil
}

func load() ([]*scenarios.Permutation, error) {
	files, err := scenarios.Catalogue()
	if err != nil {
		return nil, err
	}
	return scenarios.Permutations(files), nil
}

func (j *judgement) read(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	for d := json.NewDecoder(file); d.More(); {
		var e harness.Evidence
		if err := d.Decode(&e); err != nil {
			return err
		}
		i := slices.Index(j.browsers, e.Engine)
		if i < 0 {
			i = len(j.browsers)
			j.browsers, j.evidence = append(j.browsers, e.Engine), append(j.evidence, map[string]harness.Evidence{})
			expectations, err := scenarios.Expectations(e.Engine)
			if err != nil {
				return err
			}
			j.expectations = append(j.expectations, expectations)
		}
		j.evidence[i][e.ID] = e
	}
	return nil
}

// looks are all looks at all cases.
func (j *judgement) looks() []look {
	var all []look
	for i := range j.permutations {
		for b := -1; b < len(j.browsers); b++ {
			all = append(all, look{i, b})
		}
	}
	return all
}

// mutant lets a mutant live and says who notices.
func (j *judgement) mutant(n int) mutate.Fate {
	fate := mutate.Fate{N: n, Reached: j.cases(n), Loading: j.loading[n]}
	mutant.Active = n
	defer func() { mutant.Active = 0 }()
	permutations, chosen := j.permutations, j.reached[n]
	if j.refusing[n] {
		fate.By = guard(func() mutate.By {
			if len(harness.Refusals()) > 0 {
				return mutate.Lint
			}
			return mutate.Survived
		})
		if fate.By != mutate.Survived {
			return fate
		}
	}
	if j.loading[n] {
		fate.By = guard(func() mutate.By {
			var err error
			if permutations, err = load(); err != nil {
				return mutate.Lint
			}
			return mutate.Survived
		})
		if fate.By != mutate.Survived {
			return fate
		}
		chosen = j.looks()
	}
	for _, l := range chosen {
		if fate.By = guard(func() mutate.By { return j.notices(permutations, l) }); fate.By == mutate.Survived {
			continue
		}
		fate.Case = permutations[l.permutation].ID
		if fate.By == mutate.Run {
			fate.Browser = j.browsers[l.browser]
		}
		return fate
	}
	fate.By = mutate.Survived
	return fate
}

// cases is how many cases reach a mutant.
func (j *judgement) cases(n int) int {
	last, cases := -1, 0
	for _, l := range j.reached[n] {
		if l.permutation != last {
			last, cases = l.permutation, cases+1
		}
	}
	return cases
}

// guard keeps a mutant's panic from ending the judge: a panic is noticed.
func guard(f func() mutate.By) (by mutate.By) {
	defer func() {
		if what := recover(); what == mutant.Endless {
			by = mutate.Hang
		} else if what != nil {
			by = mutate.Panic
		}
	}()
	mutant.Budget = asks
	return f()
}

// notices says whether a look at a permutation is red.
func (j *judgement) notices(permutations []*scenarios.Permutation, l look) mutate.By {
	p := permutations[l.permutation]
	if l.browser < 0 {
		if len(harness.Lint([]*scenarios.Permutation{p})) > 0 || len(harness.Replays(p)) > 0 {
			return mutate.Lint
		}
		return mutate.Survived
	}
	e, ran := j.evidence[l.browser][p.ID]
	if !ran {
		return mutate.Survived
	}
	verdict, err := harness.Verdict(p, e, j.expectations[l.browser])
	if err != nil || verdict.NeedsAttention() {
		return mutate.Run
	}
	return mutate.Survived
}
