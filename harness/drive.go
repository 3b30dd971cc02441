package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/servers"
)

const (
	batchSize   = 500              // cases on one page at once
	sharedOpen  = 2                // pages of cases that bear company, at once
	heldSize    = 4                // cases of a profile that hold a connection at once: a host has six
	heldOpen    = 2                // profiles of such cases, at once
	heldShare   = 4                // batches of them that another profile is opened for
	pagesOpen   = 4                // lone cases, and documents of their own, at once
	waitersOpen = 12               // lone cases at once that mostly wait
	framesSize  = 24               // frames of a tab: most have a process of their own
	cookiesSize = 100              // cookies of cases in one profile at once: a site keeps some 160
	batchTime   = 90 * time.Second // for a batch, beyond its cases' own deadlines
	openTime    = 60 * time.Second // for a browser to start, or to open a page
	reasonTime  = time.Second      // for the browser's words on a failure, after the outcome
)

// session is one running browser in front of the fleet.
type session struct {
	browser  browser.Browser
	fleet    *servers.Fleet
	profile  oracle.Profile
	streams  bool // a request's body may be one
	caches   bool // it has an HTTP cache for what the servers say over https
	failures *failures
	tokens   func() string
	// concluded is called for each trial when all its evidence is in.
	concluded func(*trial)
	// seen is called for each outcome of a shared page, before its evidence is.
	seen func()
	// lost is called with the error of each page that was lost.
	lost func(error)
	// strays are the trials that have to run with their server to themselves.
	strays []*trial

	// shared is the first profile of the cases that bear company.
	shared    *profile
	documents *servers.Documents

	mu       sync.Mutex
	controls map[string]*control
	worlds   map[string]*profile // of documents that need a profile of their own
}

// drive runs the trials: each lane's by page, the lone ones and those of other
// documents beside them. A trial that it could not conclude is left as it was;
// the error says why.
func (s *session) drive(ctx context.Context, trials []*trial) error {
	var shared, held, own, lone []*trial
	for _, t := range trials {
		switch {
		case t.bare:
			s.strays = append(s.strays, t)
		case t.lane == laneAlone, t.lane == laneSteps && (!t.plain() || t.attempt > 1):
			lone = append(lone, t)
		case !t.plain():
			own = append(own, t)
		case t.lane == laneHeld, t.lane == laneSteps && !t.subject:
			held = append(held, t)
		default:
			shared = append(shared, t)
		}
	}
	whole := ctx
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(3 + pagesOpen)
	group.Go(func() error { return s.driveShared(ctx, shared) })
	group.Go(func() error { return s.driveHeld(ctx, held) })
	group.Go(func() error {
		var patient errgroup.Group
		patient.SetLimit(waitersOpen)
		for _, t := range lone {
			if t.waits() > 0 {
				patient.Go(func() error { return s.survive(ctx, s.driveLone(ctx, t)) })
			}
		}
		return patient.Wait()
	})
	for _, batch := range batches(own) {
		group.Go(func() error { return s.survive(ctx, s.driveDocument(ctx, batch)) })
	}
	for _, t := range lone {
		if t.waits() == 0 {
			group.Go(func() error { return s.survive(ctx, s.driveLone(ctx, t)) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return s.driveStrays(whole, s.strays)
}

// driveDocument runs a batch in a tab that only it needs.
func (s *session) driveDocument(ctx context.Context, batch []*trial) error {
	document := batch[0].document(0)
	profile, err := s.world(ctx, document)
	if err != nil {
		return err
	}
	page, err := profile.open(ctx, document)
	if s.elsewhere(err, batch) {
		return nil
	} else if err != nil {
		return err
	}
	defer page.Close()
	running, err := s.runBatch(ctx, profile, page, batch)
	if err != nil {
		return errors.Join(err, s.rescue(ctx, running, err))
	}
	return s.settle(ctx, profile, page, running)
}

// survive swallows the error of a page, whose cases are then left as they were,
// while the browser and the run itself (ctx) go on: the others need not suffer
// for it.
func (s *session) survive(ctx context.Context, err error) error {
	select {
	case <-s.browser.Done():
		return err
	case <-ctx.Done():
		return err
	default:
	}
	if err != nil {
		s.lost(err)
	}
	return nil
}

// driveLone runs one case in a profile of its own.
func (s *session) driveLone(ctx context.Context, t *trial) error {
	profile, err := s.newProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.close()
	if err := s.driveSteps(ctx, profile, []*trial{t}); err != nil {
		t.lost = err
		return err
	}
	return nil
}

// driveSteps runs cases at once, each step by step.
func (s *session) driveSteps(ctx context.Context, profile *profile, trials []*trial) error {
	var longest time.Duration
	for _, t := range trials {
		longest = max(longest, t.waits()+time.Duration(len(t.steps))*(t.timeout()+batchTime))
	}
	ctx, cancel := context.WithTimeout(ctx, longest+batchTime)
	defer cancel()
	cases, running := errgroup.WithContext(ctx)
	for _, t := range trials {
		cases.Go(func() error { return s.runSteps(running, profile, t) })
	}
	if err := cases.Wait(); err != nil {
		return err
	}
	trials = slices.DeleteFunc(slices.Clone(trials), func(t *trial) bool { return t.concluded })
	if len(trials) == 0 {
		return nil
	}
	page, err := profile.page(ctx, trials[0].document(0))
	if err != nil {
		return err
	}
	return s.finish(ctx, profile, page, trials)
}

// runSteps runs one case, step by step.
func (s *session) runSteps(ctx context.Context, profile *profile, t *trial) error {
	for i := range t.steps {
		step := t.bound.Steps[i]
		if err := sleep(ctx, step.Step.Wait); err != nil {
			return err
		}
		if err := s.arm(t, i); err != nil {
			t.failed = err
			s.conclude(t)
			return nil
		}
		s.fleet.Step(t.bound.Token, i)
		document := t.document(i)
		if step.Step.Fresh {
			profile.forget(document)
		}
		page, err := profile.page(ctx, document)
		if s.elsewhere(err, []*trial{t}) {
			return nil
		} else if err != nil {
			return err
		}
		if err := profile.setCookies(ctx, t.cookies(i)); err != nil {
			return err
		}
		if err := s.probeStep(ctx, page, t, i); err != nil {
			return err
		}
		if err := s.runControls(ctx, profile, page, []*trial{t}, i); err != nil {
			return err
		}
	}
	return nil
}

// sleep waits as a scenario asks: `wait` between steps is about real time.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) probeStep(ctx context.Context, page browser.Page, t *trial, step int) error {
	ctx, cancel := context.WithTimeout(ctx, t.timeout()+batchTime)
	defer cancel()
	if err := runProbes(ctx, page, []browser.Probe{t.probe(step)}, func(o browser.Outcome) { t.steps[step].outcome = &o }); err != nil {
		return err
	}
	if t.bound.Steps[step].Request.Via == "manifest" {
		if err := page.Manifest(ctx); err != nil {
			return err
		}
	}
	s.awaitDue(ctx, []*trial{t}, step)
	s.hearReasons(ctx, []*trial{t}, step)
	return nil
}

// runBatch runs one-step cases at once on one page and returns those that ran,
// whether or not the page lasted.
func (s *session) runBatch(ctx context.Context, profile *profile, page browser.Page, batch []*trial) ([]*trial, error) {
	byToken := make(map[string]*trial, len(batch))
	var probes []browser.Probe
	var cookies []oracle.Cookie
	running := batch[:0:0]
	longest := time.Duration(0)
	for _, t := range batch {
		if err := s.arm(t, 0); err != nil {
			t.failed = err
			s.conclude(t)
			continue
		}
		byToken[t.bound.Token] = t
		probes = append(probes, t.probe(0))
		cookies = append(cookies, t.cookies(0)...)
		running = append(running, t)
		longest = max(longest, t.timeout())
	}
	weight := min(int64(len(cookies)), cookiesSize)
	if err := profile.jar.Acquire(ctx, weight); err != nil {
		return nil, err
	}
	defer profile.jar.Release(weight)
	ctx, cancel := context.WithTimeout(ctx, longest+batchTime)
	defer cancel()
	if err := profile.setCookies(ctx, cookies); err != nil {
		return running, err
	}
	err := runProbes(ctx, page, probes, func(o browser.Outcome) {
		if t := byToken[o.ID]; t != nil {
			t.steps[0].outcome = &o
			s.seen()
		}
	})
	if err != nil {
		err = fmt.Errorf("harness: a batch of %d cases on %s: %w", len(batch), batch[0].page(), err)
	}
	return running, err
}

// settle gathers the evidence of a batch on its page, or, if that is lost
// meanwhile, on another.
func (s *session) settle(ctx context.Context, profile *profile, page browser.Page, trials []*trial) error {
	err := s.gather(ctx, profile, page, trials)
	if err != nil {
		err = errors.Join(err, s.rescue(ctx, trials, err))
	}
	return err
}

// gather collects the evidence of a batch that has run: the browser's reasons,
// the controls, the sentinels, the ledger.
func (s *session) gather(ctx context.Context, profile *profile, page browser.Page, trials []*trial) error {
	ctx, cancel := context.WithTimeout(ctx, batchTime)
	defer cancel()
	s.awaitDue(ctx, trials, 0)
	s.hearReasons(ctx, trials, 0)
	if err := s.runControls(ctx, profile, page, trials, 0); err != nil {
		return err
	}
	return s.finish(ctx, profile, page, trials)
}

// arm tells the fleet how to answer a case in a step: two steps may ask two
// set-ups.
func (s *session) arm(t *trial, step int) error {
	if name := t.setUp(step); name != "" {
		return s.fleet.ArmSetUp(t.bound.Token, name)
	}
	s.fleet.Arm(t.bound.Token, t.bound)
	return nil
}

// finish closes a batch: a sentinel to every listener in use, so that "nothing
// more came" means something, then the ledger.
func (s *session) finish(ctx context.Context, profile *profile, page browser.Page, trials []*trial) error {
	silent, err := s.sentinels(ctx, profile, page, trials)
	if err != nil {
		return err
	}
	for _, t := range trials {
		for _, origin := range t.bound.Origins() {
			if silent[origin] {
				t.silent = append(t.silent, origin.String())
			}
		}
		for _, e := range s.fleet.Ledger().Case(t.bound.Token) {
			t.steps[e.Step].wire = append(t.steps[e.Step].wire, e)
			if e.Pending {
				t.unanswered = append(t.unanswered, fmt.Sprintf("%s %s%s", e.Method, e.At, e.Path))
			}
			if e.Failed != "" && t.failed == nil {
				t.failed = errors.New(e.Failed)
			}
		}
		s.conclude(t)
	}
	return nil
}

func (s *session) conclude(t *trial) {
	s.fleet.Disarm(t.bound.Token)
	if t.setUp(0) != "" && t.failed == nil && t.notApplicable == "" {
		t.replay(s.profile)
	}
	if err := s.untold(t); err != nil && !t.apart {
		setApart([]*trial{t}, err)
		s.lost(err)
		return
	}
	if t.goesOn() {
		s.mu.Lock()
		s.strays = append(s.strays, t)
		s.mu.Unlock()
		return
	}
	t.concluded = true
	s.concluded(t)
}
