package check

import (
	"bytes"
	"math/rand"
	"testing"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// FuzzFind makes records of which anything may be true, and holds find to what
// it promises of any: it ends, it is a function, what it finds has words, and a
// record without evidence is not lost.
func FuzzFind(f *testing.F) {
	for seed := range int64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		p, rs := randomResults(rand.New(rand.NewSource(seed)))
		excused := newExcuses(p, day)
		findings, unproven := find(p, rs, excused)
		stale := excused.stale(func(a policy.Accept) bool { return unasked(a, rs, nil) })
		again, _ := find(p, rs, newExcuses(p, day))
		if len(again) != len(findings) {
			t.Fatal("the same results give other findings")
		}
		for n, f := range findings {
			if f.Title == "" || f.Happened == "" || f.Spec == "" || f.Severity == "" || f.Cause == "" {
				t.Errorf("a finding lacks words: %+v", f)
			}
			if again[n].Title != f.Title || again[n].Happened != f.Happened {
				t.Error("the same results give other words")
			}
		}
		doubtfuls := 0
		for _, r := range rs {
			if r.Record.Verdict == record.Inconclusive {
				doubtfuls++
			}
		}
		if doubtfuls > 0 && len(unproven) == 0 && len(findings) == 0 {
			t.Error("doubt is not silence")
		}
		r := redact(Report{Policy: *p, Findings: findings, Unproven: unproven, Stale: stale, Probes: len(rs)}, p.Secrets())
		for name, write := range formats {
			if err := write(r, &bytes.Buffer{}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func randomResults(r *rand.Rand) (*policy.Policy, []Result) {
	one := func(list ...string) string { return list[r.Intn(len(list))] }
	origin := func() string { return one(app, admin, api, "https://evil.test", "null", "*", "") }
	headers := func() oracle.Headers {
		var h oracle.Headers
		for range r.Intn(6) {
			name := one(allowOrigin, allowCredentialsHeader, allowMethods, allowHeaders, exposeHeaders, maxAgeHeader, "Vary", "Location", "X-Total", "Cache-Control", "Set-Cookie", "Origin",
				"Access-Control-Request-Method", "Access-Control-Request-Headers", "Authorization")
			h = append(h, oracle.Header{Name: name, Value: one(origin(), "true", "True", "*", "PUT, DELETE", "x-token", "600", "6e2", "-1", "", "no-store", "Origin", "a=b", nasty)})
		}
		return h
	}
	p := meant()
	if r.Intn(2) == 0 {
		p.Accept = []policy.Accept{{Class: policy.Classes[r.Intn(len(policy.Classes))], Endpoint: one("", "/items"), Why: one("", "so")}}
	}
	var all []Result
	for range r.Intn(30) {
		claim := one("allowed", "blocked", "")
		probe := policy.Probe{
			Class: policy.Classes[r.Intn(len(policy.Classes))], Origin: origin(), Endpoint: one("/items", "/account", ""), Method: one("GET", "PUT", ""), Subject: one("", "PUT", app),
			Who:  policy.Who(one("declared", "same-origin", "foreign", "null", "prefix", "suffix", "port", "unheard-of")),
			What: policy.What(one("read", "credentialed", "method", "header", "exposed", "max-age", "error", "redirected", "cached", "plain", "repeated", "unheard-of")),
		}
		rec := record.Record{ID: one("a", "b"), Engine: one("chromium", "firefox"), Verdict: record.Verdicts[r.Intn(len(record.Verdicts))]}
		if r.Intn(3) > 0 {
			probe.Permutation = &scenarios.Permutation{ID: rec.ID}
		}
		for range r.Intn(3) {
			step := record.Step{
				Request: record.Request{Method: one("", "GET", "PUT"), Via: one("fetch", "iframe", "img", ""), URL: one("", api+"/items", "x", "https://"), Credentials: one("", "omit", "include"), Headers: headers()},
				Claim:   record.Claim{Read: claim},
				Observed: record.Observation{
					Read: one("allowed", "blocked", "opaque", ""), Reason: one("", "missing-allow-origin", "network-error", "unheard-of"), Headers: headers(), Status: r.Intn(600),
				},
			}
			for range r.Intn(4) {
				step.Observed.Wire = append(step.Observed.Wire, record.Exchange{
					At: one(api, ""), Method: one("GET", "PUT", "OPTIONS", ""), Path: one("/items", ""), Preflight: r.Intn(2) == 0, Retry: r.Intn(5) == 0,
					Status: []int{0, 200, 204, 301, 404, 405, 429, 500}[r.Intn(8)], Headers: headers(), ReplyHeaders: headers(), Body: one("", nasty),
				})
			}
			rec.Steps = append(rec.Steps, step)
			if probe.Permutation != nil && r.Intn(4) > 0 {
				expect := scenarios.Expect{}
				if r.Intn(3) == 0 {
					expect.Status, expect.Preflights = new(200), new(1)
				}
				probe.Permutation.Steps = append(probe.Permutation.Steps, scenarios.Step{Expect: expect, Request: scenarios.Request{From: one("", app, "opaque-sandbox", admin)}})
			}
		}
		all = append(all, Result{Probe: probe, Record: rec})
	}
	return p, all
}
