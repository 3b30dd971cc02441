package harness

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/servers"
)

const (
	batchSize   = 500              // cases on one page at once
	heldSize    = 4                // cases that hold a connection at once: a host has six
	pagesOpen   = 4                // lone cases, and documents of their own, at once
	waitersOpen = 12               // lone cases at once that mostly wait
	cookiesSize = 100              // cases with cookies in one profile: a site keeps some 160
	batchTime   = 60 * time.Second // for a batch, beyond its cases' own deadlines
	openTime    = 30 * time.Second // for a browser to start, or to open a page
	reasonTime  = time.Second      // for the browser's words on a failure, after the outcome
)

// session is one running browser in front of the fleet.
type session struct {
	browser  browser.Browser
	fleet    *servers.Fleet
	profile  oracle.Profile
	failures *failures
	tokens   func() string
	// concluded is called for each trial when all its evidence is in.
	concluded func(*trial)
	// seen is called for each outcome of a shared page, before its evidence is.
	seen func()
	// lost is called with the error of each page that was lost.
	lost func(error)

	// shared is the profile of the cases that bear company.
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
	var shared, own, lone []*trial
	for _, t := range trials {
		switch {
		case t.lane == laneAlone:
			lone = append(lone, t)
		case t.document(0).plain():
			shared = append(shared, t)
		default:
			own = append(own, t)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 + pagesOpen)
	group.Go(func() error { return s.driveShared(ctx, shared) })
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
	return group.Wait()
}

// driveDocument runs a batch in a document that only it needs.
func (s *session) driveDocument(ctx context.Context, batch []*trial) error {
	document := batch[0].document(0)
	profile, err := s.world(ctx, document)
	if err != nil {
		return err
	}
	page, err := profile.open(ctx, document)
	if err != nil {
		return err
	}
	defer page.Close()
	running, err := s.runBatch(ctx, profile, page, batch)
	if err != nil {
		return err
	}
	return s.gather(ctx, profile, page, running)
}

// driveShared runs the cases that bear company, page by page, in one profile.
func (s *session) driveShared(ctx context.Context, trials []*trial) error {
	if len(trials) == 0 {
		return nil
	}
	tab := s.shared
	// While one batch runs, the one before gathers its evidence.
	gathering, ctx := errgroup.WithContext(ctx)
	gathering.SetLimit(1)
	run := func(batch []*trial) error {
		document := batch[0].document(0)
		page, err := tab.page(ctx, document)
		if err != nil {
			return err
		}
		running, err := s.runBatch(ctx, tab, page, batch)
		if err != nil {
			tab.forget(document)
			return err
		}
		if batch[0].lane == laneHeld { // its twins hold connections too
			return s.gather(ctx, tab, page, running)
		}
		gathering.Go(func() error { return s.survive(ctx, s.gather(ctx, tab, page, running)) })
		return nil
	}
	for _, batch := range batches(trials) {
		if err := s.survive(ctx, run(batch)); err != nil {
			return errors.Join(err, gathering.Wait())
		}
	}
	return gathering.Wait()
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

// batches cuts trials into what may run together: same page, same lane, not
// more than its size. The order within a page is kept.
func batches(trials []*trial) [][]*trial {
	type key struct {
		document string
		lane     lane
	}
	var order []key
	groups := map[key][]*trial{}
	for _, t := range trials {
		k := key{t.document(0).key(), t.lane}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], t)
	}
	var out [][]*trial
	for _, k := range order {
		size := batchSize
		if k.lane == laneHeld {
			size = heldSize
		}
		var batch []*trial
		cookies := 0
		for _, t := range groups[k] {
			n := len(t.bound.Steps[0].Cookies)
			if len(batch) == size || len(batch) > 0 && n > 0 && cookies+n > cookiesSize {
				out, batch, cookies = append(out, batch), nil, 0
			}
			batch, cookies = append(batch, t), cookies+n
		}
		out = append(out, batch)
	}
	return out
}

// driveLone runs one case in a profile of its own, step by step.
func (s *session) driveLone(ctx context.Context, t *trial) error {
	limit := batchTime // for the end
	for _, step := range t.bound.Steps {
		limit += step.Step.Wait + t.timeout() + batchTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	profile, err := s.newProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.close()
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
		if err != nil {
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
	page, err := profile.page(ctx, t.document(0))
	if err != nil {
		return err
	}
	return s.finish(ctx, profile, page, []*trial{t})
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
	if err := page.Run(ctx, []browser.Probe{t.probe(step)}, func(o browser.Outcome) { t.steps[step].outcome = &o }); err != nil {
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

// runBatch runs one-step cases at once on one page and returns those that ran.
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
	ctx, cancel := context.WithTimeout(ctx, longest+batchTime)
	defer cancel()
	if err := profile.setCookies(ctx, cookies); err != nil {
		return nil, err
	}
	err := page.Run(ctx, probes, func(o browser.Outcome) {
		if t := byToken[o.ID]; t != nil {
			t.steps[0].outcome = &o
			s.seen()
		}
	})
	if err != nil {
		return nil, fmt.Errorf("harness: a batch of %d cases on %s: %w", len(batch), batch[0].page(), err)
	}
	return running, nil
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
	if t.setUp(0) != "" && t.failed == nil {
		t.replay(s.profile)
	}
	t.concluded = true
	s.concluded(t)
}
