// Command tinyjudge notices most mutants of package tiny.
package main

import (
	"encoding/json"
	"flag"
	"os"

	"github.com/corsproof/corsproof/internal/mutate"
	"github.com/corsproof/corsproof/internal/mutate/mutant"
	"github.com/corsproof/corsproof/internal/mutate/testdata/tiny"
)

func main() {
	last := flag.Int("mutants", 0, "")
	after := flag.Int("after", 0, "")
	flag.Parse()
	mutant.Reached = map[int]bool{}
	red()
	reached := mutant.Reached
	mutant.Reached = nil
	out := json.NewEncoder(os.Stdout)
	for n := *after + 1; n <= *last; n++ {
		fate := mutate.Fate{N: n, By: mutate.Begins}
		out.Encode(fate)
		mutant.Active, mutant.Budget = n, 1000
		if fate.By = by(); reached[n] {
			fate.Reached = 1
		}
		out.Encode(fate)
	}
}

func by() (by mutate.By) {
	defer func() {
		if recover() == mutant.Endless {
			by = mutate.Hang
		}
	}()
	if red() {
		return mutate.Lint
	}
	return mutate.Survived
}

func red() bool {
	tiny.Stuck(true)
	return !tiny.Few(10) || tiny.Few(12) || tiny.Kind("a") != 1 || tiny.Kind("c") != 2 ||
		tiny.Sign(-1) != "-" || tiny.Sign(0) != "0" || tiny.Sign(1) != "+" ||
		!tiny.Both(true, true, true) || tiny.Both(true, false, true) || !tiny.Both(true, false, false) || tiny.Both(false, true, false) ||
		tiny.Told(4) != 6
}
