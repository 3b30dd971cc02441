package harness_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
)

// TestShardsMakeTheUncutRun runs some topics of the catalogue whole, and in
// shards of which one has nothing to do; merged, they differ in times only.
func TestShardsMakeTheUncutRun(t *testing.T) {
	files, err := scenarios.Catalogue()
	require.NoError(t, err)
	permutations, err := scenarios.Select(scenarios.Permutations(files), []string{"origins", "preflight-headers", "express/*/express*", "local-network-access/granted"})
	require.NoError(t, err)
	found, err := browser.Find("chromium")
	require.NoError(t, err)
	run := func(shard record.Shard) record.Part {
		var records []record.Record
		info, err := harness.Run(t.Context(), harness.Options{
			Permutations: permutations, Browsers: []browser.Found{found}, Shard: shard,
			Record: func(r record.Record) { records = append(records, r) },
		})
		require.NoError(t, err)
		var file bytes.Buffer
		require.NoError(t, record.Write(&file, info, records))
		parts, err := record.ReadParts(strings.NewReader(withoutTimes(file.String())))
		require.NoError(t, err)
		require.Len(t, parts, 1)
		return parts[0]
	}
	whole := run(record.Shard{})
	var parts []record.Part
	for i := range 3 {
		parts = append(parts, run(record.Shard{Index: i + 1, Count: 3}))
		assert.Greater(t, len(parts[i].Records), len(whole.Records)/5)
	}
	merged, records, err := record.Merge(parts)
	require.NoError(t, err)
	assert.Equal(t, whole.Run, merged)
	require.Len(t, records, len(whole.Records))
	for i := range records {
		require.Equal(t, whole.Records[i], records[i])
	}

	permutations = permutations[:1]
	empty := record.Shard{Index: 1, Count: 2}
	if empty.Has(permutations[0].ID) {
		empty.Index = 2
	}
	idle := run(empty)
	assert.Empty(t, idle.Records)
	assert.Equal(t, whole.Run.Engines, idle.Run.Engines, "it tells its browser all the same")
}

// withoutTimes takes the times out of results, those of a reply's Date too, and
// what WebSockets draw at random.
func withoutTimes(results string) string {
	for pattern, instead := range map[string]string{
		`"(ms|seconds)":[0-9.e+-]+`: `"$1":0`,
		`"started":"[^"]*"`:         `"started":""`,
		`("name":"(?:[Dd]ate|Sec-WebSocket-(?:Key|Accept))","value":)"[^"]*"`: `$1""`,
	} {
		results = regexp.MustCompile(pattern).ReplaceAllString(results, instead)
	}
	return results
}
