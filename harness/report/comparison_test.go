package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
)

func TestComparisonGolden(t *testing.T) {
	run, records := threeRun(250)
	var b bytes.Buffer
	require.NoError(t, Comparison(&b, run, records))
	golden(t, "engines.md", b.Bytes())
}

func TestComparisonEscapes(t *testing.T) {
	run, records := smallRun()
	run.Version, records[0].Topic, run.Engines[0].Name = "a|b", "c|<b>d\n| e", nasty
	for i := range records {
		records[i].Verdict = record.Unexpected
		records[i].Problems = append(records[i].Problems, nasty)
	}
	records[1].Verdict = record.NotApplicable
	var b bytes.Buffer
	require.NoError(t, Comparison(&b, run, records))
	for _, raw := range []string{"<script", "<img", "onerror=", "javascript:", "c|", "<b>d", "\x1b"} {
		assert.NotContains(t, b.String(), raw)
	}
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		assert.Contains(t, []int{4, 5}, strings.Count(line, "|"), line)
	}
}

// A case that two engines answer alike still shows each of them, and cases of
// which all is the same are one row.
func TestComparisonRows(t *testing.T) {
	run := record.Run{Engines: []record.Engine{{Key: "a", Name: "A"}, {Key: "b", Name: "B"}}}
	is := func(id, engine string, v record.Verdict, problems ...string) record.Record {
		return record.Record{ID: "t/" + id, Topic: "t", Engine: engine, Verdict: v, Problems: problems, Explained: "https://link.test/" + engine,
			Steps: []record.Step{{Oracle: record.Predicted{Read: "blocked", Reason: "no-cors"}}}}
	}
	var b bytes.Buffer
	require.NoError(t, Comparison(&b, run, []record.Record{
		is("one/fetch", "a", record.Divergence, "reads it", "claimed blocked"), is("one/fetch", "b", record.Pass),
		is("one/xhr", "a", record.Divergence, "reads it", "claimed blocked"), is("one/xhr", "b", record.Pass),
		is("two/xhr", "a", record.Pass), is("two/xhr", "b", record.Pass),
		is("three/xhr", "a", record.Error, "died"), is("three/xhr", "b", record.NotApplicable, "has none"),
	}))
	assert.Contains(t, b.String(), "| [t](#t) | 1 of 4 | all 3 |\n")
	assert.Contains(t, b.String(), "| <code>one/fetch</code><br><code>one/xhr</code> | blocked&#58; no-cors | reads it ([why](<https://link.test/a>)) | ✓ |\n")
	assert.Contains(t, b.String(), "| <code>three/xhr</code> | blocked&#58; no-cors | **error** died | does not apply |\n")
	assert.NotContains(t, b.String(), "two/xhr")
	assert.Contains(t, b.String(), "<b>B</b>, 1 case: has none</summary>\n\n<code>t/three/xhr</code>\n")
}
