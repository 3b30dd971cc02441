package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
)

// noCI takes away what a CI service that runs this test may have set.
func noCI(t *testing.T) {
	for _, c := range cutters {
		for _, name := range []string{c.index, c.count} {
			t.Setenv(name, "") // so that it comes back afterwards
			os.Unsetenv(name)
		}
	}
}

func TestShardOf(t *testing.T) {
	for name, c := range map[string]struct {
		flag  string
		env   string // NAME=value, separated by spaces
		want  record.Shard
		says  string
		fails string
	}{
		"none":                    {},
		"a flag":                  {flag: "2/8", want: record.Shard{Index: 2, Count: 8}},
		"GitLab":                  {env: "CI_NODE_INDEX=3 CI_NODE_TOTAL=5", want: record.Shard{Index: 3, Count: 5}, says: "shard 3/5, by CI_NODE_INDEX and CI_NODE_TOTAL of GitLab"},
		"GitLab, one job":         {env: "CI_NODE_TOTAL=1"},
		"CircleCI counts from 0":  {env: "CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=4", want: record.Shard{Index: 1, Count: 4}, says: "shard 1/4"},
		"CircleCI, one job":       {env: "CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1"},
		"Buildkite counts from 0": {env: "BUILDKITE_PARALLEL_JOB=3 BUILDKITE_PARALLEL_JOB_COUNT=4", want: record.Shard{Index: 4, Count: 4}, says: "of Buildkite"},
		"Semaphore":               {env: "SEMAPHORE_JOB_INDEX=2 SEMAPHORE_JOB_COUNT=2", want: record.Shard{Index: 2, Count: 2}, says: "of Semaphore"},
		"the flag wins":           {flag: "1/2", env: "CI_NODE_INDEX=3 CI_NODE_TOTAL=5", want: record.Shard{Index: 1, Count: 2}},
		"the flag wins over all":  {flag: "1/1", env: "CI_NODE_INDEX=3 CI_NODE_TOTAL=5"},
		"a wrong flag":            {flag: "9/8", fails: `-shard: record: shard "9/8": it is written as 2/8`},
		"a wrong variable":        {env: "CI_NODE_INDEX=0 CI_NODE_TOTAL=5", fails: `CI_NODE_INDEX="0" and CI_NODE_TOTAL="5", which GitLab sets, are no shard; -shard 1/1 runs all`},
	} {
		t.Run(name, func(t *testing.T) {
			noCI(t)
			for _, pair := range strings.Fields(c.env) {
				name, value, _ := strings.Cut(pair, "=")
				t.Setenv(name, value)
			}
			var said strings.Builder
			shard, err := shardOf(streams{err: &said}, "run", c.flag)
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, shard)
			assert.Contains(t, said.String(), c.says)
			assert.Equal(t, c.says == "", said.Len() == 0)
		})
	}
}

// TestShardsAndMerge runs a file in two shards, one by a CI service's word (it
// has nothing to do), and joins them; what does not fit is named.
func TestShardsAndMerge(t *testing.T) {
	noCI(t)
	file := scenarioFile(t, mine)
	folder := t.TempDir()
	one, two := filepath.Join(folder, "1"), filepath.Join(folder, "2")
	code, out, stderr := corsproof(t, "run", file, "-shard", "1/2", "-out", one)
	require.Equal(t, exitOK, code, "%s%s", out, stderr)
	t.Setenv("CI_NODE_INDEX", "2")
	t.Setenv("CI_NODE_TOTAL", "2")
	code, out, stderr = corsproof(t, "run", file, "-out", two)
	require.Equal(t, exitOK, code, "%s%s", out, stderr)
	assert.Contains(t, stderr, "shard 2/2, by CI_NODE_INDEX")
	noCI(t)

	merged := filepath.Join(folder, "merged")
	code, out, stderr = corsproof(t, "merge", one, filepath.Join(two, "results.jsonl"), "-out", merged)
	require.Equal(t, exitOK, code, "%s%s", out, stderr)
	assert.Contains(t, out, "2 passed")
	assert.FileExists(t, filepath.Join(merged, "report.html"))
	code, out, _ = corsproof(t, "report", filepath.Join(merged, "results.jsonl"))
	assert.Equal(t, exitOK, code)
	assert.Contains(t, out, "2 passed")

	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing":          {nil, exitUsage, "name the results.jsonl of each shard"},
		"a missing file":   {[]string{filepath.Join(folder, "none.jsonl"), filepath.Join(folder, "3")}, exitUsage, "3: no such file"},
		"no results":       {[]string{file}, exitUsage, file + ":1"},
		"a shard alone":    {[]string{two}, exitUsage, "shard 1/2 in chrome"},
		"a shard twice":    {[]string{one, two, two}, exitUsage, "comes twice"},
		"nowhere to write": {[]string{one, two, "-out", file}, exitCannotRun, "cannot write to -out"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, stderr := corsproof(t, append([]string{"merge"}, c.args...)...)
			assert.Equal(t, c.code, code)
			assert.Empty(t, out)
			assert.Contains(t, stderr, c.says)
		})
	}

	// What was unexpected in a shard is so in the whole.
	results := filepath.Join(one, "results.jsonl")
	text, err := os.ReadFile(results)
	require.NoError(t, err)
	for verdict, want := range map[string]int{"unexpected": exitUnexpected, "error": exitCannotRun} {
		changed := filepath.Join(folder, verdict+".jsonl")
		require.NoError(t, os.WriteFile(changed, []byte(strings.Replace(string(text), `"verdict":"pass"`, fmt.Sprintf(`"verdict":%q`, verdict), 1)), 0o644))
		require.NotEqual(t, 0, strings.Count(string(text), `"verdict":"pass"`))
		code, out, _ := corsproof(t, "merge", changed, two, "-out", merged)
		assert.Equal(t, want, code, out)
	}
}
