package check

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// strange is a policy with strangers of all kinds.
var strange = policy.Policy{
	Origins: []string{allowedOrigin}, Methods: []string{"PUT"}, RequestHeaders: []string{"X-Token"}, Credentials: true,
	Endpoints: []policy.Endpoint{{Path: "/items"}, {Path: "/account"}},
}

// screened asks a handler what strangers would.
func screened(t *testing.T, h http.Handler) screening {
	o := Options{Policy: &strange, Target: Handler(h)}
	r, err := o.Target.start(t.Context(), o)
	require.NoError(t, err)
	defer func() { assert.NoError(t, r.stop()) }()
	probes, err := strange.Scenarios(policy.Options{Server: oracle.Origin{Scheme: "https", Host: "api.corsproof.test", Port: 443}})
	require.NoError(t, err)
	s, err := o.screen(t.Context(), r, probes)
	require.NoError(t, err)
	assert.Len(t, probes, len(s.chosen)+len(s.spared))
	return s
}

// Of the strangers whom a server refuses alike one of each kind of page and request
// is for the browser, and whoever gets anything is there by each kind of stranger.
func TestWhomABrowserSees(t *testing.T) {
	evilSuffix := func(o string) bool { return strings.HasSuffix(o, "evilapp.example.com") }
	for name, test := range map[string]struct {
		h    http.Handler
		some func(p policy.Probe) bool // one of them is for the browser
	}{
		"nobody gets anything": {cors(only, items), func(p policy.Probe) bool { return p.Origin == "https://evil.test" }},
		"one reads": {cors(func(o string) bool { return only(o) || evilSuffix(o) }, items),
			func(p policy.Probe) bool { return evilSuffix(p.Origin) && p.What == policy.Credentialed }},
		"everybody reads": {cors(func(o string) bool { return true }, items), func(p policy.Probe) bool { return p.Who == policy.RegexDot }},
		"one's preflight is answered": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			cors(func(o string) bool { return only(o) || r.Method == "OPTIONS" && evilSuffix(o) }, items).ServeHTTP(w, r)
		}), func(p policy.Probe) bool { return evilSuffix(p.Origin) && p.What == policy.Header }},
		"one gets no answer": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if evilSuffix(r.Header.Get("Origin")) {
				panic(http.ErrAbortHandler)
			}
			cors(only, items).ServeHTTP(w, r)
		}), func(p policy.Probe) bool { return evilSuffix(p.Origin) }},
		"one gets another answer": {cors(only, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if evilSuffix(r.Header.Get("Origin")) {
				w.Header().Set("Access-Control-Allow-Origin", "https://nobody.example")
			}
			items(w, r)
		})), func(p policy.Probe) bool { return evilSuffix(p.Origin) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := screened(t, test.h)
			origins, some := map[string]bool{}, false
			for _, p := range s.chosen {
				if p.Class == policy.Leak {
					origins[p.Origin] = true
					some = some || test.some(p)
				}
			}
			assert.True(t, some)
			for _, origin := range []string{
				"https://evil.test", "http://evil.test", "null", "http://localhost:3000", "https://app.example.com:8443",
				"https://app.example.com.", "https://app.example.com_.evil.test",
			} {
				assert.Contains(t, origins, origin)
			}
			assert.Less(t, len(origins), 25)
			assert.Greater(t, len(s.spared), 50)
			for _, p := range s.spared {
				assert.Equal(t, policy.Leak, p.Class, p.Permutation.ID)
			}
		})
	}
}

// A target that lets strangers wait is not asked by one after the other: they go to
// the browser, where all wait at once.
func TestStrangersThatWait(t *testing.T) {
	var asked atomic.Int64
	waiting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !only(r.Header.Get("Origin")) {
			asked.Add(1)
			<-r.Context().Done()
		}
		cors(only, items).ServeHTTP(w, r)
	})
	s := screened(t, waiting)
	assert.LessOrEqual(t, asked.Load(), int64(offlineOpen))
	assert.Empty(t, s.spared)
	assert.Empty(t, s.surprised(nil))
}

// A check finds what the whole plan finds, and says of which probes no browser has
// run: of those few whose like it has, and none at all where the target tells a
// browser from others.
func TestScreening(t *testing.T) {
	found := browsertest.Find(t, browser.Chromium)
	for name, test := range map[string]struct {
		h        http.Handler
		causes   []string
		spares   bool
		modelled bool
	}{
		"a suffix":         {cors(func(o string) bool { return strings.HasSuffix(o, "app.example.com") }, items), []string{"leak suffix"}, true, false},
		"a dot at the end": {cors(func(o string) bool { return only(strings.TrimSuffix(o, ".")) }, items), []string{"leak trailing-dot"}, true, true},
		"another answer for browsers": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			headless := strings.Contains(r.UserAgent(), "Headless")
			cors(func(o string) bool { return headless || only(o) }, items).ServeHTTP(w, r)
		}), []string{"leak foreign"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Run(t.Context(), Options{Policy: &strange, Target: Handler(test.h), Browsers: []browser.Found{found}, Log: t.Logf})
			require.NoError(t, err)
			var causes []string
			for _, f := range report.Findings {
				causes = append(causes, string(f.Class)+" "+f.Cause)
				assert.Equal(t, test.modelled, f.Modelled)
			}
			assert.Equal(t, test.causes, causes)
			assert.Empty(t, report.Unproven)
			const dots = 4 // probes of a page that no browser can have here
			assert.Equal(t, test.spares, report.Spared > dots, "%d spared", report.Spared)
			assert.Contains(t, report.ran(), "by the oracle")
		})
	}
}
