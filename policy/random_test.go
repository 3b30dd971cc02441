package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// random draws a policy.
func random(seed uint64) *policy.Policy {
	r := rand.New(rand.NewPCG(seed, 0))
	one := func(words ...string) string { return words[r.IntN(len(words))] }
	some := func(words ...string) []string {
		var out []string
		for _, w := range words {
			if r.IntN(2) == 0 {
				out = append(out, w)
			}
		}
		return out
	}
	p := &policy.Policy{
		Methods: some("PUT", "DELETE", "patch", "REPORT"), RequestHeaders: some("Content-Type", "X-Token", "Authorization", "Accept"),
		ExposeHeaders: some("X-Total", "ETag"), Credentials: r.IntN(2) == 0, MaxAge: time.Duration(r.IntN(3)) * 3 * time.Second,
	}
	for range 1 + r.IntN(5) {
		scheme, port := one("https", "https", "http"), one("", "", ":8443", ":*", ":3000")
		host := one("app.", "www.", "", "*.", "a-1.", "x.y.") + one("example.com", "example.co.uk", "partner.example", "evil.test", "corsproof.test", "localhost", "xn--bcher-kva.example", "app.dev")
		if o := scheme + "://" + host + port; !slices.Contains(p.Origins, o) {
			p.Origins = append(p.Origins, o)
		}
	}
	for i := range r.IntN(3) {
		e := policy.Endpoint{Path: fmt.Sprintf("/%c%s", 'a'+i, one("", "/", "?x=1", "/b.json"))}
		if r.IntN(2) == 0 {
			e.Methods = append([]string{"GET"}, p.Methods...)
		}
		p.Endpoints = append(p.Endpoints, e)
	}
	return p
}

// checkRandom holds the plan of a policy that was drawn to what all plans
// promise, and a correct server to all claims.
func checkRandom(t *testing.T, seed uint64) {
	p := random(seed)
	if p.Validate() != nil {
		return
	}
	for _, o := range []oracle.Origin{server, {Scheme: "http", Host: "localhost", Port: 3000}, {Scheme: "http", Host: "api.corsproof.test", Port: 80}} {
		probes, err := p.Scenarios(policy.Options{Server: o, Path: "/items"})
		require.NoError(t, err)
		ids, correct := map[string]bool{}, newSite(p)
		reaches := func(from string) bool {
			page, _, err := scenarios.ResolveOrigin(from)
			require.NoError(t, err)
			return o.IsPotentiallyTrustworthy() || !page.IsPotentiallyTrustworthy()
		}
		for _, probe := range probes {
			id := probe.Permutation.ID
			require.False(t, ids[id], "seed %d: %s twice", seed, id)
			ids[id] = true
			switch {
			case probe.Class == policy.Leak:
				require.False(t, p.Allows(probe.Origin) || probe.Origin == o.String(), "seed %d: %s is no stranger", seed, probe.Origin)
			case probe.Who == policy.Declared:
				require.True(t, p.Allows(probe.Origin), "seed %d: %s is not declared", seed, probe.Origin)
			}
			first := probe.Permutation.Steps[0]
			if reaches(first.Request.From) { // what a browser does not load, no server can help
				require.Empty(t, unmet(t, probe, correct), "seed %d: %s", seed, id)
			}
		}
	}
}

func TestRandomPolicies(t *testing.T) {
	valid := 0
	for seed := range uint64(40) {
		checkRandom(t, seed)
		if random(seed).Validate() == nil {
			valid++
		}
	}
	assert.Greater(t, valid, 10, "most that is drawn is refused")
}

func FuzzScenarios(f *testing.F) {
	f.Add(uint64(1000))
	f.Fuzz(checkRandom)
}
