package report

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/sheet"
)

func renderHTML(t *testing.T, run record.Run, records []record.Record) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, HTML(&b, run, records))
	return b.String()
}

// embedded are the records of a page, unpacked and as they stand in it.
func embedded(t *testing.T, page string) (data, packed string) {
	t.Helper()
	_, packed, ok := strings.Cut(page, `<script type="application/gzip" id="data">`)
	require.True(t, ok)
	packed, _, ok = strings.Cut(packed, "</script>")
	require.True(t, ok)
	compressed, err := base64.RawURLEncoding.DecodeString(packed)
	require.NoError(t, err)
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	require.NoError(t, err)
	unpacked, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(unpacked), packed
}

// The golden file leaves out the style and the script, which have their own
// files, and has the records unpacked: a change of theirs is no change of the
// report.
func TestHTMLGolden(t *testing.T) {
	run, records := smallRun()
	page := renderHTML(t, run, records)
	page = strings.Replace(page, string(sheet.CSS(pageCSS)), "/* report.css */", 1)
	page = strings.Replace(page, pageJS, "/* report.js */", 1)
	data, packed := embedded(t, page)
	page = strings.Replace(page, packed, "\n"+strings.ReplaceAll(data, `{"id":`, "\n"+`{"id":`), 1)
	page = regexp.MustCompile(`sha256-[^']+`).ReplaceAllString(page, "sha256-HASH")
	golden(t, "report.html", []byte(page))
}

func TestHTMLHoldsNoMarkupOfAServer(t *testing.T) {
	run, records := smallRun()
	page := renderHTML(t, run, records)
	assert.Equal(t, 2, strings.Count(page, "<script"), "the page's own script and its data")
	assert.Equal(t, 2, strings.Count(page, "</script"))
	assert.False(t, strings.Contains(page, "<img"))
	assert.False(t, strings.Contains(page, `href="javascript:`))
	assert.False(t, strings.Contains(page, "\u2028"))
	assert.False(t, regexp.MustCompile(`<(link|img|iframe|object|embed)[^>]* (src|href)="[^d]`).MatchString(page), "the page loads nothing")
}

func TestHTMLDataIsTheRecords(t *testing.T) {
	run, records := smallRun()
	page := renderHTML(t, run, records)
	data, _ := embedded(t, page)
	var got []caseData
	require.NoError(t, json.Unmarshal([]byte(data), &got))
	require.Len(t, got, len(records))
	want := record.Sorted(records)
	for i := range got {
		assert.Equal(t, want[i], got[i].Record, want[i].ID)
		assert.Len(t, got[i].Decide, len(want[i].Steps))
	}
}

func TestHTMLIsCompleteWithoutAScript(t *testing.T) {
	run, records := manyRun(250)
	page := renderHTML(t, run, records)
	for _, r := range records {
		assert.True(t, strings.Contains(page, `id="`+r.ID+`"`), r.ID)
	}
	assert.True(t, strings.Contains(page, template.HTMLEscapeString(records[0].Why)))
	assert.True(t, strings.Contains(page, "<noscript>"))
}

func TestHTMLOfAnEmptyRun(t *testing.T) {
	assert.Contains(t, renderHTML(t, record.Run{}, nil), "Nothing ran.")
}

// A repeated case shows its worst attempt.
func TestHTMLShowsTheWorstAttempt(t *testing.T) {
	run, records := manyRun(1)
	for attempt, verdict := range []record.Verdict{record.Pass, record.Unexpected, record.Pass} {
		r := records[0]
		r.Attempt, r.Verdict = attempt+1, verdict
		records = append(records, r)
	}
	page := newPage(run, record.Sorted(records))
	require.Len(t, page.Topics[0].Scenarios, 1)
	assert.Equal(t, record.Unexpected, page.Topics[0].Scenarios[0].Rows[0].Cells[0][0].Verdict)
}

func TestMatrixRows(t *testing.T) {
	run, records := smallRun()
	page := newPage(run, record.Sorted(records))
	require.Len(t, page.Topics, 2)

	origins := page.Topics[0]
	assert.Equal(t, []string{"fetch", "script"}, origins.Vias, "a column a way to load")
	require.Len(t, origins.Scenarios, 1)
	cells := origins.Scenarios[0].Rows[0].Cells
	require.Len(t, cells, 2)
	require.Len(t, cells[0], 2, "in it the engines")
	assert.Equal(t, "origins/one-allowed/fetch", cells[0][0].ID)
	assert.Equal(t, "origins/one-allowed/fetch@firefox", cells[0][1].ID)
	assert.Equal(t, "opaque", cells[1][0].Glyph)
	assert.Empty(t, cells[1][1].Case, "Firefox has no such record")

	hostile := page.Topics[1].Scenarios[0]
	assert.Equal(t, "no-answer", hostile.Rows[0].Name)
}

func TestVariantsShareTheirScenario(t *testing.T) {
	run, records := manyRun(250)
	page := newPage(run, record.Sorted(records))
	for _, topic := range page.Topics {
		for _, s := range topic.Scenarios {
			if strings.HasPrefix(s.Rows[0].ID, "preflight/missing-method/") {
				require.Len(t, s.Rows, 3)
				assert.Equal(t, "delete", s.Rows[1].Name)
				return
			}
		}
	}
	t.Fatal("no scenario with variants")
}

func TestHrefStaysAFragment(t *testing.T) {
	assert.Equal(t, `#a/b%22%3E%3Cx%20%FF@firefox`, string(cellView{ID: "a/b\"><x \xff@firefox"}.Href()))
}

func TestDecide(t *testing.T) {
	preflight, actual, home := record.Exchange{At: api, Preflight: true}, record.Exchange{At: api}, record.Exchange{At: app}
	for _, test := range []struct {
		name             string
		observed, oracle string
		wire             []record.Exchange
		request, reply   string
		exchange         int
	}{
		{"an allowed cross-origin load", "", "", []record.Exchange{preflight, actual}, "Origin", allowOrigin, 1},
		{"a redirect away from home", "", "", []record.Exchange{home, actual}, "Origin", allowOrigin, 1},
		{"a load at home", "", "", []record.Exchange{home}, "", "", -1},
		{"the browser's reason", "missing-allow-origin", "allow-origin-mismatch", []record.Exchange{actual, actual}, "Origin", allowOrigin, 1},
		{"the standard's reason", "", "method-not-allowed", []record.Exchange{preflight}, requestMethod, allowMethods, 0},
		{"a preflight from the cache", "header-not-allowed", "", []record.Exchange{actual}, requestHeaders, allowHeaders, -1},
		{"a reason without headers", "mixed-content", "", nil, "", "", -1},
		{"a word that nobody knows", "gremlins", "", []record.Exchange{actual}, "", "", -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := decide(app, record.Step{Oracle: record.Predicted{Reason: test.oracle},
				Observed: record.Observation{Reason: test.observed, Wire: test.wire}})
			assert.Equal(t, test.request, d.request)
			assert.Equal(t, test.reply, d.reply)
			assert.Equal(t, test.exchange, d.exchange(test.wire))
		})
	}
}

func TestPageOrigin(t *testing.T) {
	run, _ := smallRun()
	for from, want := range map[string]string{"app": app, app: app, "opaque-sandbox": "opaque-sandbox"} {
		assert.Equal(t, want, pageOrigin(run, record.Record{From: from}))
	}
}
