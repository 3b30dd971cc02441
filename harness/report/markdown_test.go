package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
)

func TestMarkdownGolden(t *testing.T) {
	run, records := smallRun()
	var b bytes.Buffer
	require.NoError(t, Markdown(&b, run, records))
	golden(t, "report.md", b.Bytes())
}

func TestMarkdownEscapes(t *testing.T) {
	run, records := smallRun()
	run.Version, records[0].Topic = "a|b", "c|<b>d\n| e"
	var b bytes.Buffer
	require.NoError(t, Markdown(&b, run, records))
	for _, raw := range []string{"<script", "<img", "onerror=", "javascript:", "c|", "<b>", "\x1b", "`"} {
		assert.NotContains(t, b.String(), raw)
	}
	columns := 0
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		if n := strings.Count(line, "|"); columns == 0 {
			columns = n
		} else {
			assert.Equal(t, columns, n, line)
		}
	}
}

func TestMarkdownBoundsItsList(t *testing.T) {
	run, records := manyRun(250)
	for i := range records {
		records[i].Verdict = record.Unexpected
	}
	var b bytes.Buffer
	require.NoError(t, Markdown(&b, run, records))
	assert.Contains(t, b.String(), "- and 200 more\n")
}
