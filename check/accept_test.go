package check

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
)

// today is the last moment of the day on which these tests check.
var today = time.Date(2027, 3, 4, 23, 59, 59, 0, time.UTC)

// accepting is the policy of these tests and what it accepts.
func accepting(entries ...policy.Accept) *policy.Policy {
	p := meant()
	p.Accept = entries
	return p
}

// Findings of each class can be excused, by an entry for all endpoints or for
// theirs, and by no other. Each entry that excuses nothing is told.
func TestAcceptEachClass(t *testing.T) {
	broken := correct()
	broken.allows, broken.vary, broken.outermost, broken.maxAge = func(string) bool { return true }, false, false, "6e2"
	broken.methods, broken.headers = "PUT, DELETE, PATCH", "Content-Type"
	rs := results(t, broken, plan()...)
	harm := []RawResult{{Cause: rawPanic, Endpoint: "/items", Happened: "It breaks off."}}
	all := func(excused *excuses) []Finding {
		findings, _ := find(meant(), rs, excused)
		return append(findings, rawFindings(harm, excused)...)
	}
	nothing := func(policy.Accept) bool { return false }
	plain := all(nobody())
	for _, class := range policy.Classes {
		t.Run(string(class), func(t *testing.T) {
			is := func(f Finding) bool { return f.Class == class }
			first := slices.IndexFunc(plain, is)
			require.NotEqual(t, -1, first, "nothing shows it")
			endpoint := plain[first].Endpoint

			for _, why := range []string{"so it is", ""} {
				excused := newExcuses(accepting(policy.Accept{Class: class, Why: why}), today)
				for _, f := range all(excused) {
					assert.Equal(t, is(f), f.Accepted != "", "%s/%s", f.Class, f.Cause)
				}
				assert.Empty(t, excused.stale(nothing))
			}

			excused := newExcuses(accepting(policy.Accept{Class: class, Endpoint: endpoint, Why: "so it is"}), today)
			some := false
			for _, f := range all(excused) {
				some = some || f.Accepted != ""
				assert.Equal(t, is(f) && f.Endpoint == endpoint, f.Accepted != "", "%s/%s at %s", f.Class, f.Cause, f.Endpoint)
			}
			assert.True(t, some)
			assert.Empty(t, excused.stale(nothing))

			for _, entry := range []struct {
				policy.Accept
				stale string
			}{
				{policy.Accept{Class: class, Endpoint: "/elsewhere", Why: "so it is"}, "accept " + string(class) + " at /elsewhere: there is nothing that it excuses"},
				{policy.Accept{Class: class, Why: "so it is", Until: today.AddDate(0, 0, -1)}, "accept " + string(class) + " anywhere: its last day was 2027-03-03"},
			} {
				excused := newExcuses(accepting(entry.Accept), today)
				for _, f := range all(excused) {
					assert.Empty(t, f.Accepted, "%s/%s", f.Class, f.Cause)
				}
				assert.Equal(t, []string{entry.stale}, excused.stale(nothing))
			}
		})
	}
}

// Which of several entries excuses, and which are told, on the last moment of a
// day and the first of the next.
func TestAcceptSeveral(t *testing.T) {
	s := correct()
	s.vary = false // at /items and /account
	rs := results(t, s, plan()...)
	day := time.Date(2027, 3, 4, 0, 0, 0, 0, time.UTC)
	here := policy.Accept{Class: policy.Cache, Endpoint: "/items", Why: "here"}
	there := policy.Accept{Class: policy.Cache, Endpoint: "/account", Why: "there", Until: day}
	missing := policy.Accept{Class: policy.Cache, Endpoint: "/missing", Why: "nowhere"}
	all := policy.Accept{Class: policy.Cache, Why: "anywhere", Until: day}
	other := policy.Accept{Class: policy.Leak, Why: "another"}
	for _, test := range []struct {
		name     string
		entries  []policy.Accept
		later    bool
		accepted []string // by whom, in order; "" for a finding that fails
		stale    []string
	}{
		{"none", nil, false, []string{""}, nil},
		{"all", []policy.Accept{all}, false, []string{"anywhere"}, nil},
		{"all, a day later", []policy.Accept{all}, true, []string{""}, []string{"accept cache anywhere: its last day was 2027-03-04"}},
		{"one endpoint", []policy.Accept{here}, false, []string{"", "here"}, nil},
		{"each endpoint", []policy.Accept{here, there, missing}, false, []string{"here", "nowhere", "there"}, nil},
		{"each endpoint, a day later", []policy.Accept{here, there, missing}, true, []string{"", "here", "nowhere"},
			[]string{"accept cache at /account: its last day was 2027-03-04"}},
		{"the nearer one first", []policy.Accept{all, here}, false, []string{"anywhere", "here"}, nil},
		{"nothing is left", []policy.Accept{all, here, there, missing}, false, []string{"here", "nowhere", "there"},
			[]string{"accept cache anywhere: there is nothing that it excuses"}},
		{"one is over, the other takes over", []policy.Accept{{Class: policy.Cache, Endpoint: "/items", Why: "over", Until: day.AddDate(0, 0, -1)}, all}, false, []string{"anywhere"},
			[]string{"accept cache at /items: its last day was 2027-03-03"}},
		{"another class", []policy.Accept{other, all}, false, []string{"anywhere"}, []string{"accept leak anywhere: there is nothing that it excuses"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := today
			if test.later {
				now = now.Add(time.Second)
			}
			excused := newExcuses(accepting(test.entries...), now)
			findings, _ := find(meant(), rs, excused)
			var by []string
			for _, f := range findings {
				by = append(by, f.Accepted)
			}
			slices.Sort(by)
			assert.Equal(t, test.accepted, by)
			stale := excused.stale(func(policy.Accept) bool { return false })
			assert.Equal(t, test.stale, stale)
			report := Report{Findings: findings, Stale: stale, Probes: 1}
			assert.Equal(t, slices.Contains(by, "") || len(stale) > 0, report.Failed())
		})
	}
}

// Of an entry for what was not asked, or not proven, nobody knows whether it
// excuses anything.
func TestAcceptUnknown(t *testing.T) {
	rs := results(t, correct(), plan()...)
	rs[0].Record.Verdict = record.Inconclusive
	at := rs[0].Probe.Endpoint
	written := []policy.Probe{{Endpoint: "/account"}}
	for _, test := range []struct {
		endpoint string
		results  []Result
		withheld []policy.Probe
		unknown  bool
	}{
		{"", nil, nil, false},
		{"", rs, nil, true},
		{at, rs, nil, true},
		{"/account", rs, nil, false},
		{"", rs[1:], nil, false},
		{"", nil, written, true},
		{"/account", nil, written, true},
		{"/items", nil, written, false},
	} {
		assert.Equal(t, test.unknown, unasked(policy.Accept{Class: policy.Leak, Endpoint: test.endpoint}, test.results, test.withheld), "%q", test.endpoint)
	}
}

// The whole of it, with what no browser can send.
func TestAcceptInACheck(t *testing.T) {
	fragile := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(r.Header["Access-Control-Request-Headers"], "") {
			panic(http.ErrAbortHandler)
		}
		correct().ServeHTTP(w, r)
	})
	policyOf := func(endpoint string) *policy.Policy {
		p, err := policy.Load("cors.yaml", []byte(`origins: [`+app+`, "`+admin+`"]
methods: [PUT, DELETE]
request-headers: [X-Token, Content-Type]
expose-headers: [X-Total]
credentials: true
endpoints: [{path: /items, methods: [GET]}, {path: /account}]
accept:
  - {class: robustness, why: "behind a proxy that refuses it"`+endpoint+`}
`), nil)
		require.NoError(t, err)
		return p
	}
	const told = "cors.yaml:8:5: accept robustness "
	for _, test := range []struct {
		name     string
		target   *Target
		endpoint string
		raw      bool
		accepted []string
		stale    []string
	}{
		{"excused", Handler(fragile), "", true, []string{"behind a proxy that refuses it"}, nil},
		{"elsewhere", Handler(fragile), ", endpoint: /account", true, []string{""}, []string{told + "at /account: there is nothing that it excuses"}},
		{"over", Handler(fragile), ", until: 2020-02-29", true, []string{""}, []string{told + "anywhere: its last day was 2020-02-29"}},
		{"mended", Handler(correct()), "", true, nil, []string{told + "anywhere: there is nothing that it excuses"}},
		{"not asked", Handler(correct()), "", false, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			report, err := Offline(t.Context(), Options{Policy: policyOf(test.endpoint), Target: test.target, Raw: test.raw})
			require.NoError(t, err)
			var accepted []string
			for _, f := range report.Findings {
				accepted = append(accepted, f.Accepted)
			}
			assert.Equal(t, test.accepted, accepted)
			assert.Equal(t, test.stale, report.Stale)
		})
	}
	t.Run("withheld", func(t *testing.T) {
		p := accepting(policy.Accept{Class: policy.Refused, Why: "PUT is not there yet"})
		report, err := Offline(t.Context(), Options{Policy: p, Target: elsewhere(t, correct())})
		require.NoError(t, err)
		assert.Empty(t, report.Stale)
	})
}
