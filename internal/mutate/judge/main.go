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

// judgement is the catalogue, what a run of it saw, and who reaches what.
type judgement struct {
	permutations []*scenarios.Permutation
	evidence     map[string]harness.Evidence
	reached      map[int][]int // permutations, by mutant
	loading      map[int]bool  // mutants that loading reaches
	refusing     map[int]bool  // mutants that the loader's refusals reach
}

// asks is how often one case may ask package mutant: a thousand times what the
// longest does.
const asks = 5_000_000

func newJudgement(evidence string) (*judgement, error) {
	j := &judgement{evidence: map[string]harness.Evidence{}, reached: map[int][]int{}, loading: map[int]bool{}, refusing: map[int]bool{}}
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
	for i, p := range j.permutations {
		mutant.Reached = map[int]bool{}
		switch j.notices(p) {
		case mutate.Lint:
			return nil, fmt.Errorf("%s is red without a mutant", p.ID)
		case mutate.Run:
			fmt.Fprintf(os.Stderr, "judge: the run of %s does not count: it is red without a mutant\n", p.ID)
			delete(j.evidence, p.ID)
		}
		for n := range mutant.Reached {
			j.reached[n] = append(j.reached[n], i)
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
		j.evidence[e.ID] = e
	}
	return nil
}

// mutant lets a mutant live and says who notices.
func (j *judgement) mutant(n int) mutate.Fate {
	fate := mutate.Fate{N: n, Reached: len(j.reached[n]), Loading: j.loading[n]}
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
		chosen = nil
		for i := range permutations {
			chosen = append(chosen, i)
		}
	}
	for _, i := range chosen {
		p := permutations[i]
		if fate.By = guard(func() mutate.By { return j.notices(p) }); fate.By != mutate.Survived {
			fate.Case = p.ID
			return fate
		}
	}
	fate.By = mutate.Survived
	return fate
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

// notices says whether lint or a run of a permutation is red.
func (j *judgement) notices(p *scenarios.Permutation) mutate.By {
	if len(harness.Lint([]*scenarios.Permutation{p})) > 0 || len(harness.Replays(p)) > 0 {
		return mutate.Lint
	}
	e, ran := j.evidence[p.ID]
	if !ran {
		return mutate.Survived
	}
	rec, err := harness.Rejudge(p, e)
	if err != nil || rec.Verdict.NeedsAttention() {
		return mutate.Run
	}
	return mutate.Survived
}
