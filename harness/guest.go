package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// Guest is a permutation whose page is in a browser that the harness does not
// drive, such as a reader's own. Whoever has the page opens it, publishes its
// document, arms the script, and hands over what comes back; there are no
// controls, sentinels or words of the browser's, and so no verdict: only what
// was seen, beside what was to be seen.
type Guest struct{ trial *trial }

// NewGuest binds a permutation to a token, for a browser of that engine ("" for
// one of an unknown engine: the standard's rules).
func NewGuest(p *scenarios.Permutation, token, engine string) (*Guest, error) {
	t, err := newTrial(p, token, oracle.ProfileFor(engine))
	if err != nil {
		return nil, err
	}
	t.engine = engine
	return &Guest{t}, nil
}

// Impossible says why no browser can run it at all; "" if one can.
func (g *Guest) Impossible() string { return g.trial.notApplicable }

// NotApplicable says why no page of a person's own can run it; "" if one can.
func (g *Guest) NotApplicable() string {
	t := g.trial
	if t.notApplicable != "" {
		return t.notApplicable
	}
	for i := range t.steps {
		d, step := t.document(i), t.perm.Steps[i]
		via := t.bound.Steps[i].Request.Via
		client := t.bound.Steps[i].Request.Client
		if why := lacking(t.engine, step); why != "" {
			return why
		}
		switch {
		case t.setUp(i) != "":
			return "its server is a program of its own, which a run starts"
		case via == "manifest":
			return "only a driver makes a browser fetch a manifest"
		case d.space != "" || len(d.permissions) > 0:
			return "its page is in another network, or has permissions that only a driver can give"
		case d.served.Worker != "":
			return "its page has a service worker, which would stay"
		case lastsInProfile(step.Server), slices.ContainsFunc(step.Cookies, func(c scenarios.Cookie) bool { return scenarios.OutlivesCase(c.Name) }):
			return "what its server says would stay in your browser, for other cases to meet"
		case inFrame(via) && t.due(i).Read == oracle.Blocked:
			return "no page can tell an error page in a frame from a document of another origin: only a driver hears of it"
		case slices.ContainsFunc(step.Server.Replies(), isNoHTTP):
			return "what is no HTTP, browsers take for an answer on usual ports alone"
		case step.Fresh && !isKeptNowhere(via):
			return "a frame that is loaded anew still finds what its tab remembers"
		case len(t.steps) > 1 && inFrame(via):
			return "a browser keeps what a frame has loaded apart from what a tab has, and here the page is in a frame itself"
		case challenges(step.Server):
			return "your browser would ask you for a name and a password"
		case d.tabOrigin != d.page.String() || t.refuses(client, "script", d.page.String()+"/"):
			return "its page lets no script in that could run it"
		case client.Headers.Has("X-Frame-Options") || client.Headers.Has("Cross-Origin-Embedder-Policy") || client.Headers.Has("Content-Security-Policy"):
			return "its page has policies of its own, and may not be shown in a frame"
		}
	}
	return ""
}

// Permutation is the case.
func (g *Guest) Permutation() *scenarios.Permutation { return g.trial.perm }

// Script answers the case's requests.
func (g *Guest) Script() servers.Script { return g.trial.bound }

// Token is what the case's URLs carry.
func (g *Guest) Token() string { return g.trial.bound.Token }

// Steps is the number of its steps.
func (g *Guest) Steps() int { return len(g.trial.steps) }

// Step is a step as the format has it, bound.
func (g *Guest) Step(i int) scenarios.BoundStep { return g.trial.bound.Steps[i] }

// Page is the URL of the document that the step's script runs in, or a frame or
// worker of, and Document what is to be published for it.
func (g *Guest) Page(step int) (string, servers.Document) {
	d := g.alone(step)
	return d.tab().URL, d.served
}

// alone is the step's document where only the page around it counts that the
// scenario itself asks for.
func (g *Guest) alone(step int) document {
	d := g.trial.document(step)
	if d.top = d.page; g.trial.perm.Steps[step].Page != nil {
		if top, _, err := scenarios.ResolveOrigin(g.trial.perm.Steps[step].Page.Top); err == nil {
			d.top = top
		}
	}
	return d
}

// Probe is the step in the form that the page's probe.js takes.
func (g *Guest) Probe(step int) browser.Probe {
	p := g.trial.probe(step)
	p.Frames = inWorker(g.alone(step).frames(), g.trial.bound.Steps[step].Request)
	return p
}

// Cookies are those that the step has set before.
func (g *Guest) Cookies(step int) []oracle.Cookie { return g.trial.cookies(step) }

// Awaiter says of the requests of a case whether some that are due, or their
// answers, are still to come after the outcome of a step.
func (g *Guest) Awaiter(step int, o browser.Outcome) func([]servers.Entry) bool {
	g.trial.steps[step].outcome = &o
	return func(arrived []servers.Entry) bool {
		for _, e := range arrived {
			if e.Step == step && e.Pending {
				return true
			}
		}
		return g.trial.awaits(arrived, step)
	}
}

// See puts what came of a step beside what was due: what was observed, and one
// sentence for each difference from what this engine is known to do. None means
// that the browser did what the rules say.
func (g *Guest) See(step int, o browser.Outcome, arrived []servers.Entry) (record.Observation, []string) {
	t := g.trial
	s := &t.steps[step]
	s.outcome, s.wire = &o, nil
	for _, e := range arrived {
		if e.Step == step {
			s.wire = append(s.wire, e)
		}
	}
	votes := t.votes(step)
	due := votes.Standard
	if votes.Profile != nil {
		due = *votes.Profile
	}
	seen := t.observation(votes.Observed, s.wire)
	for i := range seen.Wire {
		headers := slices.Clone(seen.Wire[i].Headers) // the ledger's own
		for j := range headers {
			headers[j].Value = t.withoutToken(headers[j].Value)
		}
		seen.Wire[i].Headers = headers
	}
	switch {
	case o.Broken != "":
		return seen, []string{"the page could not run this: " + o.Broken}
	case o.Lost != "":
		return seen, []string{"the page was lost: " + o.Lost}
	case o.TimedOut:
		return seen, []string{fmt.Sprintf("no event came within %v", t.timeout())}
	}
	return seen, votes.Differences(due)
}

// challenges says whether a server may make a browser ask a person for a name and a
// password: no preflight does.
func challenges(s scenarios.Server) bool {
	s.Preflight = nil
	return slices.ContainsFunc(s.Replies(), func(r scenarios.Reply) bool {
		return asksForPassword(r) && (r.Raw != nil || slices.ContainsFunc(r.Headers, func(line scenarios.Line) bool {
			return strings.EqualFold(line.Name, "WWW-Authenticate")
		}))
	}) || slices.ContainsFunc(s.Redirects, func(hop scenarios.Hop) bool { return hop.Status == 401 })
}
