package report

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
)

// threeRun is manyRun in three engines, of which the third does nothing wrong
// and the second is like the first.
func threeRun(n int) (record.Run, []record.Record) {
	run, one := manyRun(n)
	run.Engines = append(run.Engines[:1:1],
		record.Engine{Key: "firefox", Name: "Firefox", Version: "153.0"}, record.Engine{Key: "webkit", Name: "WebKit", Version: "2.50.6"})
	var records []record.Record
	for _, r := range one {
		for _, key := range []string{run.Engines[0].Key, "firefox", "webkit"} {
			r.Engine = key
			if key == "webkit" && r.Verdict != record.NotApplicable {
				r.Verdict, r.Problems, r.Explained = record.Pass, nil, ""
			}
			records = append(records, r)
		}
	}
	run.Expected = len(records)
	return run, records
}

func TestThreeEnginesGolden(t *testing.T) {
	run, records := threeRun(250)
	var b bytes.Buffer
	require.NoError(t, Text(&b, run, records, Options{Width: 100}))
	golden(t, "report-engines.txt", b.Bytes())
	b.Reset()
	require.NoError(t, Markdown(&b, run, records))
	golden(t, "report-engines.md", b.Bytes())
}

func TestShareEngines(t *testing.T) {
	is := func(engine string, v record.Verdict, problem string) record.Record {
		return record.Record{ID: "a/b/fetch", Engine: engine, Verdict: v, Problems: []string{problem}}
	}
	other := is("webkit", record.Unexpected, "one")
	other.ID = "a/c/fetch"
	again := is("firefox", record.Unexpected, "one")
	again.Attempt = 2
	var got [][]string
	for _, s := range shareEngines([]record.Record{
		is("chromium", record.Unexpected, "one"), is("firefox", record.Unexpected, "one"), is("webkit", record.Unexpected, "two"), other, again,
	}) {
		got = append(got, append([]string{s.ID}, s.Engines...))
	}
	assert.Equal(t, [][]string{{"a/b/fetch", "chromium", "firefox"}, {"a/b/fetch", "webkit"}, {"a/c/fetch", "webkit"}, {"a/b/fetch", "firefox"}}, got,
		"the same, another problem, another case, another attempt")
}

func TestListed(t *testing.T) {
	assert.Empty(t, listed(nil))
	assert.Equal(t, "a", listed([]string{"a"}))
	assert.Equal(t, "a and b", listed([]string{"a", "b"}))
	assert.Equal(t, "a, b and c", listed([]string{"a", "b", "c"}))
}

func TestInitials(t *testing.T) {
	assert.Equal(t, map[string]string{"chromium": "C", "firefox": "F", "webkit": "W"}, initials([]string{"chromium", "firefox", "webkit"}))
	assert.Equal(t, map[string]string{"chromium": "1", "firefox": "2", "chrome": "3"}, initials([]string{"chromium", "firefox", "chrome"}))
	assert.Equal(t, map[string]string{"": "1"}, initials([]string{""}))
	assert.Equal(t, map[string]string{"\x1b": `\`}, initials([]string{"\x1b"}), "nothing that moves a cursor")
}
