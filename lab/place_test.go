package lab

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness"
)

func TestWhatRunsHereIsTheSameCase(t *testing.T) {
	all, err := catalogue()
	require.NoError(t, err)
	places := placesAt(Port)
	runs := 0
	for _, p := range all {
		moved, why := places.settle(p)
		if why != "" {
			continue
		}
		runs++
		there, err := harness.Explain(p, "")
		require.NoError(t, err)
		here, err := harness.Explain(moved, "")
		require.NoError(t, err)
		for i := range there.Steps {
			assert.Equal(t, there.Steps[i].Standard.Read, here.Steps[i].Standard.Read, p.ID)
			assert.Equal(t, there.Steps[i].Standard.Reason, here.Steps[i].Standard.Reason, p.ID)
		}
		bound, err := moved.Bind("a", fixtures.Assets{})
		require.NoError(t, err)
		for _, origin := range bound.Origins() {
			assert.True(t, places.has(origin), "%s: %s is no origin of the lab", p.ID, origin)
		}
	}
	assert.Greater(t, runs, len(all)*6/10, "most of the catalogue runs in a learner's own browser")
}

func TestWhatDoesNotRunHereSaysWhy(t *testing.T) {
	places := placesAt(Port)
	for id, why := range map[string]string{
		"mixed-content/blocked/connections/xhr":              "http://",
		"embedder-policy/require-corp/silent/script":         "policies of its own",
		"local-network-access/no-permission/connections/xhr": "another network",
		"service-workers/pass/allowed/xhr":                   "a service worker",
		"authentication/challenge/anonymous/xhr":             "a name and a password",
		"express/without-cors/express/xhr":                   "a program of its own",
		"http2/blocked/xhr":                                  "https://",
		"content-security-policy/connect-src/listed/xhr":     "policies of its own",
	} {
		_, got := places.settle(byID(t)[id])
		assert.Contains(t, got, why, id)
	}
}

func TestWhatNoBrowserCanRunIsSaidSo(t *testing.T) {
	at := placesAt(Port).settled(byID(t)["engines/capped-max-age/two-hours/fetch"])
	assert.Equal(t, nowhere, at.where())
	assert.Contains(t, at.why, "waits")
}
