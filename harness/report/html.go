package report

import (
	"bufio"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/internal/sheet"
)

//go:embed report.html.tmpl
var pageSource string

//go:embed report.css
var pageCSS string

//go:embed report.js
var pageJS string

var pageTemplate = template.Must(template.New("report").Parse(pageSource))

// HTML writes one self-contained page: the matrix of all cases by topic, which
// needs no script, and a details view of each, which a script draws from the
// records, embedded as compressed JSON, when it is asked for. The page's own policy lets nothing else
// run: no other script, no request.
func HTML(w io.Writer, run record.Run, records []record.Record) error {
	records = record.Sorted(records)
	data, err := pageData(run, records)
	if err != nil {
		return err
	}
	page := newPage(run, records)
	page.Data = data
	out := bufio.NewWriter(w)
	if err := pageTemplate.Execute(out, page); err != nil {
		return fmt.Errorf("report: write html: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("report: write html: %w", err)
	}
	return nil
}

// caseData is a record as the page's script takes it, with what only Go knows.
type caseData struct {
	record.Record
	Label   string       `json:"label"`   // the engine's name and version
	Page    string       `json:"page"`    // the page's origin, serialised
	Run     string       `json:"run"`     // the command that runs it again
	Explain string       `json:"explain"` // the command that explains it
	Lab     string       `json:"lab"`     // the command that opens it in the lab
	LabURL  string       `json:"labURL"`  // where the lab has it then
	Decide  []decideData `json:"decide"`
}

// decideData names the headers that a step hangs on and where they stand.
type decideData struct {
	Request  string `json:"request,omitempty"`
	Reply    string `json:"reply,omitempty"`
	Exchange int    `json:"exchange"`
}

// pageData is all records as JSON, compressed, in letters that are safe inside a
// script element: base64url.
func pageData(run record.Run, records []record.Record) (template.HTML, error) {
	several := len(engineKeys(run, records)) > 1
	data := make([]caseData, len(records))
	for i, r := range records {
		var browsers []string
		if several {
			browsers = []string{r.Engine}
		}
		data[i] = caseData{Record: r, Label: engineLabel(run, r.Engine), Page: pageOrigin(run, r), Run: runCommand(r, browsers...), Explain: explainCommand(r), Lab: labCommand(r), LabURL: labURL(r)}
		for _, s := range r.Steps {
			d := decide(data[i].Page, s)
			data[i].Decide = append(data[i].Decide, decideData{d.request, d.reply, d.exchange(s.Observed.Wire)})
		}
	}
	var packed strings.Builder
	letters := base64.NewEncoder(base64.RawURLEncoding, &packed)
	compressed := gzip.NewWriter(letters)
	err := errors.Join(json.NewEncoder(compressed).Encode(data), compressed.Close(), letters.Close())
	if err != nil {
		return "", fmt.Errorf("report: encode records: %w", err)
	}
	return template.HTML(packed.String()), nil
}

// page is what the template shows.
type page struct {
	Policy     template.HTML
	CSS        template.CSS
	JS         template.JS
	Data       template.HTML
	Conclusion string
	Good       bool
	Facts      []string
	Shares     []shareView
	Attention  []sharedView
	Diverged   []sharedView
	Topics     []topicView
	Vias       []string
	Reads      []readView
	Engines    []engineView
	Run        record.Run
}

type shareView struct {
	Verdict record.Verdict
	Word    string
	Meaning string
	N       int
}

// readView is a read value and what it means, for the legend and the filter.
type readView struct{ Read, Meaning string }

// engineView is an engine; Mark stands for it where there is no room.
type engineView struct {
	Key, Label, Mark, Counts string
	Saw                      []pair
}

// sharedView is a case in a list, with the engines that it is the same in.
type sharedView struct {
	cellView
	Labels string
}

type pair struct{ Name, Value string }

type topicView struct {
	Name, About, Spec, Counts string
	Attention                 int
	Vias                      []string // a column each
	Upright                   bool     // many columns: their names stand upright
	Scenarios                 []scenarioView
}

type scenarioView struct {
	Title, Why, Spec string
	Rows             []rowView
}

type rowView struct {
	ID    string
	Name  string       // of the variant, "" for a scenario without variants
	Cells [][]cellView // by way to load; in each the engines, or none
}

// cellView is one case in one engine; the zero value is an empty cell.
type cellView struct {
	ID      string // the anchor: the case's id, @engine added after the first engine
	Case    string
	Via     string
	Engine  string
	Label   string
	Title   string
	Verdict record.Verdict
	Word    string
	Read    string
	Glyph   string
	Reason  string
	Problem string
	Link    string
	Mark    string // the engine's, where there are several
}

// Span is how many columns the table has.
func (t topicView) Span() int { return len(t.Vias) + 1 }

// Href is a link to the case. The fragment is escaped here, and keeps its
// slashes, so that a copied link is readable.
func (c cellView) Href() template.URL { return template.URL("#" + escapeFragment(c.ID)) }

// escapeFragment percent-encodes all but letters, digits and a few marks.
func escapeFragment(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/@", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

var reads = []readView{
	{"allowed", "script can read it"},
	{"opaque", "it loads, script cannot read it"},
	{"blocked", "the page gets an error"},
	{"unobservable", "no event a page can see"},
}

// glyph is the sprite of a read value; what is none has its own.
func glyph(read string) string {
	if slices.ContainsFunc(reads, func(r readView) bool { return r.Read == read }) {
		return read
	}
	return "none"
}

func newPage(run record.Run, records []record.Record) page {
	sum := record.Summarise(run, records)
	p := page{
		Policy: sheet.Policy(pageJS), CSS: sheet.CSS(pageCSS), JS: template.JS(pageJS),
		Conclusion: conclusion(sum), Good: sum.ExitCode() == 0, Reads: reads, Run: run,
	}
	p.Facts = facts(run, sum)
	for _, v := range record.Verdicts {
		if n := sum.Counts[v]; n > 0 {
			p.Shares = append(p.Shares, shareView{v, verdictWord[v], verdictMeaning[v], n})
		}
	}
	keys := engineKeys(run, records)
	marks := initials(keys)
	for _, key := range keys {
		view := newEngineView(run, key, sum.Engines[key])
		view.Mark = marks[key]
		p.Engines = append(p.Engines, view)
	}
	for _, topic := range sum.Topics {
		of := slices.Collect(func(yield func(record.Record) bool) {
			for _, r := range records {
				if r.Topic == topic.Name && !yield(r) {
					return
				}
			}
		})
		p.Topics = append(p.Topics, newTopicView(run, keys, topic, of))
		for _, r := range of {
			if !slices.Contains(p.Vias, r.Via) {
				p.Vias = append(p.Vias, r.Via)
			}
		}
	}
	slices.Sort(p.Vias)
	p.Attention = newSharedViews(run, keys, attention(records))
	p.Diverged = newSharedViews(run, keys, slices.DeleteFunc(slices.Clone(records), func(r record.Record) bool {
		return r.Verdict != record.Divergence
	}))
	return p
}

func newSharedViews(run record.Run, keys []string, records []record.Record) []sharedView {
	var views []sharedView
	for _, r := range shareEngines(records) {
		view := sharedView{cellView: newCellView(run, keys, r.Record)}
		if len(keys) > 1 {
			labels := make([]string, len(r.Engines))
			for i, key := range r.Engines {
				labels[i] = engineLabel(run, key)
			}
			view.Labels = listed(labels)
		}
		views = append(views, view)
	}
	return views
}

// facts is the line under the conclusion.
func facts(run record.Run, sum record.Summary) []string {
	f := []string{plain.Plural(sum.Counts.Total(), "case", "cases"), plain.Plural(sum.Requests, "request", "requests")}
	if run.Seconds > 0 {
		f = append(f, fmt.Sprintf("%.1f seconds", run.Seconds))
	}
	for _, e := range run.Engines {
		f = append(f, engineLabel(run, e.Key))
	}
	if t, err := time.Parse(time.RFC3339, run.Started); err == nil {
		f = append(f, t.UTC().Format("2 January 2006, 15:04 UTC"))
	}
	if run.Version != "" || run.Shard != nil {
		f = append(f, program(run))
	}
	return f
}

func newEngineView(run record.Run, key string, c record.Counts) engineView {
	view := engineView{Key: key, Label: engineLabel(run, key), Counts: countsLine(c, ", ")}
	for _, e := range run.Engines {
		if e.Key != key {
			continue
		}
		for name, value := range e.Saw {
			view.Saw = append(view.Saw, pair{name, value})
		}
	}
	slices.SortFunc(view.Saw, func(a, b pair) int { return strings.Compare(a.Name, b.Name) })
	return view
}

func newTopicView(run record.Run, keys []string, sum record.TopicSummary, records []record.Record) topicView {
	t := topicView{Name: sum.Name, Counts: countsLine(sum.Counts, ", "), Attention: sum.Counts.Attention()}
	for _, topic := range run.Topics {
		if topic.Name == sum.Name {
			t.About, t.Spec = topic.About, topic.Spec
		}
	}
	column := map[string]int{} // only the ways to load that this topic uses
	for _, r := range records {
		if _, known := column[r.Via]; !known {
			column[r.Via] = len(t.Vias)
			t.Vias = append(t.Vias, r.Via)
		}
	}
	t.Upright = len(t.Vias)*max(1, len(keys)) > 5
	for _, r := range records {
		row := t.row(r)
		if row.Cells == nil {
			row.Cells = make([][]cellView, len(t.Vias))
		}
		at := column[r.Via]
		if row.Cells[at] == nil {
			row.Cells[at] = make([]cellView, len(keys))
		}
		// Of several attempts the one to look at is the worst.
		cell := &row.Cells[at][slices.Index(keys, r.Engine)]
		if cell.Case == "" || !cell.Verdict.NeedsAttention() {
			*cell = newCellView(run, keys, r)
		}
	}
	return t
}

// row is the row of a record's scenario and variant, made if there is none. A
// scenario's variants follow each other in the catalogue.
func (t *topicView) row(r record.Record) *rowView {
	id := scenarioID(r)
	name := ""
	if parts := strings.SplitN(id, "/", 3); len(parts) == 3 {
		name = parts[2]
	}
	scenario := strings.TrimSuffix(id, "/"+name)
	if n := len(t.Scenarios); n == 0 || t.Scenarios[n-1].Rows[0].ID != id &&
		(name == "" || !strings.HasPrefix(t.Scenarios[n-1].Rows[0].ID, scenario+"/")) {
		t.Scenarios = append(t.Scenarios, scenarioView{Title: r.Title, Why: r.Why, Spec: r.Spec})
	}
	s := &t.Scenarios[len(t.Scenarios)-1]
	for i := range s.Rows {
		if s.Rows[i].ID == id {
			return &s.Rows[i]
		}
	}
	s.Rows = append(s.Rows, rowView{ID: id, Name: name})
	return &s.Rows[len(s.Rows)-1]
}

func newCellView(run record.Run, keys []string, r record.Record) cellView {
	c := cellView{
		ID: r.ID, Case: r.ID, Via: r.Via, Engine: r.Engine, Title: r.Title, Verdict: r.Verdict, Word: verdictWord[r.Verdict],
		Problem: plain.Text(first(r.Problems)),
	}
	if len(keys) > 1 {
		c.Label, c.Mark = engineLabel(run, r.Engine), initials(keys)[r.Engine]
		if r.Engine != keys[0] {
			c.ID += "@" + r.Engine
		}
	}
	if isWeb(r.Explained) {
		c.Link = r.Explained
	}
	// The last step is what the case is about; those before it prepare.
	if n := len(r.Steps); n > 0 && r.Verdict != record.NotApplicable && r.Verdict != record.Error {
		last := r.Steps[n-1]
		c.Read, c.Reason = plain.Text(last.Observed.Read), plain.Text(last.Observed.Reason)
	}
	c.Glyph = glyph(c.Read)
	return c
}
