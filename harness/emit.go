package harness

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// record judges the trial and writes down everything the verdict rests on.
func (t *trial) record(expectations []scenarios.Expectation) record.Record {
	r := head(t.perm, t.engine)
	r.Order = t.order
	r.Attempt = t.attempt
	if t.notApplicable != "" {
		r.Verdict, r.Problems = record.NotApplicable, []string{t.notApplicable}
		return r
	}
	votes, evidence := t.gathered()
	for i := range t.steps {
		if o := t.steps[i].outcome; o != nil {
			r.MS += o.MS
		}
		if c := t.steps[i].control; c != nil {
			r.Control = "the same load, with replies that allow everything: " + c.Why
		}
		r.Steps = append(r.Steps, t.recordStep(i, votes[i]))
	}
	if r.Control == "" {
		r.Control = "none needed"
	}
	result := judge.Judge(votes, evidence, t.links(), listed(expectations, t.perm.ID))
	r.Verdict, r.Problems, r.Explained = result.Verdict, result.Problems, result.Explained
	return r
}

// gathered is what the trial puts before the judge.
func (t *trial) gathered() ([]judge.Votes, judge.Evidence) {
	votes := make([]judge.Votes, len(t.steps))
	evidence := judge.Evidence{Silent: t.silent, Unanswered: t.unanswered, Controls: map[int]judge.Control{}}
	if t.failed != nil {
		evidence.Failed = t.failed.Error()
	}
	for i := range t.steps {
		votes[i] = t.votes(i)
		if c := t.steps[i].control; c != nil {
			evidence.Controls[i] = c.Control
		}
	}
	return votes, evidence
}

func (t *trial) votes(i int) judge.Votes {
	s := t.steps[i]
	step, request := t.bound.Steps[i].Step, t.bound.Steps[i].Request
	v := judge.Votes{
		Claim: step.Expect, Expand: t.expander(i), Standard: observe.Prediction(s.standard, request),
		Repeats: fixtures.Ways()[request.Via].Repeats,
	}
	if s.profile != nil {
		v.Profile = new(observe.Prediction(*s.profile, request))
	}
	var outcome browser.Outcome
	if s.outcome != nil {
		outcome = *s.outcome
	}
	v.Observed = observe.Browser(outcome, s.failure, s.wire, request)
	v.TimedOut, v.Broken = outcome.TimedOut, outcome.Broken
	return v
}

func (t *trial) recordStep(i int, v judge.Votes) record.Step {
	s, bound := t.steps[i], t.bound.Steps[i]
	r := bound.Request
	step := record.Step{
		Request: record.Request{
			Method: methodOf(r), URL: scenarios.StripToken(r.URL), Via: string(r.Via), Mode: r.Mode,
			Credentials: r.Credentials, Headers: r.Headers, Text: Snippet(r), Page: pageOf(bound),
		},
		Claim: claimOf(bound.Step.Expect), Oracle: t.predicted(s.standard),
		Observed: t.observation(v.Observed, s.wire),
	}
	if r.Body != nil {
		step.Request.Body = record.Text(r.Body.Bytes)
	}
	if s.profile != nil {
		step.Profile = new(t.predicted(*s.profile))
	}
	return step
}

// pageOf says where a step's script runs; "" for a plain page.
func pageOf(s scenarios.BoundStep) string {
	if s.Step.Page == nil {
		return ""
	}
	return pageText(s)
}

func head(p *scenarios.Permutation, engine string) record.Record {
	request := p.Steps[0].Request
	return record.Record{
		ID: p.ID, Topic: p.Topic, Title: p.Title, Why: p.Why, Spec: p.Spec, Via: string(p.Via),
		Engine: engine, From: request.From, To: request.To, Source: fmt.Sprintf("%s:%d", p.Pos.File, p.Pos.Line),
	}
}

// unfinished is the record of a permutation that came to no end.
func unfinished(p *scenarios.Permutation, engine string, attempts int, why error) record.Record {
	r := head(p, engine)
	r.Verdict, r.Attempt = record.Error, attempts
	r.Problems = []string{fmt.Sprintf("the case came to no end in %d attempts: %v", attempts, why)}
	return r
}

func listed(expectations []scenarios.Expectation, id string) *judge.Explanation {
	for _, e := range expectations {
		if e.Matches(id) {
			link := e.Link
			if link == "" {
				link = "unreported: " + e.Note
			}
			return &judge.Explanation{Read: e.Read, Reason: e.Reason, Wire: e.Wire, Link: link}
		}
	}
	return nil
}

func claimOf(e scenarios.Expect) record.Claim {
	return record.Claim{Read: string(e.Read), Reason: string(e.Reason), ServerSaw: e.ServerSaw, More: stated(e)}
}

func (t *trial) predicted(p oracle.Prediction) record.Predicted {
	wire := slices.Clone(p.Wire)
	for i := range wire {
		wire[i].URL = scenarios.StripToken(wire[i].URL)
	}
	trace := slices.Clone(p.Trace)
	for i := range trace {
		trace[i].Text = t.withoutToken(trace[i].Text)
	}
	return record.Predicted{Read: string(p.Read), Reason: string(p.Reason), Type: p.Type, Status: p.Status, Timing: p.Timing, Wire: wire, Trace: trace}
}

func (t *trial) observation(s observe.Seen, wire []servers.Entry) record.Observation {
	o := record.Observation{
		Read: string(s.Read), Reason: string(s.Reason), Native: s.Native, Type: s.Type, Status: s.Status,
		URL: s.URL, Redirected: s.Redirected, Headers: s.Headers, Error: s.Error, Muted: s.Muted, Timing: s.Timing,
	}
	if s.Body != nil {
		o.Body = *s.Body
	}
	for _, e := range wire {
		o.Wire = append(o.Wire, record.Exchange{
			At: e.At.String(), Method: e.Method, Path: e.Path, Headers: e.Headers, Body: record.Text(e.Body),
			Preflight: e.Preflight, Retry: e.Retry, Status: e.Reply.Status,
			Broken: e.Reply.Abort == "in-body", ReplyHeaders: t.stripped(e.Reply.Headers), ReplyBody: record.Text(e.Reply.Body),
			MS: float64((e.Time - wire[0].Time).Microseconds()) / 1000,
		})
	}
	return o
}

// stripped takes the token out of a Location.
func (t *trial) stripped(headers oracle.Headers) oracle.Headers {
	out := slices.Clone(headers)
	for i := range out {
		if strings.EqualFold(out[i].Name, "Location") {
			out[i].Value = t.withoutToken(out[i].Value)
		}
	}
	return out
}

// tokened finds the places where a URL carries a token, and the hop's mark at
// the end of such a path.
var tokened = regexp.MustCompile(`/~([0-9a-z]+)([^\s"'?#;]*)(?:;~[0-9]+)?|[?&]` + scenarios.TokenParam + `=([0-9a-z]+)`)

// withoutToken gives a sentence about a case as if it had no token.
func (t *trial) withoutToken(sentence string) string {
	if !strings.Contains(sentence, t.bound.Token) {
		return sentence
	}
	return tokened.ReplaceAllString(sentence, "$2")
}

// expander fills in the placeholders of a step's claim.
func (t *trial) expander(step int) judge.Expander {
	return func(template scenarios.Template) string { return t.bound.Expand(step, template) }
}

// stated are the claims beside read, reason and server-saw, as their author
// wrote them.
func stated(e scenarios.Expect) []string {
	var out []string
	add := func(key string, value any) { out = append(out, fmt.Sprintf("%s: %v", key, value)) }
	if e.Type != "" {
		add("type", e.Type)
	}
	if e.Status != nil {
		add("status", *e.Status)
	}
	if e.StatusText != nil {
		add("status-text", *e.StatusText)
	}
	if e.URL != nil {
		add("url", e.URL)
	}
	if e.Redirected != nil {
		add("redirected", *e.Redirected)
	}
	if e.Body != nil {
		add("body", e.Body)
	}
	if len(e.ReadableHeaders) > 0 {
		add("readable-headers", strings.Join(e.ReadableHeaders, ", "))
	}
	if len(e.HiddenHeaders) > 0 {
		add("hidden-headers", strings.Join(e.HiddenHeaders, ", "))
	}
	if e.Error != "" {
		add("error", e.Error)
	}
	if e.Muted != nil {
		add("muted", *e.Muted)
	}
	if e.Timing != "" {
		add("timing", e.Timing)
	}
	if e.Preflights != nil {
		add("preflights", *e.Preflights)
	}
	if e.Origin != "" {
		add("origin", e.Origin)
	}
	for _, name := range slices.Sorted(maps.Keys(e.RequestHeaders)) {
		add("request-headers "+name, e.RequestHeaders[name])
	}
	if len(e.Wire) > 0 {
		add("wire", fmt.Sprintf("%d requests, each as stated", len(e.Wire)))
	}
	return out
}

func methodOf(r oracle.Request) string {
	if r.Method == "" {
		return "GET"
	}
	return r.Method
}
