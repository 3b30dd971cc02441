package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

const (
	batchSize    = 500              // cases on one page at once
	heldSize     = 4                // cases that hold a connection at once: a host has six
	profilesOpen = 4                // profiles of lone cases open at once
	cookiesSize  = 100              // cases with cookies in one profile: a site keeps some 160
	batchTime    = 60 * time.Second // for a batch, beyond its cases' own deadlines
	reasonTime   = time.Second      // for the browser's words on a failure, after the outcome
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

	mu       sync.Mutex
	controls map[string]*control
}

// drive runs the trials: each lane's by page, the lone ones beside them. A
// trial that it could not conclude is left as it was; the error says why.
func (s *session) drive(ctx context.Context, trials []*trial) error {
	var shared, lone []*trial
	for _, t := range trials {
		if t.lane == laneAlone {
			lone = append(lone, t)
		} else {
			shared = append(shared, t)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(1 + profilesOpen)
	group.Go(func() error { return s.driveShared(ctx, shared) })
	for _, t := range lone {
		group.Go(func() error { return s.driveLone(ctx, t) })
	}
	return group.Wait()
}

// driveShared runs the cases that bear company, page by page, in one profile.
func (s *session) driveShared(ctx context.Context, trials []*trial) error {
	if len(trials) == 0 {
		return nil
	}
	tab, err := s.newProfile(ctx)
	if err != nil {
		return err
	}
	defer tab.close()
	for _, batch := range batches(trials) {
		page, err := tab.page(ctx, batch[0].page())
		if err != nil {
			return err
		}
		if err := s.runBatch(ctx, tab, page, batch); err != nil {
			return err
		}
	}
	return nil
}

// batches cuts trials into what may run together: same page, same lane, not
// more than its size. The order within a page is kept.
func batches(trials []*trial) [][]*trial {
	type key struct {
		page oracle.Origin
		lane lane
	}
	var order []key
	groups := map[key][]*trial{}
	for _, t := range trials {
		k := key{t.page(), t.lane}
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
			if len(batch) == size || n > 0 && cookies+n > cookiesSize {
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
	profile, err := s.newProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.close()
	if err := s.arm(t); err != nil {
		t.failed = err
		s.conclude(t)
		return nil
	}
	defer s.fleet.Disarm(t.bound.Token)
	t.started = time.Now()
	for i := range t.steps {
		step := t.bound.Steps[i]
		if err := sleep(ctx, step.Step.Wait); err != nil {
			return err
		}
		s.fleet.Step(t.bound.Token, i)
		if step.Step.Fresh {
			profile.forget(t.page())
		}
		page, err := profile.page(ctx, step.Request.Client.Page)
		if err != nil {
			return err
		}
		if err := profile.context.SetCookies(ctx, step.Cookies); err != nil {
			return err
		}
		if err := s.probeStep(ctx, page, t, i); err != nil {
			return err
		}
		if err := s.runControls(ctx, page, []*trial{t}, i); err != nil {
			return err
		}
	}
	page, err := profile.page(ctx, t.page())
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
	s.hearReasons(ctx, []*trial{t}, step)
	return nil
}

// runBatch runs one-step cases at once on one page and gathers their evidence.
func (s *session) runBatch(ctx context.Context, profile *profile, page browser.Page, batch []*trial) error {
	byToken := make(map[string]*trial, len(batch))
	var probes []browser.Probe
	var cookies []oracle.Cookie
	running := batch[:0:0]
	longest := time.Duration(0)
	for _, t := range batch {
		if err := s.arm(t); err != nil {
			t.failed = err
			s.conclude(t)
			continue
		}
		t.started = time.Now()
		byToken[t.bound.Token] = t
		probes = append(probes, t.probe(0))
		cookies = append(cookies, t.bound.Steps[0].Cookies...)
		running = append(running, t)
		longest = max(longest, t.timeout())
	}
	defer func() {
		for _, t := range running {
			s.fleet.Disarm(t.bound.Token)
		}
	}()
	if len(running) == 0 {
		return nil
	}
	if len(cookies) > 0 {
		if err := profile.context.SetCookies(ctx, cookies); err != nil {
			return err
		}
	}
	runCtx, cancel := context.WithTimeout(ctx, longest+batchTime)
	defer cancel()
	err := page.Run(runCtx, probes, func(o browser.Outcome) {
		if t := byToken[o.ID]; t != nil {
			t.steps[0].outcome, t.elapsed = &o, time.Since(t.started)
		}
	})
	if err != nil {
		return fmt.Errorf("harness: a batch of %d cases on %s: %w", len(running), running[0].page(), err)
	}
	s.hearReasons(runCtx, running, 0)
	if err := s.runControls(runCtx, page, running, 0); err != nil {
		return err
	}
	return s.finish(runCtx, profile, page, running)
}

// arm tells the fleet how to answer a case.
func (s *session) arm(t *trial) error {
	if name := t.setUp(); name != "" {
		return s.fleet.ArmSetUp(t.bound.Token, name)
	}
	s.fleet.Arm(t.bound.Token, t.bound)
	return nil
}

// hearReasons gives each blocked step the browser's own words for it.
func (s *session) hearReasons(ctx context.Context, trials []*trial, step int) {
	var blocked []string
	for _, t := range trials {
		if o := t.steps[step].outcome; o != nil && o.Read == oracle.Blocked && isReported(t.steps[step].standard.Reason) {
			blocked = append(blocked, t.bound.Token)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, reasonTime)
	defer cancel()
	words := s.failures.take(ctx, blocked)
	for _, t := range trials {
		if failure, found := words[t.bound.Token]; found {
			t.steps[step].failure = &failure
		}
	}
}

// runControls runs the permissive twins that the blocked steps need and that
// have not run yet in this browser.
func (s *session) runControls(ctx context.Context, page browser.Page, trials []*trial, step int) error {
	twins := map[string]*trial{}     // to run here, by token
	running := map[string]*control{} // theirs
	var needed []*control
	for _, t := range trials {
		o := t.steps[step].outcome
		if o == nil || o.Read != oracle.Blocked || o.Broken != "" {
			continue
		}
		twin, err := s.twin(t, step)
		if err != nil {
			t.steps[step].control = &control{Control: judge.Control{Why: err.Error()}}
			continue
		}
		c, first := s.control(controlKey(twin.perm))
		if first {
			twins[twin.bound.Token], running[twin.bound.Token] = twin, c
		}
		t.steps[step].control = c
		needed = append(needed, c)
	}
	err := s.runTwins(ctx, page, twins, running)
	for _, c := range running {
		close(c.done)
	}
	for _, c := range needed { // another profile may still be running its own
		select {
		case <-c.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

// control is the twin of a key; first is true for the caller that must run it.
func (s *session) control(key string) (c *control, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.controls[key]; c != nil {
		return c, false
	}
	c = &control{key: key, done: make(chan struct{}), Control: judge.Control{Why: "it never reported"}}
	s.controls[key] = c
	return c, true
}

// runTwins runs twins on a page and writes down what they saw.
func (s *session) runTwins(ctx context.Context, page browser.Page, twins map[string]*trial, running map[string]*control) error {
	var probes []browser.Probe
	for _, token := range slices.Sorted(maps.Keys(twins)) {
		s.fleet.Arm(token, twins[token].bound)
		defer s.fleet.Disarm(token)
		probes = append(probes, twins[token].probe(0))
	}
	return page.Run(ctx, probes, func(o browser.Outcome) {
		c, want := running[o.ID], twins[o.ID].prediction().Read
		switch {
		case o.TimedOut:
			c.Why = "no event came before its deadline"
		case o.Broken != "":
			c.Why = "its probe failed: " + o.Broken
		case o.Read != want:
			c.Why = fmt.Sprintf("%s where %s was due %s", o.Read, want, o.Error)
		default:
			c.OK, c.Why = true, string(o.Read)
		}
	})
}

// isReported is false for reasons that no request fails of: the API throws, or
// the load itself went well. Waiting for the browser's words would be in vain.
func isReported(r oracle.Reason) bool {
	switch r {
	case oracle.InvalidRequest, oracle.ForbiddenMethod, oracle.MethodNotSafelisted,
		oracle.RedirectModeNoCORS, oracle.ModeSameOrigin, oracle.WrongType:
		return false
	}
	return true
}

func (s *session) twin(t *trial, step int) (*trial, error) {
	token := s.tokens()
	perm, err := controlOf(t.perm, step, func(p *scenarios.Permutation) (oracle.Prediction, error) {
		twin, err := newTrial(p, token, s.profile)
		if err != nil {
			return oracle.Prediction{}, err
		}
		return twin.prediction(), nil
	})
	if err != nil {
		return nil, err
	}
	return newTrial(perm, token, s.profile)
}

// prediction is the engine's for the first step.
func (t *trial) prediction() oracle.Prediction {
	if p := t.steps[0].profile; p != nil {
		return *p
	}
	return t.steps[0].standard
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
			if e.Failed != "" && t.failed == nil {
				t.failed = errors.New(e.Failed)
			}
		}
		s.conclude(t)
	}
	return nil
}

// sentinels sends one plain request to each origin of the trials, from their
// own page where that page may, else (mixed content) from a page of an http
// origin in the same profile. It returns the origins whose sentinel did not
// arrive.
func (s *session) sentinels(ctx context.Context, profile *profile, page browser.Page, trials []*trial) (map[oracle.Origin]bool, error) {
	id := s.tokens()
	byPage := map[bool][]string{}
	origins := map[oracle.Origin]bool{}
	for _, t := range trials {
		for _, origin := range t.bound.Origins() {
			if origins[origin] {
				continue
			}
			origins[origin] = true
			mixed := t.page().Scheme == "https" && origin.Scheme == "http"
			byPage[mixed] = append(byPage[mixed], origin.String()+scenarios.Reserved+"sentinel/"+id)
		}
	}
	for mixed, urls := range byPage {
		from := page
		if mixed {
			var err error
			if from, err = profile.page(ctx, plainPage); err != nil {
				return nil, err
			}
		}
		if err := from.Sentinel(ctx, urls); err != nil {
			return nil, fmt.Errorf("harness: sending sentinels: %w", err)
		}
	}
	silent := map[oracle.Origin]bool{}
	for origin := range origins {
		if !s.fleet.Ledger().Sentinel(id, origin) {
			silent[origin] = true
		}
	}
	return silent, nil
}

func (s *session) conclude(t *trial) {
	if t.elapsed == 0 {
		t.elapsed = time.Since(t.started)
	}
	if t.setUp() != "" && t.failed == nil {
		t.replay(s.profile)
	}
	t.concluded = true
	s.concluded(t)
}

// replay predicts the steps of a set-up from the replies that its server
// really gave: claim against browser then tests the server, replay against
// browser the engine.
func (t *trial) replay(profile oracle.Profile) {
	standard, engine := oracle.State{}, oracle.State{Profile: profile}
	for i, s := range t.bound.Steps {
		var recorded []oracle.Recorded
		for _, e := range t.steps[i].wire {
			recorded = append(recorded, oracle.Recorded{
				Request: oracle.WireRequest{Method: e.Method, URL: e.At.String() + e.Target, Preflight: e.Preflight},
				Reply:   oracle.Reply{Status: e.Reply.Status, Headers: e.Reply.Headers, Body: e.Reply.Body},
			})
		}
		t.steps[i].standard = oracle.Replay(standard, s.Request, recorded)
		if p := oracle.Replay(engine, s.Request, recorded); !t.same(t.steps[i].standard, p) {
			t.steps[i].profile = &p
		}
	}
}

// plainPage holds the sentinels that a secure page may not send.
var plainPage = oracle.Origin{Scheme: "http", Host: "sentinel.test", Port: 80}

// profile is a browser context and its open pages.
type profile struct {
	context browser.Context
	pages   map[oracle.Origin]browser.Page
}

func (s *session) newProfile(ctx context.Context) (*profile, error) {
	c, err := s.browser.NewContext(ctx)
	if err != nil {
		return nil, err
	}
	return &profile{context: c, pages: map[oracle.Origin]browser.Page{}}, nil
}

// page opens the harness's page of an origin, once.
func (p *profile) page(ctx context.Context, origin oracle.Origin) (browser.Page, error) {
	if page := p.pages[origin]; page != nil {
		return page, nil
	}
	page, err := p.context.Open(ctx, origin.String()+scenarios.Reserved+"page.html")
	if err != nil {
		return nil, fmt.Errorf("harness: opening a page of %s: %w", origin, err)
	}
	p.pages[origin] = page
	return page, nil
}

// forget closes the page of an origin, so that the next one is fresh.
func (p *profile) forget(origin oracle.Origin) {
	if page := p.pages[origin]; page != nil {
		page.Close()
		delete(p.pages, origin)
	}
}

func (p *profile) close() {
	for _, page := range p.pages {
		page.Close()
	}
	p.context.Close()
}

func cutAuthority(url string) (authority, rest string, found bool) {
	i := strings.Index(url, "://")
	if i < 0 {
		return "", "", false
	}
	slash := strings.IndexAny(url[i+3:], "/?#")
	if slash < 0 {
		return url, "/", true
	}
	return url[:i+3+slash], url[i+3+slash:], true
}
