package harness

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// attempts is how often a case may start: a browser that dies takes its
// unfinished cases with it, and they run once more in the next one. What a page
// took with it runs alone then, and what has not run alone may start again.
const attempts = 2

// turn is one browser's part of a run.
type turn struct {
	*run
	fleet        *servers.Fleet
	found        browser.Found
	expectations []scenarios.Expectation
	attempt      int
	lost         error            // why the last attempt left cases
	apart        map[string]error // the cases that are to run alone, by id, and why their page was lost
}

// all runs every permutation of the shard. The engine has no key if no browser
// ever came up: then there is no record yet. An error ends the run.
func (t *turn) all(ctx context.Context) (record.Engine, error) {
	expectations, err := scenarios.Expectations(t.found.Key)
	if err != nil {
		return record.Engine{}, err
	}
	t.expectations = expectations
	pending := t.mine
	var engine record.Engine
	t.apart = map[string]error{}
	known := 0
	for t.attempt = 1; t.attempt <= attempts && (len(pending) > 0 || engine.Key == "") || len(t.apart) > known; t.attempt++ {
		alone := maps.Clone(t.apart)
		known = len(alone)
		var saw record.Engine
		saw, pending, t.lost = t.try(ctx, pending)
		if t.lost != nil {
			t.Log("%s, attempt %d: %v", t.found.Key, t.attempt, t.lost)
		}
		if saw.Key != "" {
			engine = saw
		}
		if ctx.Err() != nil {
			return record.Engine{}, ctx.Err()
		}
		pending = slices.DeleteFunc(pending, func(p *scenarios.Permutation) bool {
			hopeless := engine.Key != "" && alone[p.ID] != nil
			if hopeless {
				t.unfinished(p, t.attempt)
			}
			return hopeless
		})
	}
	if engine.Key != "" {
		for _, p := range pending {
			t.unfinished(p, t.attempt-1)
		}
	}
	return engine, nil
}

// unfinished emits the record of a permutation that came to no end.
func (t *turn) unfinished(p *scenarios.Permutation, attempts int) {
	why := t.lost
	if own := t.apart[p.ID]; own != nil {
		why = own
	}
	rec := unfinished(p, t.found.Key, attempts, why)
	rec.Order = t.order[p.ID]
	t.emit(rec)
}

// browsersOpen is how many browsers run at once, where permutations need several
// networks.
const browsersOpen = 2

// try runs the permutations once, in one browser for each network that they
// need, and returns those that came to no end because the browser was lost.
func (t *turn) try(ctx context.Context, pending []*scenarios.Permutation) (record.Engine, []*scenarios.Permutation, error) {
	var mu sync.Mutex
	var engine record.Engine
	var left []*scenarios.Permutation
	var lost error
	var browsers errgroup.Group
	if browsers.SetLimit(browsersOpen); t.Pause != nil { // a person looks at one
		browsers.SetLimit(1)
	}
	for _, group := range t.networks(pending) {
		browsers.Go(func() error {
			saw, unfinished, err := t.tryIn(ctx, group)
			mu.Lock()
			defer mu.Unlock()
			if saw.Key != "" {
				engine = saw
			}
			left, lost = append(left, unfinished...), errors.Join(lost, err)
			return nil
		})
	}
	browsers.Wait()
	return engine, left, lost
}

// networks groups permutations by the network that they need, where a browser
// can be given one.
func (t *turn) networks(pending []*scenarios.Permutation) [][]*scenarios.Permutation {
	if oneNetwork[t.found.Way()] != "" {
		return [][]*scenarios.Permutation{pending}
	}
	return networks(pending)
}

// tryIn runs permutations that need the same network in a browser of its own.
func (t *turn) tryIn(ctx context.Context, pending []*scenarios.Permutation) (record.Engine, []*scenarios.Permutation, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	words := newFailures()
	var network network
	if len(pending) > 0 {
		network = networkOf(pending[0])
	}
	starting, started := context.WithTimeout(ctx, openTime)
	defer started()
	options := t.options(t.fleet, t.found)
	options.AddressSpaces, options.OnFailure = network.spaces(t.fleet), words.hear
	b, err := t.Keeper.open(starting, t.found, options)
	if err != nil {
		return record.Engine{}, pending, err
	}
	defer b.Close()
	if t.Started != nil {
		t.Started(t.fleet, b)
	}

	var mu sync.Mutex
	s := &session{
		browser: b, fleet: t.fleet, failures: words, documents: t.documents,
		controls: map[string]*control{}, worlds: map[string]*profile{},
		tokens: t.tokens.next, concluded: t.conclude, seen: t.saw,
	}
	var lost error
	s.lost = func(err error) {
		mu.Lock()
		defer mu.Unlock()
		lost = errors.Join(lost, err)
	}
	defer s.close()
	engine, err := s.look(ctx)
	if err != nil {
		return record.Engine{}, pending, err
	}
	for _, left := range t.Without {
		delete(s.profile, left)
	}
	trials := make([]*trial, 0, len(pending))
	for _, p := range pending {
		trial, err := newTrial(p, s.tokens(), s.profile)
		if err != nil {
			return engine, pending, err
		}
		trial.attempt = t.attempt
		trial.subject = t.isSubject(p)
		trial.bare = trial.subject && t.Isolate
		if trial.apart = t.apart[p.ID] != nil; trial.apart {
			trial.lane = laneAlone
		}
		trial.engine, trial.order = engine.Key, t.order[p.ID]
		trials = append(trials, trial)
	}
	err = s.drive(ctx, t.runnable(s, trials))
	if t.Pause != nil && err == nil {
		err = s.show(ctx, pending, t.Pause)
	}
	var left []*scenarios.Permutation
	t.mu.Lock()
	for _, trial := range trials {
		if trial.concluded {
			continue
		}
		left = append(left, trial.perm)
		if trial.apart && trial.lost != nil {
			t.apart[trial.perm.ID] = trial.lost
		}
	}
	t.mu.Unlock()
	mu.Lock()
	defer mu.Unlock()
	return engine, left, errors.Join(err, lost)
}

// runnable concludes the trials that cannot run here and returns the others.
func (t *turn) runnable(s *session, trials []*trial) []*trial {
	return slices.DeleteFunc(slices.Clone(trials), func(trial *trial) bool {
		for i := range trial.perm.Steps {
			lacks := fixtures.Ways()[trial.perm.Steps[i].Request.Via].Lacks[trial.engine]
			if body := trial.bound.Steps[i].Request.Body; body != nil && body.Stream && !s.streams {
				lacks = cmp.Or(lacks, "this browser takes no stream for a request's body, and makes a string of it")
			}
			lacks = cmp.Or(lacks, lacking(t.found.Engine(), trial.perm.Steps[i]))
			lacks = cmp.Or(lacks, s.lacking(trial, i))
			trial.notApplicable = cmp.Or(trial.notApplicable, t.missing[trial.setUp(i)], lacks)
		}
		if len(networkOf(trial.perm)) > 0 {
			trial.notApplicable = cmp.Or(trial.notApplicable, oneNetwork[t.found.Way()])
		}
		if trial.notApplicable == "" {
			return false
		}
		trial.concluded = true
		t.conclude(trial)
		return true
	})
}

// options are those of a browser in front of the fleet.
func (r *run) options(fleet *servers.Fleet, found browser.Found) browser.Options {
	return browser.Options{
		Mappings: mappings(fleet), Proxy: r.proxyFor(found, fleet), SPKI: fleet.SPKI(),
		Script: string(fixtures.ProbeJS()), Headed: r.Headed, Log: r.Log,
	}
}

// conclude judges a trial and emits its record.
func (t *turn) conclude(trial *trial) {
	if t.Evidence != nil {
		t.mu.Lock()
		t.Evidence(trial.evidence())
		t.mu.Unlock()
	}
	t.emit(trial.record(t.expectations))
}
