package policy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// unmet says where the claims of a probe are not met by a server.
func unmet(t *testing.T, p policy.Probe, s oracle.Server) []string {
	t.Helper()
	bound, err := p.Permutation.Bind("t", fixtures.Assets{})
	require.NoError(t, err, p.Permutation.ID)
	var out []string
	var state oracle.State
	for i, step := range bound.Steps {
		state = state.Advance(step.Step.Wait)
		var prediction oracle.Prediction
		prediction, state = oracle.Predict(state, step.Request, s)
		expand := func(template scenarios.Template) string { return bound.Expand(i, template) }
		out = append(out, judge.Claim(step.Step.Expect, observe.Prediction(prediction, step.Request), "the standard", expand)...)
	}
	return out
}

func TestACorrectServerMeetsEveryClaim(t *testing.T) {
	for name, p := range policies {
		for _, cache := range []string{"no-store", "max-age=3600"} {
			s := newSite(p)
			s.cache = cache
			thorough := cache == "no-store" && len(p.Origins) < 3
			for _, probe := range plan(t, p, policy.Options{Thorough: thorough}) {
				if why := unmet(t, probe, s); len(why) > 0 {
					t.Errorf("%s: %s: %s", name, probe.Permutation.ID, why)
				}
			}
		}
	}
}

func TestEveryMutantIsNoticed(t *testing.T) {
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			s := newSite(m.policy)
			m.change(s)
			noticed := false
			for _, probe := range plan(t, m.policy, policy.Options{}) {
				if len(unmet(t, probe, s)) == 0 {
					continue
				}
				noticed = noticed || probe.Class == m.class && (m.who == "" || probe.Who == m.who) && (m.what == "" || probe.What == m.what)
			}
			assert.True(t, noticed, m)
		})
	}
}
