package harness

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Survey holds a catalogue as a whole against the oracle. unshown are the rules
// that none of its cases shows: the oracle could get those wrong and nobody
// would see it. It is for the catalogue that ships, not for a file of somebody's
// own.
func Survey(permutations []*scenarios.Permutation) (problems, unshown []Problem) {
	s := &survey{
		reasons: map[oracle.Reason]bool{}, reads: map[oracle.Via]map[oracle.Read]bool{}, switches: map[string]map[oracle.Switch]bool{},
	}
	for _, info := range oracle.Switches() {
		for _, engine := range info.Engines {
			if s.switches[engine] == nil {
				s.switches[engine] = map[oracle.Switch]bool{}
			}
			s.switches[engine][info.Switch] = false
		}
	}
	for _, p := range permutations {
		bound, err := p.Bind("survey", fixtures.Assets{})
		if err != nil {
			s.add(p, "%v", err)
			continue
		}
		s.permutation(bound)
	}
	s.problems = append(s.problems, Refusals()...)
	problems, s.problems = s.problems, nil
	s.unshown()
	return problems, s.problems
}

// survey is what a catalogue has been seen to show.
type survey struct {
	reasons  map[oracle.Reason]bool
	reads    map[oracle.Via]map[oracle.Read]bool
	switches map[string]map[oracle.Switch]bool // by engine, each of its own
	problems []Problem
}

func (s *survey) add(p *scenarios.Permutation, format string, args ...any) {
	problem := Problem{Text: fmt.Sprintf(format, args...)}
	if p != nil {
		problem.ID, problem.Pos = p.ID, p.Pos
	}
	s.problems = append(s.problems, problem)
}

func (s *survey) permutation(b *scenarios.Bound) {
	if slices.ContainsFunc(b.Steps, func(step scenarios.BoundStep) bool { return step.Server == nil || step.NotSupported != "" }) {
		return
	}
	standard := predictSteps(b, nil)
	s.shown(b, standard)
	for _, p := range standard {
		for _, problem := range traceProblems(p) {
			s.add(b.Permutation, "%s", problem)
		}
	}
	s.replays(b, standard)
	for _, engine := range slices.Sorted(maps.Keys(s.switches)) {
		profile := oracle.ProfileFor(engine)
		s.engine(b, engine, profile, standard)
		if !b.Steps[0].Request.Client.Top.IsOpaque() { // a frame, which probes may find without its cookies
			blocked := maps.Clone(profile)
			blocked[oracle.ThirdPartyCookiesBlocked] = true
			s.engine(b, engine, blocked, standard)
		}
	}
}

// replays replays the first step.
func (s *survey) replays(b *scenarios.Bound, predictions []oracle.Prediction) {
	step := b.Steps[0]
	if r := step.Request; step.Server != nil && strings.HasPrefix(r.URL, "http") && (r.Body == nil || !r.Body.Stream) {
		s.replayed(b, predictions[0])
	}
}

// shown notes what predictions show.
func (s *survey) shown(b *scenarios.Bound, predictions []oracle.Prediction) {
	for i, p := range predictions {
		via := b.Steps[i].Request.Via
		if s.reads[via] == nil {
			s.reads[via] = map[oracle.Read]bool{}
		}
		s.reads[via][p.Read] = true
		s.reasons[p.Reason] = true
	}
}

// engine notes the switches of an engine without which a case would be
// predicted otherwise, where the engine leaves the standard at all.
func (s *survey) engine(b *scenarios.Bound, engine string, profile oracle.Profile, standard []oracle.Prediction) {
	with := predictSteps(b, profile)
	s.shown(b, with)
	differs := false
	for i := range with {
		differs = differs || !same(standard[i], with[i], b.Steps[i].Request)
	}
	if !differs {
		return
	}
	for name, shown := range s.switches[engine] {
		if shown {
			continue
		}
		without := maps.Clone(profile)
		delete(without, name)
		for i, p := range predictSteps(b, without) {
			if !same(p, with[i], b.Steps[i].Request) {
				s.switches[engine][name] = true
			}
		}
	}
}

// unshown reports what no case shows.
func (s *survey) unshown() {
	for _, info := range oracle.Reasons() {
		if !s.reasons[info.Reason] {
			s.add(nil, "no case shows the reason %s: %s", info.Reason, info.About)
		}
	}
	for _, way := range oracle.Ways() {
		for _, read := range way.Reads {
			if !s.reads[way.Via][read] {
				s.add(nil, "no case shows %s that is %s", way.Via, read)
			}
		}
	}
	for _, engine := range slices.Sorted(maps.Keys(s.switches)) {
		for _, name := range slices.Sorted(maps.Keys(s.switches[engine])) {
			if !s.switches[engine][name] {
				s.add(nil, "no case shows what the switch %s of %s changes: %s (%s)", name, engine, name.Info().About, name.Link())
			}
		}
	}
}

// Replays says whether what a permutation is predicted to send, recorded and
// replayed, leads to the same prediction.
func Replays(p *scenarios.Permutation) []Problem {
	bound, err := p.Bind("survey", fixtures.Assets{})
	if err != nil {
		return nil // lint says so
	}
	s := &survey{}
	s.replays(bound, predictSteps(bound, nil))
	return s.problems
}

// replayed says whether a conversation that went as predicted leads to the
// same prediction again.
func (s *survey) replayed(b *scenarios.Bound, p oracle.Prediction) {
	step := b.Steps[0]
	var recorded []oracle.Recorded
	for i, w := range p.Wire {
		if i == 0 {
			recorded = strangers(w, p.Wire)
		}
		recorded = append(recorded, oracle.Recorded{Request: w, Reply: step.Server.Reply(w)})
	}
	state := before(oracle.State{}, step)
	if again := oracle.Replay(state, step.Request, recorded); !reflect.DeepEqual(again, p) {
		s.add(b.Permutation, "replayed, the predicted conversation leads elsewhere: %s, not %s", again.Read, p.Read)
	}
	if p.Type == "error" || len(p.Wire) == 0 || p.Wire[len(p.Wire)-1].Maybe {
		return
	}
	recorded = recorded[:len(recorded)-1]
	if again := oracle.Replay(state, step.Request, recorded); reflect.DeepEqual(again, p) {
		s.add(b.Permutation, "replayed without its last reply, the predicted conversation leads to the same: %s", again.Read)
	}
}

// strangers are requests that are not w, each in one point, nor of the
// conversation otherwise, and that have no answer.
func strangers(w oracle.WireRequest, conversation []oracle.WireRequest) []oracle.Recorded {
	method, url, preflight := w, w, w
	method.Method += "S"
	url.URL += "s"
	preflight.Preflight = !w.Preflight
	var out []oracle.Recorded
	for _, w := range []oracle.WireRequest{method, url, preflight} {
		if slices.ContainsFunc(conversation, func(own oracle.WireRequest) bool {
			return own.Method == w.Method && own.URL == w.URL && own.Preflight == w.Preflight
		}) {
			continue
		}
		out = append(out, oracle.Recorded{Request: w, Reply: oracle.Reply{Abort: "before-headers"}})
	}
	return out
}

// traceProblems says what is wrong with the steps of a prediction.
func traceProblems(p oracle.Prediction) []string {
	var out []string
	fails := 0
	for i, t := range p.Trace {
		if t.Algorithm == "" || t.Spec == "" || t.Text == "" {
			out = append(out, fmt.Sprintf("step %d of the trace says nothing", i+1))
		}
		if t.Fails {
			fails++
		}
	}
	failed := p.Type == "error"
	if failed && (fails != 1 || !p.Trace[len(p.Trace)-1].Fails) || !failed && fails > 0 {
		out = append(out, fmt.Sprintf("the trace has %d steps that fail, and the response's type is %s", fails, p.Type))
	}
	return out
}

// Refusals asks each way to load for each knob: the loader must refuse those
// that it does not take, and no others.
func Refusals() []Problem {
	s := &survey{}
	knobs := map[oracle.Knob]func(*oracle.Request){
		oracle.KnobMethod:         func(r *oracle.Request) { r.Method = "DELETE" },
		oracle.KnobHeaders:        func(r *oracle.Request) { r.Headers = oracle.Headers{{Name: "a", Value: "b"}} },
		oracle.KnobBody:           func(r *oracle.Request) { r.Body = &oracle.Body{} },
		oracle.KnobRedirect:       func(r *oracle.Request) { r.Redirect = "manual" },
		oracle.KnobCache:          func(r *oracle.Request) { r.Cache = "reload" },
		oracle.KnobReferrerPolicy: func(r *oracle.Request) { r.ReferrerPolicy = "origin" },
		oracle.KnobIntegrity:      func(r *oracle.Request) { r.Integrity = "sha256-x" },
		oracle.KnobKeepalive:      func(r *oracle.Request) { r.Keepalive = true },
		oracle.KnobUploadListener: func(r *oracle.Request) { r.UploadListener = true },
		oracle.KnobSync:           func(r *oracle.Request) { r.Sync = true },
		oracle.KnobResponseType:   func(r *oracle.Request) { r.ResponseType = "text" },
		oracle.KnobAs:             func(r *oracle.Request) { r.As = "script" },
	}
	for _, way := range oracle.Ways() {
		for _, knob := range slices.Sorted(maps.Keys(knobs)) {
			r := oracle.Request{Via: way.Via}
			knobs[knob](&r)
			if refused := len(oracle.CheckRequest(r)) > 0; refused == way.CanTake(knob) {
				s.add(nil, "%s takes %s: %t, and is refused it: %t", way.Via, knob, way.CanTake(knob), refused)
			}
		}
		for _, mode := range []string{"cors", "no-cors", "same-origin", "navigate", "websocket"} {
			setting := slices.IndexFunc(way.Settings, func(s oracle.Setting) bool { return s.Mode == mode })
			for _, credentials := range []string{"omit", "same-origin", "include"} {
				can := setting >= 0 && slices.Contains(way.Settings[setting].Credentials, credentials)
				if refused := len(oracle.CheckRequest(oracle.Request{Via: way.Via, Mode: mode, Credentials: credentials})) > 0; refused == can {
					s.add(nil, "%s can have mode %s with credentials %s: %t, and is refused it: %t", way.Via, mode, credentials, can, refused)
				}
			}
		}
	}
	for _, r := range []oracle.Request{
		{Via: "smoke"}, {Via: "fetch", Redirect: "maybe"}, {Via: "fetch", Cache: "maybe"}, {Via: "fetch", ReferrerPolicy: "maybe"},
		{Via: "fetch", ResponseType: "maybe"}, {Via: "xhr", Body: &oracle.Body{Stream: true}},
		{Via: "img", Client: oracle.Client{Worker: "dedicated"}}, {Via: "preload", As: "json"},
		{Via: "beacon", Method: "GET"}, {Via: "worker", Client: oracle.Client{Worker: "shared"}},
	} {
		if len(oracle.CheckRequest(r)) == 0 {
			s.add(nil, "a request that no page can make is not refused: %+v", r)
		}
	}
	for _, r := range []oracle.Request{
		{Via: "img", Method: "GET"}, {Via: "img", Redirect: "follow"}, {Via: "img", Cache: "default"}, {Via: "beacon", Method: "POST"},
		{Via: "worker", Client: oracle.Client{Worker: "dedicated"}}, {Via: "fetch", Client: oracle.Client{Worker: "shared"}},
	} {
		if errs := oracle.CheckRequest(r); len(errs) > 0 {
			s.add(nil, "a request that says what each load does is refused: %+v: %v", r, errs)
		}
	}
	if _, found := oracle.WayOf("smoke"); found {
		s.add(nil, "there is a way to load called smoke")
	}
	return s.problems
}
