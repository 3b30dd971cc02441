package record

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"": {}, "1/1": {}, "1/2": {1, 2}, "7/7": {7, 7}} {
		got, err := ParseShard(text)
		require.NoError(t, err)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"0/2", "3/2", "2", "1/", "/2", "a/b", "-1/2", "1/0", "1/2/3", "1/99999999999"} {
		_, err := ParseShard(text)
		assert.ErrorContains(t, err, "written as 2/8", text)
	}
}

// The shard of an id is for ever: other machines, and later runs, rest on it.
func TestShardsAreStable(t *testing.T) {
	of := func(id string, count int) int {
		found := 0
		for i := 1; i <= count; i++ {
			if (Shard{i, count}).Has(id) {
				require.Zero(t, found, "%s in two shards", id)
				found = i
			}
		}
		return found
	}
	assert.Equal(t, []int{4, 2, 4, 1}, []int{
		of("credentials/acao-star/fetch", 4), of("credentials/acao-star/xhr", 4), of("credentials/acao-star/img", 4), of("", 4),
	})
	sizes := map[int]int{}
	for i := range 10_000 {
		sizes[of(fmt.Sprintf("topic/case-%d/fetch", i), 8)]++
	}
	for shard := 1; shard <= 8; shard++ {
		assert.InDelta(t, 1250, sizes[shard], 125, "shard %d", shard)
	}
	assert.True(t, Shard{}.Has("anything"))
}

// cut is a run of four cases in some engines, in shards; part i is i+1.
func cut(count int, engines ...string) []Part {
	var parts []Part
	for i := range count {
		run := sampleRun(0)
		run.Engines, run.Selection = nil, Selection([]string{"a/0/fetch", "a/1/fetch", "a/2/fetch", "a/3/fetch"})
		run.Seconds, run.Flags = float64(i), []string{fmt.Sprintf("-shard=%d/%d", i+1, count), "-verbose=true"}
		if count > 1 {
			run.Shard = &Shard{i + 1, count}
		}
		p := Part{Name: fmt.Sprintf("%c.jsonl", 'a'+i), Run: run}
		for _, key := range engines {
			p.Run.Engines = append(p.Run.Engines, Engine{Key: key, Name: key, Version: "1", Saw: map[string]string{"cookies": "sent"}})
			for n := range 4 {
				r := sample(n+1, fmt.Sprintf("a/%d/fetch", n), Pass)
				r.Engine = key
				if run.shard().Has(r.ID) {
					p.Records = append(p.Records, r)
				}
			}
		}
		p.Run.Expected = len(p.Records)
		parts = append(parts, p)
	}
	return parts
}

func TestMergeIsTheUncutRun(t *testing.T) {
	whole := cut(1, "chromium", "firefox")[0]
	parts := cut(3, "chromium", "firefox")
	run, records, err := Merge([]Part{parts[2], parts[0], parts[1]})
	require.NoError(t, err)
	assert.Equal(t, Sorted(whole.Records), records)
	assert.Nil(t, run.Shard)
	assert.Equal(t, []string{"-verbose=true"}, run.Flags, "what all have")
	assert.Equal(t, 2.0, run.Seconds, "shards run side by side")
	run.Seconds, run.Flags, whole.Run.Flags = 0, nil, nil
	assert.Equal(t, whole.Run, run)
}

func TestMergeOfBrowsersThatRanElsewhere(t *testing.T) {
	parts := append(cut(3, "chromium"), cut(1, "firefox")...)
	run, records, err := Merge(parts)
	require.NoError(t, err)
	assert.Len(t, records, 8)
	assert.Len(t, run.Engines, 2)
}

func TestMergeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func([]Part) []Part
		want   string
	}{
		"nothing":       {func([]Part) []Part { return nil }, "there are none"},
		"one missing":   {func(p []Part) []Part { return p[1:] }, "shard 1/4 in chromium is missing; run it with -shard 1/4"},
		"three missing": {func(p []Part) []Part { return p[2:3] }, "shards 1/4, 2/4, 4/4 in chromium are missing"},
		"one twice":     {func(p []Part) []Part { return append(p, p[1]) }, "shard 2/4 in chromium comes twice: b.jsonl and b.jsonl"},
		"the whole twice": {func([]Part) []Part { return append(cut(1, "chromium"), cut(1, "chromium")...) },
			"the whole run in chromium comes twice"},
		"two cuts":            {func(p []Part) []Part { return append(p, cut(3, "chromium")...) }, "chromium is cut into 4 and into 3, in a.jsonl"},
		"a cut and the whole": {func(p []Part) []Part { return append(p, cut(1, "chromium")...) }, "chromium is cut into 4 and into 1"},
		"versions":            {func(p []Part) []Part { p[3].Run.Version = "v0.2.0"; return p }, "corsproof is mixed: v0.1.0 in a.jsonl, v0.2.0 in d.jsonl"},
		"browsers":            {func(p []Part) []Part { p[1].Run.Engines[0].Version = "2"; return p }, "chromium is mixed: chromium 1, cookies sent in a.jsonl, chromium 2, cookies sent in b.jsonl"},
		"set-ups of browsers": {func(p []Part) []Part { p[1].Run.Engines[0].Saw = map[string]string{"cookies": "blocked"}; return p },
			"chromium is mixed: chromium 1, cookies sent in a.jsonl, chromium 1, cookies blocked in b.jsonl"},
		"origins": {func(p []Part) []Part {
			p[2].Run.Topology = append(p[2].Run.Topology, Origin{Name: "api", Origin: "https://api.other.test"})
			return p
		}, "the origins differ: c.jsonl has api https://api.other.test"},
		"less origins": {func(p []Part) []Part { p[2].Run.Topology = nil; return p }, "the origins differ: a.jsonl has app https://app.site.test"},
		"another origin by that name": {func(p []Part) []Part {
			p[2].Run.Topology = []Origin{{Name: "app", Origin: "https://app.site.test", Protocol: "h2"}}
			return p
		},
			"the origins differ"},
		"selections": {func(p []Part) []Part { p[1].Run.Selection = "other"; return p }, "the cases differ"},
		"a record twice": {func(p []Part) []Part { p[0].Records = append(p[0].Records, p[1].Records...); return p },
			"comes twice: a.jsonl and b.jsonl"},
		"a record of another shard": {func(p []Part) []Part { p[0].Records, p[1].Records = p[1].Records, nil; return p },
			"which is shard 1/4, belongs to another"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Merge(c.change(cut(4, "chromium")))
			require.ErrorAs(t, err, new(*MergeError))
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestMergeSaysAllThatIsWrong(t *testing.T) {
	parts := cut(4, "chromium", "firefox")[1:]
	parts[1].Run.Version = "v0.2.0"
	_, _, err := Merge(parts)
	assert.Equal(t, 4, strings.Count(err.Error(), "\n")+1, err)
}
