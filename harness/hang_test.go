package harness

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/servers"
)

// A case whose page was never told of its worker's end starts once more, alone;
// then what it saw is what counts. One that only waited does not.
func TestAnEndThatNoPageWasTold(t *testing.T) {
	const url = "https://app.site.test/~token/x"
	fleet, err := servers.Start(servers.Config{})
	require.NoError(t, err)
	defer fleet.Close()
	for name, c := range map[string]struct {
		heard    []browser.Failure
		outcome  browser.Outcome
		apart    bool
		startsIt bool
	}{
		"untold":       {heard: []browser.Failure{{URL: url, Ended: true}}, outcome: browser.Outcome{TimedOut: true}, startsIt: true},
		"silent":       {heard: []browser.Failure{{URL: url, Ended: true}}, outcome: browser.Outcome{Read: "allowed", Events: []string{"silence"}}, startsIt: true},
		"told":         {heard: []browser.Failure{{URL: url, Ended: true}}, outcome: browser.Outcome{Read: "blocked"}},
		"waits":        {outcome: browser.Outcome{TimedOut: true}},
		"failed":       {heard: []browser.Failure{{URL: url, Native: "net::ERR_FAILED"}}, outcome: browser.Outcome{TimedOut: true}},
		"another's":    {heard: []browser.Failure{{URL: "https://app.site.test/~other/x", Ended: true}}, outcome: browser.Outcome{TimedOut: true}},
		"untold again": {heard: []browser.Failure{{URL: url, Ended: true}}, outcome: browser.Outcome{TimedOut: true}, apart: true},
	} {
		tried, err := newTrial(permutation(t, `request: {via: shared-worker, to: app}`), "token", nil)
		require.NoError(t, err)
		tried.apart, tried.steps[0].outcome = c.apart, &c.outcome
		concluded, lost := 0, 0
		s := &session{
			fleet: fleet, failures: newFailures(),
			concluded: func(*trial) { concluded++ }, lost: func(error) { lost++ },
		}
		for _, f := range c.heard {
			s.failures.hear(f)
		}
		s.conclude(tried)
		assert.Equal(t, c.startsIt, tried.lost != nil, name)
		assert.Equal(t, c.startsIt || c.apart, tried.apart, name)
		assert.Equal(t, c.startsIt, lost == 1, name)
		assert.Equal(t, !c.startsIt, concluded == 1, name)
	}
}
