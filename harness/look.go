package harness

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// look finds out what this browser, as it was built and started, does where
// that is a matter of set-up and not of rules, and sets the session's profile:
// the engine's switches, and those that the probes turn on.
func (s *session) look(ctx context.Context) (record.Engine, error) {
	ctx, cancel := context.WithTimeout(ctx, batchTime)
	defer cancel()
	info := s.browser.Info()
	engine := record.Engine{Key: info.Key, Name: info.Name, Version: info.Version, Saw: map[string]string{}}
	s.profile = oracle.Profile{}
	maps.Copy(s.profile, oracle.ProfileFor(info.Key))
	profile, err := s.newProfile(ctx)
	if err != nil {
		return engine, err
	}
	s.shared = profile // what the probes left in it, no case can see
	cookies, err := s.thirdPartyCookies(ctx, profile)
	if err != nil {
		return engine, err
	}
	engine.Saw["third-party-cookies"] = cookies
	delete(s.profile, oracle.ThirdPartyCookiesBlocked)
	delete(s.profile, oracle.ThirdPartyCookiesPartitioned)
	switch cookies {
	case "blocked":
		s.profile[oracle.ThirdPartyCookiesBlocked] = true
	case "partitioned":
		s.profile[oracle.ThirdPartyCookiesPartitioned] = true
	}
	if s.streams, err = sendsStreams(ctx, profile); err != nil {
		return engine, err
	}
	engine.Saw["request-streams"] = "sent"
	if !s.streams {
		engine.Saw["request-streams"] = "missing"
	}
	if s.caches, err = s.keepsResponses(ctx, profile); err != nil {
		return engine, err
	}
	engine.Saw["http-cache"] = "kept"
	if !s.caches {
		engine.Saw["http-cache"] = "missing"
	}
	return engine, nil
}

// sendsStreams asks whether a request's body may be a stream. A browser without
// such bodies makes a string of it, which has a type.
func sendsStreams(ctx context.Context, profile *profile) (bool, error) {
	perm, err := startupProbe(cookiesProbe)
	if err != nil {
		return false, err
	}
	t, err := newTrial(perm, "startup", nil)
	if err != nil {
		return false, err
	}
	page, err := profile.page(ctx, t.document(0))
	if err != nil {
		return false, err
	}
	var sends bool
	err = page.Eval(ctx, `!new Request(location.href, {method: 'POST', body: new ReadableStream(), duplex: 'half'}).headers.has('Content-Type')`, &sends)
	return sends, err
}

// keepsResponses asks whether the HTTP cache keeps what a server says over https:
// then only the first of two loads arrives.
func (s *session) keepsResponses(ctx context.Context, profile *profile) (bool, error) {
	arrived, err := s.loadTwice(ctx, profile, cacheProbe)
	if err == nil && len(arrived) == 0 {
		err = fmt.Errorf("harness: of the two start-up probes for the HTTP cache none arrived")
	}
	return len(arrived) == 1, err
}

// loadTwice runs a start-up probe twice, and gives what arrived.
func (s *session) loadTwice(ctx context.Context, profile *profile, id string) ([]servers.Entry, error) {
	perm, err := startupProbe(id)
	if err != nil {
		return nil, err
	}
	t, err := newTrial(perm, s.tokens(), nil)
	if err != nil {
		return nil, err
	}
	s.fleet.Arm(t.bound.Token, t.bound)
	defer s.fleet.Disarm(t.bound.Token)
	page, err := profile.page(ctx, t.document(0))
	if err != nil {
		return nil, err
	}
	if err := profile.setCookies(ctx, t.cookies(0)); err != nil {
		return nil, err
	}
	for range 2 {
		if err := page.Run(ctx, []browser.Probe{t.probe(0)}, func(browser.Outcome) {}); err != nil {
			return nil, err
		}
	}
	return s.fleet.Ledger().Case(t.bound.Token), nil
}

// thirdPartyCookies asks whether SameSite=None; Secure cookies of another site go
// along with a credentialed fetch: those that the site has (sent), only those
// that it has set in this page (partitioned), or none (blocked).
func (s *session) thirdPartyCookies(ctx context.Context, profile *profile) (string, error) {
	arrived, err := s.loadTwice(ctx, profile, cookiesProbe) // the first answer sets a cookie, too
	if err != nil {
		return "", err
	}
	if len(arrived) < 2 {
		return "", fmt.Errorf("harness: of the two start-up probes for cookies %d arrived", len(arrived))
	}
	has := func(e servers.Entry, cookie string) bool {
		return slices.ContainsFunc(e.Headers, func(h oracle.Header) bool {
			return strings.EqualFold(h.Name, "Cookie") && strings.Contains(h.Value, cookie)
		})
	}
	switch {
	case has(arrived[0], "corsproof-probe=1"):
		return "sent", nil
	case has(arrived[1], "corsproof-answer=1"):
		return "partitioned", nil
	}
	return "blocked", nil
}

// The start-up probes, by their ids.
const (
	cookiesProbe = "third-party-cookies"
	cacheProbe   = "http-cache"
)

// startupProbe is a load that asks what no engine's name tells. Its origins are
// its own: those of cases may be in another network.
func startupProbe(id string) (*scenarios.Permutation, error) {
	file, err := scenarios.Parse("start-up probes", []byte(`
format: 1
topic: start-up
about: What this browser does where that is a matter of its set-up.
spec: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
scenarios:
  - id: third-party-cookies
    title: Whether a cookie of another site goes along.
    why: Builds of one engine differ in this.
    request: {from: "https://start-up.test", to: "https://elsewhere.test", via: fetch, credentials: include, mode: no-cors}
    cookies: [{on: "https://elsewhere.test", name: corsproof-probe, value: "1", attributes: SameSite=None; Secure}]
    server: {response: {status: 204, headers: {Set-Cookie: "corsproof-answer=1; SameSite=None; Secure"}}}
    expect: {read: opaque}
  - id: http-cache
    title: Whether a response stays in the HTTP cache.
    why: Of a server with a certificate that it was told to ignore, a browser may keep nothing.
    request: {from: "https://start-up.test", to: "https://start-up.test", via: xhr}
    server: {response: {headers: {Cache-Control: max-age=600}}}
    expect: {read: allowed}
`))
	if err != nil {
		return nil, err
	}
	for _, p := range scenarios.Permutations([]*scenarios.File{file}) {
		if p.Scenario.ID == id {
			return p, nil
		}
	}
	return nil, fmt.Errorf("harness: no start-up probe %s", id)
}
