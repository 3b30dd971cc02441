package record

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

func sampleRun(expected int) Run {
	return Run{
		Version:  "v0.1.0",
		Started:  "2027-01-02T03:04:05Z",
		Engines:  []Engine{{Key: "chromium", Name: "Chromium", Version: "156"}},
		Topology: []Origin{{Name: "app", Origin: "https://app.site.test"}},
		Expected: expected,
	}
}

func sample(order int, id string, v Verdict) Record {
	topic, _, _ := strings.Cut(id, "/")
	return Record{ID: id, Order: order, Topic: topic, Via: "fetch", Engine: "chromium", Verdict: v, Attempt: 1,
		Steps: []Step{{Observed: Observation{Wire: []Exchange{{Method: "GET"}, {Method: "OPTIONS", Preflight: true}}}}}}
}

func TestRoundTrip(t *testing.T) {
	hostile := sample(1, "a/hostile/fetch", Unexpected)
	hostile.Steps[0].Observed.Wire[0].ReplyHeaders = oracle.Headers{
		{Name: "X", Value: "</script><script>alert(1)</script>\u2028\u0000\u001b[31m\u00ff|\"'"},
	}
	hostile.Steps[0].Observed.Body = "\u0080\u00ff\r\n"
	records := []Record{sample(2, "b/x/fetch", Pass), hostile}

	var file bytes.Buffer
	require.NoError(t, Write(&file, sampleRun(0), records))
	assert.Equal(t, 3, strings.Count(file.String(), "\n"), "one line each, whatever a server sent")

	run, got, err := Read(&file)
	require.NoError(t, err)
	assert.Equal(t, Schema, run.Schema)
	assert.Equal(t, 2, run.Expected)
	assert.Equal(t, []Record{hostile, records[0]}, got, "catalogue order")
}

func TestSortedKeepsTheCatalogueOrder(t *testing.T) {
	shuffled := []Record{sample(2, "a/y/fetch", Pass), sample(1, "z/x/fetch", Pass), sample(2, "a/x/fetch", Pass)}
	var ids []string
	for _, r := range Sorted(shuffled) {
		ids = append(ids, r.ID)
	}
	assert.Equal(t, []string{"z/x/fetch", "a/x/fetch", "a/y/fetch"}, ids)
	assert.Equal(t, "a/y/fetch", shuffled[0].ID, "the argument stays as it is")
}

func TestWriterFromManyGoroutines(t *testing.T) {
	var file bytes.Buffer
	w, err := NewWriter(&file, sampleRun(50))
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() { assert.NoError(t, w.Add(sample(i, fmt.Sprintf("a/%d/fetch", i), Pass))) })
	}
	wg.Wait()
	require.NoError(t, w.Close())
	_, records, err := Read(&file)
	require.NoError(t, err)
	assert.Len(t, records, 50)
}

func TestWriterCountsItsRecords(t *testing.T) {
	w, err := NewWriter(&bytes.Buffer{}, sampleRun(2))
	require.NoError(t, err)
	require.NoError(t, w.Add(sample(1, "a/x/fetch", Pass)))
	assert.EqualError(t, w.Close(), "record: wrote 1 records, and the run's line says 2")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWriteErrorsAreNotLost(t *testing.T) {
	assert.ErrorContains(t, Write(full{}, sampleRun(0), []Record{sample(1, "a/x/fetch", Pass)}), "no space left")
}

func TestReadMergesShards(t *testing.T) {
	var file bytes.Buffer
	one, two := sampleRun(0), sampleRun(0)
	one.Seconds, two.Seconds = 3, 5
	two.Started = "2027-01-02T03:04:00Z"
	two.Engines = append(two.Engines, Engine{Key: "firefox", Name: "Firefox", Version: "153"})
	require.NoError(t, Write(&file, one, []Record{sample(2, "a/y/fetch", Pass)}))
	require.NoError(t, Write(&file, two, []Record{sample(1, "a/x/fetch", Pass), sample(3, "a/z/fetch", Pass)}))

	run, records, err := Read(&file)
	require.NoError(t, err)
	assert.Len(t, records, 3)
	assert.Equal(t, 3, run.Expected)
	assert.Equal(t, 5.0, run.Seconds)
	assert.Equal(t, "2027-01-02T03:04:00Z", run.Started)
	assert.Len(t, run.Engines, 2)
	assert.Len(t, run.Topology, 1)
}

type namedReader struct{ *strings.Reader }

func (namedReader) Name() string { return "out/results.jsonl" }

func TestReadIsStrict(t *testing.T) {
	const run = `{"schema":1,"expected":1}` + "\n"
	const rec = `{"id":"a/x/fetch","engine":"chromium","verdict":"pass","steps":[]}` + "\n"
	for name, test := range map[string]struct{ file, want string }{
		"empty":             {"", "out/results.jsonl:1: the file is empty"},
		"not JSON":          {"hello\n", "out/results.jsonl:1: not a line of JSON"},
		"no run":            {rec, "out/results.jsonl:1: the first line must be the run"},
		"newer schema":      {`{"schema":2}` + "\n", "out/results.jsonl:1: schema 2, and this corsproof reads schema 1"},
		"run of wrong type": {`{"schema":1,"engines":3}` + "\n", "out/results.jsonl:1: not a run"},
		"cut in a line":     {run + rec[:20], "out/results.jsonl:2: the file ends inside this line"},
		"records missing":   {run, "out/results.jsonl:1: 0 of 1 records: the run that wrote them was cut short"},
		"too many records":  {run + rec + strings.Replace(rec, "a/x", "a/y", 1), "out/results.jsonl:3: 2 records, and their run says 1"},
		"same result twice": {run + rec + rec, "out/results.jsonl:3: a/x/fetch in chromium stands on line 2 too"},
		"no id":             {run + `{"engine":"chromium","verdict":"pass"}` + "\n", `out/results.jsonl:2: a record without an "id"`},
		"no engine":         {run + `{"id":"a/x/fetch","verdict":"pass"}` + "\n", `has no "engine"`},
		"unknown verdict":   {run + strings.Replace(rec, "pass", "fine", 1), `has the verdict "fine"; known are pass, divergence`},
		"wrong type":        {run + `{"id":7}` + "\n", "out/results.jsonl:2: not a record"},
		"an array":          {run + "[]\n", "out/results.jsonl:2: not a line of JSON"},
		"null":              {run + "null\n", `a record without an "id"`},
		"empty line":        {run + "\n" + rec, "out/results.jsonl:2: an empty line"},
		"shard cut short":   {`{"schema":1,"expected":2}` + "\n" + rec + run, "1 of 2 records"},
		"two values a line": {run + strings.TrimSpace(rec) + rec, "out/results.jsonl:2: not a line of JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Read(namedReader{strings.NewReader(test.file)})
			require.Error(t, err)
			assert.True(t, strings.HasPrefix(err.Error(), "record: "), err)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestReadTakesWhatNewerVersionsAdd(t *testing.T) {
	_, records, err := Read(strings.NewReader(`{"schema":1,"expected":1,"weather":"fine"}
{"id":"a/x/fetch","engine":"chromium","verdict":"pass","steps":[],"mood":"good"}`))
	require.NoError(t, err, "and a last line without its newline is whole if its JSON is")
	assert.Len(t, records, 1)
}

func FuzzRead(f *testing.F) {
	var file bytes.Buffer
	require.NoError(f, Write(&file, sampleRun(0), []Record{sample(1, "a/x/fetch", Pass)}))
	f.Add(file.Bytes())
	f.Add([]byte(`{"schema":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		run, records, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		require.NoError(t, Write(&again, run, records))
		_, reread, err := Read(&again)
		require.NoError(t, err)
		assert.Len(t, reread, len(records))
	})
}

func TestSummary(t *testing.T) {
	records := []Record{
		sample(3, "b/x/fetch", Unexpected), sample(1, "a/x/fetch", Pass), sample(2, "a/y/fetch", Divergence),
	}
	s := Summarise(sampleRun(4), records)
	assert.Equal(t, Counts{Pass: 1, Divergence: 1, Unexpected: 1}, s.Counts)
	assert.Equal(t, []TopicSummary{
		{"a", Counts{Pass: 1, Divergence: 1}, map[string]Counts{"chromium": {Pass: 1, Divergence: 1}}},
		{"b", Counts{Unexpected: 1}, map[string]Counts{"chromium": {Unexpected: 1}}},
	}, s.Topics)
	assert.Equal(t, s.Counts, s.Engines["chromium"])
	assert.Equal(t, 6, s.Requests)
	assert.Equal(t, 1, s.Missing)
	assert.Equal(t, 3, s.Counts.Total())
	assert.Equal(t, 1, s.Counts.Attention())
}

func TestExitCode(t *testing.T) {
	for _, test := range []struct {
		verdicts []Verdict
		want     int
	}{
		{nil, 0},
		{[]Verdict{Pass, Divergence, NotApplicable}, 0},
		{[]Verdict{Pass, Unexpected}, 1},
		{[]Verdict{Stale}, 1},
		{[]Verdict{Inconclusive}, 1},
		{[]Verdict{Error}, 3},
		{[]Verdict{Error, Unexpected}, 3},
		{[]Verdict{"unheard-of"}, 1},
	} {
		var records []Record
		for i, v := range test.verdicts {
			records = append(records, sample(i, "a/x/fetch", v))
		}
		assert.Equal(t, test.want, Summarise(sampleRun(len(records)), records).ExitCode(), "%v", test.verdicts)
	}
	assert.Equal(t, 3, Summarise(sampleRun(1), nil).ExitCode(), "a result is missing")
}
