package judge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

func expand(t scenarios.Template) string { return t.String() }

// allowedPUT is a preflighted read that goes well: prediction and observation
// say the same.
func allowedPUT() judge.Votes {
	preflight := observe.Request{
		At: "https://api.other.test", Path: "/", Method: "OPTIONS", Preflight: true, Origin: "https://app.site.test",
		RequestMethod: "PUT", RequestHeaders: "x-a",
	}
	put := observe.Request{At: "https://api.other.test", Path: "/", Method: "PUT", Origin: "https://app.site.test", Headers: oracle.Headers{{Name: "X-A", Value: "1"}}}
	seen := observe.Seen{
		Read: oracle.Allowed, Type: "cors", Status: 200, URL: "https://api.other.test/", Details: true,
		Headers: oracle.Headers{{Name: "content-type", Value: "text/plain"}}, Body: new("hello"),
		Listed: []string{"content-type"}, Wire: []observe.Request{preflight, put},
	}
	standard := seen
	standard.Wire, standard.Predicted = slices.Clone(seen.Wire), true
	return judge.Votes{
		Claim: scenarios.Expect{
			Read: oracle.Allowed, ServerSaw: []string{"OPTIONS", "PUT"}, Type: "cors", Status: new(200),
			ReadableHeaders: []string{"Content-Type: text/plain"}, HiddenHeaders: []string{"X-B"}, Preflights: new(1),
			Origin: "app", RequestHeaders: map[string]string{"X-A": "1", "Cookie": "absent"},
			Wire: []scenarios.WireClaim{
				{At: "api", Method: "OPTIONS", RequestMethod: "PUT", RequestHeaders: "x-a", Cookie: "absent"},
				{At: "https://api.other.test", Path: "/", Method: "PUT", RequestMethod: "absent", Headers: map[string]string{"x-a": "present"}},
			},
		},
		Expand: expand, Standard: standard, Observed: seen,
	}
}

// blockedGET is a read that the CORS check refuses.
func blockedGET() judge.Votes {
	get := observe.Request{At: "https://api.other.test", Path: "/", Method: "GET", Origin: "https://app.site.test"}
	standard := observe.Seen{Read: oracle.Blocked, Reason: oracle.MissingAllowOrigin, Wire: []observe.Request{get}, Predicted: true}
	observed := observe.Seen{Read: oracle.Blocked, Reason: oracle.MissingAllowOrigin, Native: "MissingAllowOriginHeader", Error: "TypeError: Failed to fetch", Wire: []observe.Request{get}}
	return judge.Votes{
		Claim:    scenarios.Expect{Read: oracle.Blocked, Reason: oracle.MissingAllowOrigin, ServerSaw: []string{"GET"}, Error: "Failed to fetch"},
		Expand:   expand,
		Standard: standard, Observed: observed,
	}
}

func judgeOne(v judge.Votes, e judge.Evidence) judge.Result {
	return judge.Judge([]judge.Votes{v}, e, "", nil)
}

var good = judge.Evidence{Controls: map[int]judge.Control{0: {OK: true}}}

func TestAgreementPasses(t *testing.T) {
	for name, v := range map[string]judge.Votes{"allowed": allowedPUT(), "blocked": blockedGET()} {
		r := judgeOne(v, good)
		assert.Equal(t, record.Pass, r.Verdict, "%s: %v", name, r.Problems)
		assert.Empty(t, r.Problems, name)
	}
}

// TestEveryDifferenceIsSeen changes one thing of what was observed at a time:
// none may pass.
func TestEveryDifferenceIsSeen(t *testing.T) {
	changes := map[string]func(*observe.Seen){
		"read":                   func(s *observe.Seen) { s.Read = oracle.Opaque },
		"header case":            func(s *observe.Seen) { s.Listed = []string{"Content-Type"} },
		"type":                   func(s *observe.Seen) { s.Type = "basic" },
		"status":                 func(s *observe.Seen) { s.Status = 201 },
		"url":                    func(s *observe.Seen) { s.URL = "https://api.other.test/else" },
		"redirected":             func(s *observe.Seen) { s.Redirected = true },
		"a header more":          func(s *observe.Seen) { s.Headers = append(s.Headers, oracle.Header{Name: "x-b", Value: "1"}) },
		"a header less":          func(s *observe.Seen) { s.Headers = nil },
		"a header's value":       func(s *observe.Seen) { s.Headers = oracle.Headers{{Name: "content-type", Value: "text/html"}} },
		"body":                   func(s *observe.Seen) { s.Body = new("hell") },
		"no request":             func(s *observe.Seen) { s.Wire = nil },
		"a request less":         func(s *observe.Seen) { s.Wire = s.Wire[1:] },
		"a request more":         func(s *observe.Seen) { s.Wire = append(s.Wire, s.Wire[1]) },
		"method":                 func(s *observe.Seen) { s.Wire[1].Method = "POST" },
		"path":                   func(s *observe.Seen) { s.Wire[1].Path = "/else" },
		"another server":         func(s *observe.Seen) { s.Wire[1].At = "https://api.third.test" },
		"origin":                 func(s *observe.Seen) { s.Wire[1].Origin = "null" },
		"no origin":              func(s *observe.Seen) { s.Wire[1].Origin = "" },
		"preflight's origin":     func(s *observe.Seen) { s.Wire[0].Origin = "https://evil.test" },
		"request method":         func(s *observe.Seen) { s.Wire[0].RequestMethod = "put" },
		"request headers":        func(s *observe.Seen) { s.Wire[0].RequestHeaders = "x-a, x-b" },
		"a cookie":               func(s *observe.Seen) { s.Wire[0].Cookie = "a=1" },
		"the script's header":    func(s *observe.Seen) { s.Wire[1].Headers = nil },
		"its value":              func(s *observe.Seen) { s.Wire[1].Headers = oracle.Headers{{Name: "X-A", Value: "2"}} },
		"a body that nobody set": func(s *observe.Seen) { s.Wire[1].Body = "x" },
	}
	for name, change := range changes {
		v := allowedPUT()
		change(&v.Observed)
		r := judgeOne(v, good)
		assert.Equal(t, record.Unexpected, r.Verdict, name)
		assert.NotEmpty(t, r.Problems, name)
	}
}

// What stands behind a status counts where it is claimed.
func TestStatusText(t *testing.T) {
	v := allowedPUT()
	v.Observed.StatusText = "OK"
	assert.Equal(t, record.Pass, judgeOne(v, good).Verdict)
	v.Claim.StatusText = new("")
	assert.Equal(t, record.Unexpected, judgeOne(v, good).Verdict)
	v.Profile = &v.Observed
	assert.Equal(t, record.Divergence, judgeOne(v, good).Verdict)
}

// TestEveryFalseClaimIsSeen changes the claim where oracle and browser agree.
func TestEveryFalseClaimIsSeen(t *testing.T) {
	changes := map[string]func(*scenarios.Expect){
		"read":             func(e *scenarios.Expect) { e.Read = oracle.Blocked },
		"type":             func(e *scenarios.Expect) { e.Type = "basic" },
		"status":           func(e *scenarios.Expect) { e.Status = new(204) },
		"status text":      func(e *scenarios.Expect) { e.StatusText = new("OK") },
		"url":              func(e *scenarios.Expect) { e.URL = new(scenarios.Literal("https://api.other.test/else")) },
		"redirected":       func(e *scenarios.Expect) { e.Redirected = new(true) },
		"body":             func(e *scenarios.Expect) { e.Body = new(scenarios.Literal("else")) },
		"readable headers": func(e *scenarios.Expect) { e.ReadableHeaders = []string{"x-b"} },
		"a readable value": func(e *scenarios.Expect) { e.ReadableHeaders = []string{"content-type: text/html"} },
		"hidden headers":   func(e *scenarios.Expect) { e.HiddenHeaders = []string{"Content-Type"} },
		"server saw":       func(e *scenarios.Expect) { e.ServerSaw = []string{"PUT"} },
		"server saw none":  func(e *scenarios.Expect) { e.ServerSaw = []string{} },
		"preflights":       func(e *scenarios.Expect) { e.Preflights = new(0) },
		"origin":           func(e *scenarios.Expect) { e.Origin = "null" },
		"no origin":        func(e *scenarios.Expect) { e.Origin = "absent" },
		"request header":   func(e *scenarios.Expect) { e.RequestHeaders = map[string]string{"x-a": "2"} },
		"one header more":  func(e *scenarios.Expect) { e.RequestHeaders = map[string]string{"x-b": "1"} },
		"cookie":           func(e *scenarios.Expect) { e.RequestHeaders = map[string]string{"cookie": "present"} },
		"fewer on wire":    func(e *scenarios.Expect) { e.Wire = e.Wire[:1] },
		"wire at":          func(e *scenarios.Expect) { e.Wire[0].At = "third" },
		"wire path":        func(e *scenarios.Expect) { e.Wire[0].Path = "/else" },
		"wire method":      func(e *scenarios.Expect) { e.Wire[0].Method = "PUT" },
		"wire method asked": func(e *scenarios.Expect) {
			e.Wire[0].RequestMethod = "DELETE"
		},
		"wire headers asked": func(e *scenarios.Expect) { e.Wire[0].RequestHeaders = "absent" },
		"wire cookie":        func(e *scenarios.Expect) { e.Wire[0].Cookie = "present" },
		"wire origin":        func(e *scenarios.Expect) { e.Wire[0].Origin = "absent" },
		"wire body":          func(e *scenarios.Expect) { e.Wire[0].Body = new("x") },
	}
	for name, change := range changes {
		v := allowedPUT()
		change(&v.Claim)
		r := judgeOne(v, good)
		assert.Equal(t, record.Unexpected, r.Verdict, name)
		against := judge.Claim(v.Claim, v.Standard, "the standard", expand)
		assert.NotEmpty(t, against, "%s: lint must see it without a browser", name)
	}
}

func TestABlockNeedsEvidence(t *testing.T) {
	silent := observe.Seen{Read: oracle.Blocked, Error: "TypeError: Failed to fetch"}
	dead := blockedGET()
	dead.Observed.Wire = nil
	upgraded := blockedGET()
	upgraded.Claim = scenarios.Expect{Read: oracle.Blocked}
	upgraded.Standard.Reason, upgraded.Standard.Wire = oracle.MixedContent, nil
	upgraded.Observed.Reason, upgraded.Observed.Native, upgraded.Observed.Wire = oracle.NetworkError, "net::ERR_NAME_NOT_RESOLVED", nil
	broken := blockedGET()
	broken.Observed.Reason, broken.Observed.Native = oracle.NetworkError, "net::ERR_CONNECTION_RESET"
	died := allowedPUT()
	died.Observed = silent
	mixed := blockedGET()
	mixed.Standard.Wire, mixed.Observed.Wire = nil, nil
	mixed.Standard.Reason, mixed.Observed.Reason = oracle.MixedContent, oracle.MixedContent
	mixed.Claim = scenarios.Expect{Read: oracle.Blocked, Reason: oracle.MixedContent, ServerSaw: []string{}}

	for name, c := range map[string]struct {
		votes    judge.Votes
		evidence judge.Evidence
		want     record.Verdict
	}{
		"blocked, its control got through":        {blockedGET(), good, record.Pass},
		"blocked, no control":                     {blockedGET(), judge.Evidence{}, record.Inconclusive},
		"blocked, and its control too":            {blockedGET(), judge.Evidence{Controls: map[int]judge.Control{0: {Why: "blocked"}}}, record.Inconclusive},
		"blocked, and the server never heard":     {dead, good, record.Unexpected},
		"the server dead all the time":            {dead, judge.Evidence{}, record.Inconclusive},
		"the server died before an allowed case":  {died, judge.Evidence{Controls: map[int]judge.Control{0: {Why: "blocked"}}}, record.Inconclusive},
		"blocked, but by a network that failed":   {broken, good, record.Inconclusive},
		"blocked before the server answered":      {blockedGET(), judge.Evidence{Unanswered: []string{"GET https://api.other.test/"}, Controls: good.Controls}, record.Inconclusive},
		"allowed before the server answered":      {allowedPUT(), judge.Evidence{Unanswered: []string{"GET https://api.other.test/"}}, record.Pass},
		"nothing was due, and the network failed": {upgraded, judge.Evidence{}, record.Inconclusive},
		"no sentinel":                            {blockedGET(), judge.Evidence{Silent: []string{"https://api.other.test"}, Controls: good.Controls}, record.Inconclusive},
		"nothing was due, and the sentinel came": {mixed, judge.Evidence{}, record.Pass},
		"nothing was due, and no sentinel came":  {mixed, judge.Evidence{Silent: []string{"http://api.other.test"}}, record.Inconclusive},
		"a set-up's server died":                 {allowedPUT(), judge.Evidence{Failed: "set-up x failed: exit status 1"}, record.Error},
	} {
		r := judgeOne(c.votes, c.evidence)
		assert.Equal(t, c.want, r.Verdict, "%s: %v", name, r.Problems)
	}
}

func TestNoOutcomeIsNoPass(t *testing.T) {
	v := allowedPUT()
	v.TimedOut = true
	assert.Equal(t, record.Inconclusive, judgeOne(v, good).Verdict)
	v = allowedPUT()
	v.Observed.Read = ""
	assert.Equal(t, record.Inconclusive, judgeOne(v, good).Verdict)
	v = allowedPUT()
	v.Broken = "a bug"
	assert.Equal(t, record.Error, judgeOne(v, good).Verdict)
	assert.Equal(t, record.Inconclusive, judge.Judge(nil, good, "", nil).Verdict, "no step at all")
}

// TestTheNetworkFailsByRule has a standard that lets the network fail: the
// browser's word for it is no doubt then, but agreement.
func TestTheNetworkFailsByRule(t *testing.T) {
	v := blockedGET()
	v.Claim.Reason = ""
	v.Standard.Reason, v.Observed.Reason = oracle.NetworkError, oracle.NetworkError
	assert.Equal(t, record.Pass, judgeOne(v, good).Verdict)

	v = blockedGET()
	v.Observed.Reason = oracle.NetworkError
	v.Profile = new(v.Standard)
	v.Profile.Reason = oracle.NetworkError
	assert.NotEqual(t, record.Inconclusive, judgeOne(v, good).Verdict, "the engine's profile lets it fail")
}

// TestACutBody lets the page report the first 4 KiB of a body, and no less.
func TestACutBody(t *testing.T) {
	whole := strings.Repeat("é", 5000) // two bytes each in UTF-8, one on the wire
	for length, want := range map[int]record.Verdict{
		5000: record.Pass, 4096: record.Pass, 4095: record.Unexpected, 4097: record.Unexpected, 2048: record.Unexpected,
	} {
		v := allowedPUT()
		v.Standard.Body = &whole
		v.Observed.Body = new(strings.Repeat("é", length))
		assert.Equal(t, want, judgeOne(v, good).Verdict, length)
	}
}

// TestAHeaderThatShouldHaveGone keeps the script's header where the standard
// sends the request without it: in a preflight, after a redirect elsewhere.
func TestAHeaderThatShouldHaveGone(t *testing.T) {
	v := allowedPUT()
	v.Observed.Wire[0].Headers = oracle.Headers{{Name: "x-a", Value: "1"}}
	assert.Equal(t, record.Unexpected, judgeOne(v, good).Verdict, "in a preflight")

	redirected := func() judge.Votes {
		v := allowedPUT()
		for _, seen := range []*observe.Seen{&v.Standard, &v.Observed} {
			seen.Wire = slices.Clone(seen.Wire[1:])
			seen.Wire[0].Headers = oracle.Headers{{Name: "Authorization", Value: "a"}, {Name: "Accept", Value: "text/plain"}}
			seen.Wire = append(seen.Wire, observe.Request{At: "https://api.third.test", Path: "/", Method: "PUT", Origin: "https://app.site.test"})
		}
		v.Claim = scenarios.Expect{Read: oracle.Allowed}
		return v
	}
	v = redirected()
	v.Observed.Wire[1].Headers = oracle.Headers{{Name: "Accept", Value: "*/*"}}
	assert.Equal(t, record.Pass, judgeOne(v, good).Verdict, "browsers set Accept on their own")
	v = redirected()
	v.Observed.Wire[1].Headers = oracle.Headers{{Name: "authorization", Value: "a"}}
	assert.Equal(t, record.Unexpected, judgeOne(v, good).Verdict, "after a redirect")
}

func TestSwitchesAndExpectations(t *testing.T) {
	// The engine allows what the standard blocks.
	diverging := func() judge.Votes {
		v := blockedGET()
		v.Observed.Read, v.Observed.Reason = oracle.Allowed, ""
		return v
	}
	allowed := diverging().Observed
	allowed.Predicted = true
	listed := &judge.Explanation{Read: oracle.Allowed, Link: "https://example.test/bug"}

	r := judgeOne(diverging(), good)
	require.Equal(t, record.Unexpected, r.Verdict)

	bySwitch := diverging()
	bySwitch.Profile = &allowed
	r = judge.Judge([]judge.Votes{bySwitch}, good, "https://example.test/rule", nil)
	assert.Equal(t, record.Divergence, r.Verdict)
	assert.Equal(t, "https://example.test/rule", r.Explained)

	r = judge.Judge([]judge.Votes{diverging()}, good, "", listed)
	assert.Equal(t, record.Divergence, r.Verdict)
	assert.Equal(t, "https://example.test/bug", r.Explained)

	r = judge.Judge([]judge.Votes{diverging()}, good, "", &judge.Explanation{Read: oracle.Opaque})
	assert.Equal(t, record.Unexpected, r.Verdict, "a line explains only the outcome it lists")

	wire := diverging()
	wire.Observed.Wire = append(slices.Clone(wire.Observed.Wire), wire.Observed.Wire[0])
	r = judge.Judge([]judge.Votes{wire}, good, "", listed)
	assert.Equal(t, record.Unexpected, r.Verdict, "a line explains other requests only if it says so")
	r = judge.Judge([]judge.Votes{wire}, good, "", &judge.Explanation{Read: oracle.Allowed, Wire: true, Link: "https://example.test/bug"})
	assert.Equal(t, record.Divergence, r.Verdict)

	// A header of the browser's own, of which the standard's vote says nothing.
	own := allowedPUT()
	own.Claim.RequestHeaders = map[string]string{"Sec-Fetch-Mode": "cors"}
	r = judgeOne(own, good)
	assert.Equal(t, record.Unexpected, r.Verdict)
	r = judge.Judge([]judge.Votes{own}, good, "", listed)
	assert.Equal(t, record.Divergence, r.Verdict)
	r = judge.Judge([]judge.Votes{own}, good, "", &judge.Explanation{Read: oracle.Blocked})
	assert.Equal(t, record.Unexpected, r.Verdict, "a line explains only the outcome it lists")

	r = judge.Judge([]judge.Votes{blockedGET()}, good, "", listed)
	assert.Equal(t, record.Stale, r.Verdict)

	stale := blockedGET()
	stale.Profile = &allowed
	r = judge.Judge([]judge.Votes{stale}, good, "https://example.test/rule", nil)
	assert.Equal(t, record.Stale, r.Verdict)

	silent := blockedGET()
	silent.Profile = new(silent.Standard)
	silent.Profile.Reason, silent.Observed.Reason = oracle.WrongType, ""
	r = judge.Judge([]judge.Votes{silent}, good, "https://example.test/rule", nil)
	assert.Equal(t, record.Pass, r.Verdict, "the browser gives no reason, and may have either")
}
