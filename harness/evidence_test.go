package harness_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/record"
)

// What a run saw gives its records again, without a browser and after a way
// through JSON; a false claim is then as false as in the run.
func TestRejudge(t *testing.T) {
	cases := permutations(t, plainRead+`
  - id: twice
    title: The second PUT needs no preflight.
    why: The first answer is kept.
    request: {to: api, method: PUT}
    cookies: [{on: api, name: a, value: "1", attributes: SameSite=None; Secure}]
    server: {preflight: {headers: {Access-Control-Allow-Origin: "*", Access-Control-Allow-Methods: PUT}}, response: {headers: {Access-Control-Allow-Origin: "*"}}}
    steps: [{expect: {read: allowed, preflights: 1}}, {expect: {read: allowed, preflights: 0}}]
`)
	seen := map[string]harness.Evidence{}
	records := runAll(t, harness.Options{Permutations: cases, Evidence: func(e harness.Evidence) {
		text, err := json.Marshal(e)
		require.NoError(t, err)
		var kept harness.Evidence // nothing of the run's own
		require.NoError(t, json.Unmarshal(text, &kept))
		seen[e.ID] = kept
	}})
	for _, p := range cases {
		again, err := harness.Rejudge(p, seen[p.ID])
		require.NoError(t, err)
		want, err := json.Marshal(records[p.ID])
		require.NoError(t, err)
		got, err := json.Marshal(again)
		require.NoError(t, err)
		assert.JSONEq(t, string(want), string(got))

		lie := *p
		lie.Steps = append(lie.Steps[:0:0], p.Steps...)
		lie.Steps[0].Expect.ServerSaw = []string{"TRACE"}
		again, err = harness.Rejudge(&lie, seen[p.ID])
		require.NoError(t, err)
		assert.Equal(t, record.Unexpected, again.Verdict)
	}
	_, err := harness.Rejudge(cases[0], seen["t/twice/fetch"])
	assert.ErrorContains(t, err, "has 1 steps, and its evidence 2")
}
