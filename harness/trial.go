package harness

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// trial is one permutation on its way through one engine: bound to a token,
// predicted, run, observed.
type trial struct {
	perm    *scenarios.Permutation
	bound   *scenarios.Bound
	lane    lane
	attempt int
	engine  string
	order   int // the permutation's place in the run, from 1
	profile oracle.Profile
	steps   []trialStep

	subject bool // its server is under test
	bare    bool // its URLs are to carry no token
	adopts  bool // what arrives without a token is its own

	notApplicable string                         // why this cannot run here
	failed        error                          // the harness failed it
	silent        []string                       // origins whose sentinel never arrived
	unanswered    []string                       // requests that their server had not begun to answer
	reasons       func(step int) []oracle.Switch // those of the engine by which its prediction differs
	apart         bool                           // its page was lost, and it may be why: it starts alone the next time
	lost          error                          // why its page was
	concluded     bool                           // all evidence is in
}

// trialStep is one step: both predictions, and what came back.
type trialStep struct {
	standard oracle.Prediction
	profile  *oracle.Prediction // nil: the same as the standard's
	outcome  *browser.Outcome
	failure  *browser.Failure
	wire     []servers.Entry
	control  *control
}

// usesCache says whether a response over https comes, by either prediction, from
// the HTTP cache or is asked about from there.
func (s *trialStep) usesCache() bool {
	cached := s.standard.Cached
	if s.profile != nil {
		cached = slices.Concat(cached, s.profile.Cached)
	}
	return slices.ContainsFunc(cached, func(url string) bool { return strings.HasPrefix(url, "https:") })
}

// control is the twin that ran for a step.
type control struct {
	key      string
	done     chan struct{} // closed when it has run, or its page was lost
	reported bool          // it has run
	judge.Control
}

// tokens hands out names that no other case, and no other run, has.
type tokens struct {
	run string
	n   atomic.Int64
}

func newTokens() *tokens {
	return &tokens{run: strconv.FormatUint(36*36*36*36+rand.Uint64N(35*36*36*36*36), 36)}
}

func (t *tokens) next() string {
	return fmt.Sprintf("%s%04s", t.run, strconv.FormatInt(t.n.Add(1), 36))
}

// newTrial binds and predicts a permutation.
func newTrial(p *scenarios.Permutation, token string, profile oracle.Profile) (*trial, error) {
	bound, err := p.Bind(token, fixtures.Assets{})
	if err != nil {
		return nil, fmt.Errorf("harness: %s: %w", p.ID, err)
	}
	t := &trial{perm: p, bound: bound, lane: laneOf(p, bound), profile: profile, steps: make([]trialStep, len(bound.Steps))}
	if p.WaitsTooLong() {
		t.notApplicable = "it waits for more than " + scenarios.MaxWait.String() + ": its claims are held against the oracle, by lint, and no browser is asked"
		return t, nil
	}
	for i := range bound.Steps {
		if why := bound.Steps[i].NotSupported; why != "" {
			t.notApplicable = why
			return t, nil
		}
		if r := bound.Steps[i].Request; r.Via == "img-srcset" && strings.HasPrefix(r.URL, "data:") && strings.Contains(r.URL, " ") {
			t.notApplicable = "a URL in srcset ends at its first space"
			return t, nil
		}
		if t.placeRefused(i) {
			t.notApplicable = "the document's policy keeps out the frame or worker that its script is to run in"
			return t, nil
		}
	}
	t.predict(profile)
	return t, nil
}

// predict asks the oracle for both views: the standard's, and the engine's.
// The steps of a set-up have no replies yet; they are predicted by replay.
func (t *trial) predict(profile oracle.Profile) {
	t.vote(profile, func(p oracle.Profile) []oracle.Prediction { return predictSteps(t.bound, p) })
}

// vote writes down what the standard and the engine's profile predict. Which
// switches make the difference takes a prediction for each, and is asked later.
func (t *trial) vote(profile oracle.Profile, all func(oracle.Profile) []oracle.Prediction) {
	predict := func(p oracle.Profile) []oracle.Prediction { return t.untimed(all(p)) }
	standard, engine := predict(nil), predict(profile)
	for i := range t.steps {
		t.steps[i].standard, t.steps[i].profile = standard[i], nil
		if !same(standard[i], engine[i], t.bound.Steps[i].Request) {
			t.steps[i].profile = &engine[i]
		}
	}
	t.reasons = func(step int) []oracle.Switch { return relevantSwitches(profile, predict, step) }
}

// untimed leaves Resource Timing out of the predictions where no page looks at
// it: a switch that only it depends on makes no difference there.
func (t *trial) untimed(predictions []oracle.Prediction) []oracle.Prediction {
	for i := range predictions {
		if t.bound.Steps[i].Step.Expect.Timing == "" {
			predictions[i].Timing = ""
		}
	}
	return predictions
}

// links are where the switches that matter come from.
func (t *trial) links() string {
	var links []string
	for i := range t.steps {
		if t.steps[i].profile == nil {
			continue
		}
		for _, s := range t.reasons(i) {
			links = append(links, s.Link())
		}
	}
	slices.Sort(links)
	return strings.Join(slices.Compact(links), " ")
}

// same says whether no observation could tell two predictions apart. That the
// network fails is no reason that a browser could deny; whether it is expected
// to makes a difference to the evidence.
func same(a, b oracle.Prediction, r oracle.Request) bool {
	x, y := observe.Prediction(a, r), observe.Prediction(b, r)
	fails := a.Reason != b.Reason && b.Reason == oracle.NetworkError
	return reflect.DeepEqual(x, y) || len(judge.Differences(x, y)) == 0 && !fails && sameOrder(x.Wire, y.Wire)
}

// sameOrder says whether requests wait for the same answers.
func sameOrder(a, b []observe.Request) bool {
	return slices.EqualFunc(a, b, func(a, b observe.Request) bool { return a.After == b.After })
}

// predictSteps runs the oracle over the steps in order; what one leaves behind,
// the next finds.
func predictSteps(b *scenarios.Bound, profile oracle.Profile) []oracle.Prediction {
	state := oracle.State{Profile: profile}
	out := make([]oracle.Prediction, len(b.Steps))
	for i, s := range b.Steps {
		state = before(state, s)
		if s.Server == nil {
			continue
		}
		out[i], state = oracle.Predict(state, s.Request, s.Server)
	}
	return out
}

// before is the state in which a step begins: its wait is over, then its cookies
// are set.
func before(state oracle.State, s scenarios.BoundStep) oracle.State {
	state = state.Advance(s.Step.Wait)
	if s.Step.Fresh {
		state = state.FreshPage()
	}
	for _, c := range s.Cookies {
		state = state.SetCookie(c)
	}
	return state
}

// cookies are those of a step that a browser takes: a driver would force the
// others on it.
func (t *trial) cookies(step int) []oracle.Cookie {
	var taken []oracle.Cookie
	state := oracle.State{Profile: t.profile}
	for _, s := range t.bound.Steps[:step] {
		if state = before(state, s); s.Server != nil {
			_, state = oracle.Predict(state, s.Request, s.Server)
		}
	}
	for _, c := range t.bound.Steps[step].Cookies {
		if state.Accepts(c) {
			taken, state = append(taken, c), state.SetCookie(c)
		}
	}
	return taken
}

// relevantSwitches are the switches without which the engine's prediction of a
// step would be another, whatever its trace says.
func relevantSwitches(profile oracle.Profile, predict func(oracle.Profile) []oracle.Prediction, step int) []oracle.Switch {
	at := func(p oracle.Profile) oracle.Prediction {
		prediction := predict(p)[step]
		prediction.Trace = nil
		return prediction
	}
	var relevant []oracle.Switch
	with := at(profile)
	for _, s := range slices.Sorted(maps.Keys(profile)) {
		without := maps.Clone(profile)
		delete(without, s)
		if !reflect.DeepEqual(at(without), with) {
			relevant = append(relevant, s)
		}
	}
	return relevant
}

// plain is true for a trial whose scripts run in tabs of the harness's own page.
func (t *trial) plain() bool {
	for i := range t.steps {
		if !t.document(i).plain() {
			return false
		}
	}
	return true
}

// probe is a step in the form the page takes.
func (t *trial) probe(step int) browser.Probe {
	s := t.bound.Steps[step]
	r := s.Request
	p := browser.Probe{
		ID: t.bound.Token, Via: r.Via, URL: r.URL, Method: r.Method,
		Mode: r.Mode, Credentials: r.Credentials, Redirect: r.Redirect, Cache: r.Cache,
		ReferrerPolicy: r.ReferrerPolicy, Integrity: r.Integrity, Keepalive: r.Keepalive, UploadListener: r.UploadListener,
		Sync: r.Sync, ResponseType: r.ResponseType, As: r.As, Timeout: int(t.timeout().Milliseconds()),
	}
	document := t.document(step)
	p.Frames, p.Origin = inWorker(document.frames(), r), document.origin
	if local, ok := t.bound.Local(step); ok {
		p.Blob = &browser.Blob{Type: local.Type, Base64: base64.StdEncoding.EncodeToString(local.Bytes), Revoked: local.Revoked}
	}
	// What an earlier step has left in a cache may answer for this one.
	p.Own = slices.ContainsFunc(t.bound.Steps[:step+1], func(s scenarios.BoundStep) bool { return own(s.Step.Server, r.Via) })
	if strings.HasPrefix(r.URL, "data:") {
		// What a browser shows where there is no data is an error page.
		p.Own = (p.Own || s.Step.Request.Path != "") && oracle.HoldsData(r.URL)
	}
	p.Alone = t.lane == laneAlone
	p.Timing = s.Step.Expect.Timing != ""
	for _, h := range r.Headers {
		p.Headers = append(p.Headers, [2]string{h.Name, h.Value})
	}
	if r.Body != nil {
		p.Body = &browser.Body{Type: r.Body.Type, Base64: base64.StdEncoding.EncodeToString(r.Body.Bytes), Stream: r.Body.Stream}
	}
	return p
}

// inWorker leads on to a worker where the way to load needs one, and says so if
// the request holds it up.
func inWorker(frames []browser.Frame, r oracle.Request) []browser.Frame {
	if in := fixtures.Ways()[r.Via].In; in != "" && r.Client.Worker == "" {
		frames = append(frames, browser.Frame{Kind: in})
	} else if r.Client.Worker == "" {
		return frames
	}
	// A worker of Firefox's that makes a worker may never go on, on a busy machine one
	// of fifty, and more if it imports as it runs: other probes keep out of both.
	worker := &frames[len(frames)-1]
	worker.Blocks = r.Sync || r.Via == "import-scripts" || r.Via == "dynamic-import"
	worker.Makes = r.Via == "worker" || r.Via == "worker-module" || r.Via == "worker-import"
	return frames
}

// own is true where the page cannot expect what the default body does: there is
// another, or a frame with a header that may keep its script from running, or
// one that shows a redirect.
func own(s scenarios.Server, via oracle.Via) bool {
	if s.SetUp != nil || s.Response.Body != nil || s.Response.Raw != nil {
		return true
	}
	if !inFrame(via) {
		return false
	}
	// An empty Location leads nowhere in some browsers: the redirect itself is shown.
	return slices.ContainsFunc(s.Redirects, func(h scenarios.Hop) bool { return h.Location != nil && h.Location.String() == "" }) ||
		slices.ContainsFunc(s.Response.Headers, func(line scenarios.Line) bool {
			return strings.EqualFold(line.Name, "Content-Type") || strings.EqualFold(line.Name, "Content-Security-Policy")
		})
}

// inFrame is true for the ways to load that show a document in a frame.
func inFrame(via oracle.Via) bool { return via == "iframe" || via == "object" || via == "embed" }

// The deadlines of steps: the usual one, and that of what is due to get through
// and may take its time on a busy machine.
const usual, patient = 5 * time.Second, 15 * time.Second

// timeout is the deadline of a step. That a frame never loads is known by its
// deadline alone: one that is due to load, a player of media say, has time for
// that.
func (t *trial) timeout() time.Duration {
	if t.perm.Timeout > 0 {
		return t.perm.Timeout
	}
	for i := range t.steps {
		if due := t.due(i).Read; inFrame(t.perm.Steps[i].Request.Via) && (due == oracle.Allowed || due == oracle.Opaque) {
			return patient
		}
	}
	return usual
}

// waits is how long the steps wait, all together.
func (t *trial) waits() time.Duration {
	var sum time.Duration
	for _, step := range t.perm.Steps {
		sum += step.Wait
	}
	return sum
}

// page is the origin of the page that holds the script.
func (t *trial) page() oracle.Origin { return t.bound.Steps[0].Request.Client.Page }

// setUp is the name of the set-up that answers a step, or "". Either all steps
// have one or none has.
func (t *trial) setUp(step int) string {
	if s := t.perm.Steps[step].Server.SetUp; s != nil {
		return s.Name
	}
	return ""
}

// prediction is the engine's for the first step.
func (t *trial) prediction() oracle.Prediction { return t.due(0) }

// due is what the engine is to do in a step.
func (t *trial) due(step int) oracle.Prediction {
	if p := t.steps[step].profile; p != nil {
		return *p
	}
	return t.steps[step].standard
}
