package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
)

func text80(t *testing.T, o Options) string {
	t.Helper()
	run, records := smallRun()
	var b bytes.Buffer
	require.NoError(t, Text(&b, run, records, o))
	return b.String()
}

func TestTextGolden(t *testing.T) {
	golden(t, "report.txt", []byte(text80(t, Options{})))
	golden(t, "report-color.txt", []byte(text80(t, Options{Color: true, Blocks: 1, Width: 100})))
	run, records := manyRun(250)
	var b bytes.Buffer
	require.NoError(t, Text(&b, run, records, Options{}))
	golden(t, "report-many.txt", b.Bytes())
}

func TestTextLetsNothingReachTheTerminal(t *testing.T) {
	for _, c := range text80(t, Options{}) {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Fatalf("the report has %U", c)
		}
	}
}

func TestTextKeepsItsWidth(t *testing.T) {
	run, records := manyRun(250)
	for _, width := range []int{70, 80, 120} {
		var b bytes.Buffer
		require.NoError(t, Text(&b, run, records, Options{Width: width}))
		for line := range strings.Lines(b.String()) {
			if strings.Contains(line, "https://") || strings.Contains(line, " passed") {
				continue // a link and a table row stay whole
			}
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), width, line)
		}
	}
}

func TestTextOfAnEmptyRun(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Text(&b, record.Run{}, nil, Options{}))
	assert.Contains(t, b.String(), "Nothing ran.")
	b.Reset()
	require.NoError(t, Text(&b, record.Run{Expected: 3}, nil, Options{}))
	assert.Contains(t, b.String(), "No result came; 3 results are missing.")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestEveryFormatReportsAWriteError(t *testing.T) {
	run, records := smallRun()
	for _, f := range Formats {
		assert.ErrorContains(t, f.Write(full{}, run, records), "no space left", f.Name)
	}
}

func TestEveryFormatIgnoresTheOrderOfRecords(t *testing.T) {
	run, records := smallRun()
	reversed := make([]record.Record, 0, len(records))
	for i := len(records) - 1; i >= 0; i-- {
		reversed = append(reversed, records[i])
	}
	for _, f := range Formats {
		var a, b bytes.Buffer
		require.NoError(t, f.Write(&a, run, records), f.Name)
		require.NoError(t, f.Write(&b, run, reversed), f.Name)
		assert.True(t, bytes.Equal(a.Bytes(), b.Bytes()), f.Name)
	}
}

func TestFind(t *testing.T) {
	f, err := Find("text")
	require.NoError(t, err)
	assert.Equal(t, "report.txt", f.File)
	_, err = Find("pdf")
	assert.ErrorContains(t, err, `report: unknown format "pdf"; known are text`)
}

func TestShareShowsEveryVerdict(t *testing.T) {
	for _, c := range []record.Counts{
		{record.Pass: 1000, record.Unexpected: 1},
		{record.Pass: 1, record.Unexpected: 1000, record.Stale: 1, record.Error: 1},
		{record.Inconclusive: 3},
	} {
		ticks, sum := share(c, barWidth), 0
		for v, n := range ticks {
			assert.Positive(t, n, v)
			sum += n
		}
		assert.Equal(t, barWidth, sum)
		assert.Len(t, ticks, len(c))
	}
}
