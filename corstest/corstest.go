// Package corstest holds a server to the CORS policy that its author declares,
// in a real browser, from a Go test:
//
//	func TestCORS(t *testing.T) {
//		corstest.Check(t, newRouter(), corstest.Policy{
//			Origins:        []string{"https://app.example.com", "https://*.partner.example"},
//			Methods:        []string{"GET", "PUT"},
//			RequestHeaders: []string{"Content-Type", "X-Token"},
//			ExposeHeaders:  []string{"X-Total"},
//			Credentials:    true,
//			MaxAge:         10 * time.Minute,
//		})
//	}
//
// Pages of the origins that are declared, and of others that are not but look
// much like them, send requests to the handler. Each way in which what they could
// do differs from the policy fails the test, once.
package corstest

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/policy"
)

// The policy, and its parts.
type (
	Policy   = policy.Policy
	Endpoint = policy.Endpoint
	Accept   = policy.Accept
	Class    = policy.Class
)

// The classes of findings, worst first; each is a subtest, by its word.
const (
	Leak            = policy.Leak
	OverPermissive  = policy.OverPermissive
	Refused         = policy.Refused
	Cache           = policy.Cache
	UnreadableError = policy.UnreadableError
	Ineffective     = policy.Ineffective
	Robustness      = policy.Robustness
)

// Check holds a handler to a policy in a real browser. A finding fails the
// subtest of its class (t.Run, where t has that), and what nothing proves the
// subtest "unproven". A policy that contradicts itself fails the test at once.
//
// The handler is served below https://api.corsproof.test, or the policy's
// PublicURL; nothing leaves the machine. The requests may change its state, as
// those of any client: PUT, DELETE and POST reach it if the policy has them.
//
// Without a browser the test is skipped, and the log says how to get one. Under
// CORSPROOF_REQUIRE_BROWSER=1, and in CI, it fails.
func Check(t testing.TB, h http.Handler, p Policy, options ...Option) {
	t.Helper()
	ofHandler(t, h, p, options).inBrowsers()
}

// CheckURL does the same with a server that runs already. It sends one that is
// not on this machine GET, HEAD and OPTIONS only, unless there is [AllowWrites].
func CheckURL(t testing.TB, url string, p Policy, options ...Option) {
	t.Helper()
	target, err := check.URL(url)
	if err != nil {
		t.Fatalf("corstest: %v", err)
	}
	of(t, target, p, options).inBrowsers()
}

// CheckOffline does the same without a browser, in milliseconds: an executable
// model of the Fetch Standard asks the handler what a browser would ask, and says
// what a browser would do with the answers. What the log then says is what the
// standard says, not what a browser did.
func CheckOffline(t testing.TB, h http.Handler, p Policy, options ...Option) {
	t.Helper()
	ofHandler(t, h, p, options).offline()
}

// keeper has the browser that the checks of this test binary share: Chromium.
// The others are started for each check.
var keeper harness.Keeper

// Close ends the browser that the checks share, and which otherwise ends with the
// test binary. It is for a TestMain that looks for what tests leave behind. A check
// that comes after it starts another.
func Close() error { return keeper.Close() }

// checking is a check on its way.
type checking struct {
	testing.TB
	policy   Policy
	browsers string
	run      check.Options
	// stands is the origin that a handler has only here; "" for a server that
	// has one of its own.
	stands string
}

// of gets a check ready, or ends the test with all that is wrong with the policy.
func of(t testing.TB, target *check.Target, p Policy, given []Option) *checking {
	t.Helper()
	o, err := chosen(given)
	if err != nil {
		t.Fatalf("corstest: %v", err)
	}
	c := &checking{TB: t, policy: o.of(p), browsers: o.browsers}
	if err := c.policy.Validate(); err != nil {
		t.Fatalf("corstest: no server can be held to this policy:\n%v", err)
	}
	c.run = check.Options{
		Policy: &c.policy, Target: target, Thorough: o.thorough, Isolate: o.isolate, AllowWrites: o.writes, Raw: true, Keeper: &keeper,
	}
	return c
}

// ofHandler is of, for a handler.
func ofHandler(t testing.TB, h http.Handler, p Policy, given []Option) *checking {
	t.Helper()
	if h == nil {
		t.Fatal("corstest: the handler is nil")
	}
	target := check.Handler(h)
	c := of(t, target, p, given)
	if origin, err := target.Origin(&c.policy); err == nil && p.PublicURL == "" {
		c.stands = origin.String()
	}
	return c
}

func (c *checking) inBrowsers() {
	c.Helper()
	c.find()
	report, err := check.Run(c.Context(), c.run)
	if err != nil {
		c.Fatalf("corstest: %v", err)
	}
	var names []string
	for _, e := range report.Engines {
		names = append(names, strings.TrimSpace(e.Name+" "+e.Version))
	}
	spared := ""
	if n := report.Spared; n > 0 {
		spared = fmt.Sprintf(" (%d by the oracle, as the answers are like others' that a browser got)", n)
	}
	c.Logf("%s%s in %s, %.1f s", plain.Plural(report.Probes, "probe", "probes"), spared, strings.Join(names, ", "), report.Seconds)
	c.tell(report)
}

func (c *checking) offline() {
	c.Helper()
	report, err := check.Offline(c.Context(), c.run)
	if err != nil {
		c.Fatalf("corstest: %v", err)
	}
	c.Logf("offline: no browser took part, a model of the Fetch Standard stood in for it; %s in %.0f ms", plain.Plural(report.Probes, "probe", "probes"), report.Seconds*1000)
	c.tell(report)
}

// find finds the browsers, or ends the test.
func (c *checking) find() {
	c.Helper()
	found, absent, err := harness.FindEach(c.Context(), c.browsers, false, os.Getenv("SELENIUM_REMOTE_CAPABILITIES"))
	for _, why := range absent {
		first, _, _ := strings.Cut(strings.TrimPrefix(why.Error(), "browser: "), "\n")
		c.Logf("left out: %s", first)
	}
	switch {
	case errors.Is(err, browser.ErrNotFound) && os.Getenv("CORSPROOF_REQUIRE_BROWSER") == "" && os.Getenv("CI") == "":
		c.Skipf("corstest: nothing was checked, because there is no browser\n%v\nCheckOffline needs none; with CORSPROOF_REQUIRE_BROWSER=1 this is a failure", err)
	case err != nil:
		c.Fatalf("corstest: %v", err)
	}
	c.run.Browsers = found
}

// tell fails a subtest for each class of findings, or the test itself, where it
// has no subtests.
func (c *checking) tell(report check.Report) {
	c.Helper()
	if n := report.NotApplicable; n > 0 {
		c.Logf("%s left out, which the browser or the server cannot do", plain.Plural(n, "probe was", "probes were"))
	}
	if n := report.Withheld; n > 0 {
		c.Logf("%s not sent, which would write to a server somewhere else: AllowWrites sends them, too", plain.Plural(n, "probe was", "probes were"))
	}
	for _, class := range policy.Classes {
		c.subtest(string(class), func(t testing.TB) {
			t.Helper()
			for _, f := range report.Findings {
				switch {
				case f.Class != class:
				case f.Accepted != "":
					t.Logf("accepted, %s: %s", f.Accepted, f.Title)
				default:
					t.Error(message(f, report.Engines, t.Name(), c.stands))
				}
			}
		})
	}
	c.subtest("accept", func(t testing.TB) {
		t.Helper()
		for _, stale := range report.Stale {
			t.Error(stale)
		}
	})
	c.subtest("unproven", func(t testing.TB) {
		t.Helper()
		if len(report.Unproven) > 0 {
			t.Error(unproven(report.Unproven))
		}
	})
}

func (c *checking) subtest(name string, f func(testing.TB)) {
	c.Helper()
	if t, ok := c.TB.(*testing.T); ok {
		t.Run(name, func(t *testing.T) { t.Helper(); f(t) })
		return
	}
	f(c.TB)
}
