// Command mutate says which mutants of package oracle the catalogue does not
// notice: neither its lint nor a run in any browser of this machine, which is run
// once and then judged again by each mutant.
//
//	go run ./internal/mutate/cmd [-files corp.go,csp.go] [-lint] [-browsers LIST] [-every 9] [-least 95] [-evidence FILE]
//
// Results go to stdout, progress to stderr. It ends with 1 when less is noticed
// than -least, in percent.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/internal/mutate"
	"github.com/corsproof/corsproof/scenarios"
)

const module = "github.com/corsproof/corsproof"

// sentences are what the oracle tells with.
var sentences = mutate.Prose{Notes: []string{"note"}, Others: []string{"fail", "finish", "refuse", "reject", "throw", "report", "Errorf", "block"}}

func main() {
	files := flag.String("files", "", "the mutants of these files of the oracle alone, their names joined by commas")
	lint := flag.Bool("lint", false, "lint alone: no browser")
	browsers := flag.String("browsers", "", "run in these, their names joined by commas; none named: in all that this machine has, of each engine")
	least := flag.Float64("least", 0, "the least that must be noticed, in percent")
	evidence := flag.String("evidence", "", "a file of what a run saw: only what it lacks of the catalogue is run, and added")
	every := flag.Int("every", 1, "a sample: each so-manieth mutant alone")
	jobs := flag.Int("jobs", 2, "judges at once")
	flag.Parse()
	noticed, err := run(strings.FieldsFunc(*files, func(r rune) bool { return r == ',' }), *lint, *browsers, *evidence, *every, *jobs)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(3)
	}
	if noticed < *least {
		fmt.Fprintf(os.Stderr, "mutate: %.1f %% are noticed, and at least %.1f %% should be\n", noticed, *least)
		os.Exit(1)
	}
}

func run(files []string, lint bool, browsers, evidence string, every, jobs int) (noticed float64, err error) {
	folder, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	started := time.Now()
	switch {
	case lint:
		evidence = ""
	case evidence == "":
		evidence = filepath.Join(folder, "evidence.jsonl")
		fallthrough
	default:
		if err := gather(evidence, browsers); err != nil {
			return 0, err
		}
		fmt.Fprintf(os.Stderr, "saw the catalogue run, %.0f s\n", time.Since(started).Seconds())
	}
	rewritten, err := mutate.Rewrite("oracle", module+"/internal/mutate/mutant", sentences, files...)
	if err != nil {
		return 0, err
	}
	overlay, err := rewritten.Overlay(folder)
	if err != nil {
		return 0, err
	}
	judge := filepath.Join(folder, "judge")
	build := exec.Command("go", "build", "-overlay", overlay, "-o", judge, module+"/internal/mutate/judge")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return 0, fmt.Errorf("building the mutants: %w", err)
	}
	mutants := len(rewritten.Mutants)
	judges := mutate.Judges{Jobs: jobs, Every: every, Silence: 2 * time.Minute, Command: func(ctx context.Context, after int, share string) *exec.Cmd {
		c := exec.CommandContext(ctx, judge, "-mutants", strconv.Itoa(mutants), "-evidence", evidence, "-after", strconv.Itoa(after), "-share", share)
		c.Stderr = os.Stderr
		return c
	}}
	fates, err := judges.Run(context.Background(), mutants)
	if err != nil {
		return 0, err
	}
	var sample []mutate.Mutant
	var became []mutate.Fate
	for i := every - 1; i < len(fates); i += every {
		sample, became = append(sample, rewritten.Mutants[i]), append(became, fates[i])
	}
	fmt.Fprintf(os.Stderr, "judged %d of %d mutants, %.0f s in all\n", len(sample), mutants, time.Since(started).Seconds())
	return mutate.Report(os.Stdout, sample, became), nil
}

// gather runs what the evidence lacks of the catalogue, in each browser, and adds
// what it saw.
func gather(name, list string) error {
	files, err := scenarios.Catalogue()
	if err != nil {
		return err
	}
	found, err := find(list)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	seen := map[[2]string]bool{}
	for in := json.NewDecoder(file); in.More(); {
		var e harness.Evidence
		if err := in.Decode(&e); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		seen[[2]string{e.Engine, e.ID}] = true
	}
	out := json.NewEncoder(file)
	var once sync.Once
	var writing error
	for _, f := range found {
		lacking := slices.DeleteFunc(scenarios.Permutations(files), func(p *scenarios.Permutation) bool { return seen[[2]string{f.Key, p.ID}] })
		if len(lacking) == 0 {
			continue
		}
		fmt.Fprintf(os.Stderr, "running %d cases in %s\n", len(lacking), f)
		_, err := harness.Run(context.Background(), harness.Options{
			Permutations: lacking, Browsers: []browser.Found{f},
			Evidence: func(e harness.Evidence) {
				if err := out.Encode(e); err != nil {
					once.Do(func() { writing = err })
				}
			},
		})
		if err := cmp.Or(err, writing); err != nil {
			return err
		}
	}
	return nil
}

// find finds the browsers of a list, or, without one, all that there are.
func find(list string) ([]browser.Found, error) {
	if list != "" {
		found, _, err := browser.FindEach(list, false, nil)
		return found, err
	}
	var found []browser.Found
	for _, engine := range browser.Engines() {
		all, err := browser.FindAll(engine)
		if errors.Is(err, browser.ErrNotFound) {
			fmt.Fprintf(os.Stderr, "no %s here: what only it shows counts as unnoticed\n", engine)
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, all...)
	}
	return found, nil
}
