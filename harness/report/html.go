package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/record"
)

//go:embed report.html.tmpl
var pageSource string

//go:embed report.css
var pageCSS string

//go:embed report.js
var pageJS string

var pageTemplate = template.Must(template.New("report").Parse(pageSource))

// HTML writes one self-contained page: the matrix of all cases by topic, which
// needs no script, and a details view of each, which a script draws from
// embedded JSON when it is asked for. The page's own policy lets nothing else
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

// pagePolicy is the page's Content-Security-Policy. The script is named by its
// hash: even markup that slipped through the escaping could not run.
func pagePolicy() template.HTML {
	hash := sha256.Sum256([]byte(pageJS))
	return template.HTML(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-` +
		base64.StdEncoding.EncodeToString(hash[:]) + `'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`)
}

// caseData is a record as the page's script takes it, with what only Go knows.
type caseData struct {
	record.Record
	Label   string       `json:"label"`   // the engine's name and version
	Page    string       `json:"page"`    // the page's origin, serialised
	Run     string       `json:"run"`     // the command that runs it again
	Explain string       `json:"explain"` // the command that explains it
	Decide  []decideData `json:"decide"`
}

// decideData names the headers that a step hangs on and where they stand.
type decideData struct {
	Request  string `json:"request,omitempty"`
	Reply    string `json:"reply,omitempty"`
	Exchange int    `json:"exchange"`
}

// pageData is all records as JSON that is safe inside a script element:
// encoding/json writes <, >, &, U+2028 and U+2029 as escapes.
func pageData(run record.Run, records []record.Record) (template.JS, error) {
	several := len(engineKeys(run, records)) > 1
	data := make([]caseData, len(records))
	for i, r := range records {
		data[i] = caseData{Record: r, Label: engineLabel(run, r.Engine), Page: pageOrigin(run, r), Run: runCommand(r, several), Explain: explainCommand(r)}
		for _, s := range r.Steps {
			d := decide(data[i].Page, s)
			data[i].Decide = append(data[i].Decide, decideData{d.request, d.reply, d.exchange(s.Observed.Wire)})
		}
	}
	encoded, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("report: encode records: %w", err)
	}
	return template.JS(encoded), nil
}

// page is what the template shows.
type page struct {
	Policy     template.HTML
	CSS        template.CSS
	JS         template.JS
	Data       template.JS
	Conclusion string
	Good       bool
	Facts      []string
	Shares     []shareView
	Attention  []cellView
	Diverged   []cellView
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

type engineView struct {
	Key, Label, Counts string
	Saw                []pair
}

type pair struct{ Name, Value string }

type topicView struct {
	Name, About, Spec, Counts string
	Attention                 int
	Groups                    []groupView // column groups: one an engine
	Columns                   int         // of cases, in all groups
	Upright                   bool        // many columns: their names stand upright
	Scenarios                 []scenarioView
}

type groupView struct {
	Engine string // label; "" when there is one engine only
	Vias   []string
}

type scenarioView struct {
	Title, Why, Spec string
	Rows             []rowView
}

type rowView struct {
	ID    string
	Name  string // of the variant, "" for a scenario without variants
	Cells []cellView
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
	Starts  bool // the first column of a further engine
}

// Span is how many columns the table has.
func (t topicView) Span() int { return t.Columns + 1 }

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
		Policy: pagePolicy(), CSS: template.CSS(pageCSS), JS: template.JS(pageJS),
		Conclusion: conclusion(sum), Good: sum.ExitCode() == 0, Reads: reads, Run: run,
	}
	p.Facts = facts(run, sum)
	for _, v := range record.Verdicts {
		if n := sum.Counts[v]; n > 0 {
			p.Shares = append(p.Shares, shareView{v, verdictWord[v], verdictMeaning[v], n})
		}
	}
	keys := engineKeys(run, records)
	for _, key := range keys {
		p.Engines = append(p.Engines, newEngineView(run, key, sum.Engines[key]))
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
	for _, r := range attention(records) {
		p.Attention = append(p.Attention, newCellView(run, keys, r))
	}
	for _, r := range records {
		if r.Verdict == record.Divergence {
			p.Diverged = append(p.Diverged, newCellView(run, keys, r))
		}
	}
	return p
}

// facts is the line under the conclusion.
func facts(run record.Run, sum record.Summary) []string {
	f := []string{plural(sum.Counts.Total(), "case", "cases"), plural(sum.Requests, "request", "requests")}
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
	// Only the engines and ways to load that this topic uses get a column.
	column := map[[2]string]int{}
	for _, key := range keys {
		group := groupView{}
		if len(keys) > 1 {
			group.Engine = engineLabel(run, key)
		}
		for _, r := range records {
			if r.Engine == key && !slices.Contains(group.Vias, r.Via) {
				group.Vias = append(group.Vias, r.Via)
				column[[2]string{key, r.Via}] = t.Columns
				t.Columns++
			}
		}
		if len(group.Vias) > 0 {
			t.Groups = append(t.Groups, group)
		}
	}
	t.Upright = t.Columns > 5
	starts, first := map[int]bool{}, 0
	for _, g := range t.Groups {
		starts[first] = first > 0
		first += len(g.Vias)
	}
	for _, r := range records {
		row := t.row(r)
		if row.Cells == nil {
			row.Cells = make([]cellView, t.Columns)
			for i := range row.Cells {
				row.Cells[i].Starts = starts[i]
			}
		}
		at := column[[2]string{r.Engine, r.Via}]
		cell := newCellView(run, keys, r)
		// Of several attempts the one to look at is the worst.
		if old := row.Cells[at]; old.Case == "" || !old.Verdict.NeedsAttention() {
			cell.Starts = starts[at]
			row.Cells[at] = cell
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
		Problem: plain(first(r.Problems)),
	}
	if len(keys) > 1 {
		c.Label = engineLabel(run, r.Engine)
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
		c.Read, c.Reason = plain(last.Observed.Read), plain(last.Observed.Reason)
	}
	c.Glyph = glyph(c.Read)
	return c
}
