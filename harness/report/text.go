package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/oracle"
)

// Options are the choices of a text report that depend on the terminal.
type Options struct {
	Color bool // write ANSI colours; whether to is the caller's decision
	Width int  // columns; 0 means 80, less than 70 is taken as 70
	// Blocks is how many cases that need attention are shown in full; those
	// after it get one line each. 0 means 10, a negative number means all.
	Blocks int
}

// Text writes the summary that a terminal shows: what ran, a table by topic,
// each case that needs attention, divergences in short, and the conclusion.
func Text(w io.Writer, run record.Run, records []record.Record, o Options) error {
	if o.Width == 0 {
		o.Width = 80
	}
	if o.Blocks == 0 {
		o.Blocks = 10
	}
	o.Width = max(o.Width, 70)
	out := bufio.NewWriter(w)
	t := text{Writer: out, Options: o, run: run, records: record.Sorted(records), sum: record.Summarise(run, records)}
	t.engines = engineKeys(run, t.records)
	t.ran()
	t.topics()
	t.attention()
	t.divergences()
	t.notApplicable()
	t.conclusion()
	if err := out.Flush(); err != nil {
		return fmt.Errorf("report: write text: %w", err)
	}
	return nil
}

type text struct {
	*bufio.Writer
	Options
	run     record.Run
	records []record.Record
	sum     record.Summary
	engines []string // keys; if there are several, each case names its own
}

func (t text) several() bool { return len(t.engines) > 1 }

func (t text) paint(style, s string) string {
	if !t.Color {
		return s
	}
	return plain.Paint(style, s)
}

var verdictStyle = map[record.Verdict]string{
	record.Pass: plain.Green, record.Divergence: plain.Cyan, record.Unexpected: plain.Red, record.Stale: plain.Yellow,
	record.Inconclusive: plain.Yellow, record.Error: plain.Red, record.NotApplicable: plain.Faint,
}

// ran says what ran.
func (t text) ran() {
	fmt.Fprintln(t, t.paint(plain.Bold, plain.Text(program(t.run))))
	took := ""
	if t.run.Seconds > 0 {
		took = fmt.Sprintf(" in %.1f s", t.run.Seconds)
	}
	fmt.Fprintf(t, "%s, %s%s\n", plain.Plural(t.sum.Counts.Total(), "case", "cases"), plain.Plural(t.sum.Requests, "request", "requests"), took)
	for _, key := range engineKeys(t.run, t.records) {
		fmt.Fprintf(t, "  %s: %s\n", plain.Text(engineLabel(t.run, key)), t.paint(plain.Faint, countsLine(t.sum.Engines[key], ", ")))
	}
	fmt.Fprintln(t)
}

// attention shows each case that makes the run fail, the first ones in full.
func (t text) attention() {
	all := shareEngines(attention(t.records))
	full := len(all)
	if t.Blocks >= 0 {
		full = min(full, t.Blocks)
	}
	for _, r := range all[:full] {
		t.block(r)
	}
	if full == len(all) {
		return
	}
	fmt.Fprintln(t, t.paint(plain.Bold, fmt.Sprintf("and %d more", len(all)-full)))
	for _, r := range all[full:] {
		fmt.Fprintf(t, "  %s %s  %s\n", t.paint(verdictStyle[r.Verdict], verdictTick[r.Verdict]+" "+string(r.Verdict)), t.caseName(r), t.paint(plain.Faint, plain.Text(first(r.Problems))))
	}
	fmt.Fprintln(t)
}

// caseName is a record's id, with its engines where there are several.
func (t text) caseName(r shared) string {
	if t.several() {
		return plain.Text(r.ID + " in " + listed(r.Engines))
	}
	return plain.Text(r.ID)
}

func (t text) block(r shared) {
	style := verdictStyle[r.Verdict]
	fmt.Fprintf(t, "%s  %s\n", t.paint(style, verdictTick[r.Verdict]+" "+strings.ToUpper(string(r.Verdict))), t.paint(plain.Bold, t.caseName(r)))
	t.field("", r.Title)
	for _, p := range r.Problems {
		t.field("problem", p)
	}
	for i, s := range r.Steps {
		if len(r.Steps) > 1 {
			fmt.Fprintf(t, "  %s\n", t.paint(plain.Faint, fmt.Sprintf("step %d of %d", i+1, len(r.Steps))))
		}
		t.votes(s)
		t.wire(pageOrigin(t.run, r.Record), s)
	}
	if r.Control != "" {
		t.field("control", r.Control)
	}
	t.line("again", runCommand(r.Record, t.browsers(r)...))
	t.line("explain", explainCommand(r.Record))
	if r.Source != "" {
		t.field("source", r.Source)
	}
	fmt.Fprintln(t)
}

// browsers are the engines that a case's command names: none where there is one.
func (t text) browsers(r shared) []string {
	if t.several() {
		return r.Engines
	}
	return nil
}

func (t text) votes(s record.Step) {
	if s.Request.Page != "" {
		t.field("page", s.Request.Page)
	}
	if s.Request.Text != "" {
		t.field("request", s.Request.Text)
	} else if s.Request.URL != "" {
		t.field("request", strings.TrimSpace(s.Request.Method+" "+s.Request.URL+" by "+s.Request.Via))
	}
	t.field("claimed", claimed(s.Claim))
	t.field("standard", predicted(s.Oracle))
	if s.Profile != nil {
		t.field("profile", predicted(*s.Profile))
	}
	t.field("browser", observed(s.Observed))
}

// label is as wide as the widest label and the two spaces after it.
const label = 10

// field writes a labelled text, wrapped under itself.
func (t text) field(name, value string) {
	indent := 2 + label
	lines := plain.Wrap(plain.Text(value), t.Width-indent)
	for i, line := range lines {
		head := strings.Repeat(" ", indent)
		if name == "" {
			head = "  "
		} else if i == 0 {
			head = "  " + t.paint(plain.Faint, fmt.Sprintf("%-*s", label, name))
		}
		fmt.Fprintf(t, "%s%s\n", head, line)
	}
}

// line writes a labelled text that must stay whole to be copied.
func (t text) line(name, value string) {
	fmt.Fprintf(t, "  %s%s\n", t.paint(plain.Faint, fmt.Sprintf("%-*s", label, name)), plain.Text(value))
}

// wire writes what the ledger saw: each request with its offset, its reply, and
// the two headers that matter.
func (t text) wire(page string, s record.Step) {
	if len(s.Observed.Wire) == 0 {
		t.field("wire", "no request reached a server")
		return
	}
	d := decide(page, s)
	at := d.exchange(s.Observed.Wire)
	for i, e := range s.Observed.Wire {
		name := ""
		if i == 0 {
			name = "wire"
		}
		what := e.Method + " " + e.At + e.Path
		if e.Preflight {
			what += "  (preflight)"
		}
		if e.Retry {
			what += "  (sent again)"
		}
		t.message(name, fmt.Sprintf("%.1f ms", e.MS), "→", what)
		var ask, answer string
		switch {
		case i == at:
			ask, answer = d.request, d.reply
		case e.Preflight:
			ask, answer = requestMethod, allowMethods
		case e.At != page:
			ask, answer = "Origin", allowOrigin
		}
		t.headers(e.Headers, ask)
		status := "no reply"
		if e.Status != 0 {
			status = fmt.Sprint(e.Status)
		}
		t.message("", "", "←", status)
		if e.Status != 0 {
			t.headers(e.ReplyHeaders, answer)
		}
	}
}

func (t text) message(name, offset, arrow, what string) {
	fmt.Fprintf(t, "  %s%s %s %s\n", t.paint(plain.Faint, fmt.Sprintf("%-*s", label, name)),
		t.paint(plain.Faint, fmt.Sprintf("%9s", offset)), t.paint(plain.Cyan, arrow), plain.Clip(plain.Text(what), t.Width-label-14))
}

// headers writes the lines with that name, or says that there is none.
func (t text) headers(h oracle.Headers, name string) {
	if name == "" {
		return
	}
	indent := strings.Repeat(" ", label+16)
	found := values(h, name)
	if len(found) == 0 {
		fmt.Fprintf(t, "%s%s\n", indent, t.paint(plain.Faint, name+": (absent)"))
	}
	for _, v := range found {
		fmt.Fprintf(t, "%s%s\n", indent, plain.Clip(plain.Text(name+": "+v), t.Width-len(indent)))
	}
}

// divergences lists where the browser leaves the standard in a known way: each
// link once, under it each difference with its cases.
func (t text) divergences() {
	n := t.sum.Counts[record.Divergence]
	if n == 0 {
		return
	}
	fmt.Fprintln(t, t.paint(plain.Bold, fmt.Sprintf("Known divergences (%d)", n)))
	link := func(r record.Record) string { return r.Explained }
	difference := func(r record.Record) string { return first(r.Problems) }
	for _, cause := range groups(t.of(record.Divergence), link) {
		fmt.Fprintf(t, "  %s %s\n", t.paint(plain.Cyan, verdictTick[record.Divergence]), t.paint(plain.Cyan, plain.Text(cmp.Or(link(cause[0]), "without a link"))))
		for _, same := range groups(cause, difference) {
			for _, line := range plain.Wrap(plain.Text(difference(same[0])), t.Width-4) {
				fmt.Fprintf(t, "    %s\n", line)
			}
			for _, r := range shareEngines(same) {
				fmt.Fprintf(t, "      %s\n", t.caseName(r))
			}
		}
	}
	fmt.Fprintln(t)
}

// of are the records with that verdict.
func (t text) of(v record.Verdict) []record.Record {
	var found []record.Record
	for _, r := range t.records {
		if r.Verdict == v {
			found = append(found, r)
		}
	}
	return found
}

// groups puts records with the same key together, in the order in which the
// keys first come.
func groups(records []record.Record, key func(record.Record) string) [][]record.Record {
	var all [][]record.Record
	at := map[string]int{}
	for _, r := range records {
		k := key(r)
		i, ok := at[k]
		if !ok {
			i = len(all)
			at[k] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], r)
	}
	return all
}

// notApplicable counts the cases that did not apply by the reason why.
func (t text) notApplicable() {
	n := t.sum.Counts[record.NotApplicable]
	if n == 0 {
		return
	}
	fmt.Fprintln(t, t.paint(plain.Bold, fmt.Sprintf("Not applicable (%d)", n)))
	why := func(r record.Record) string { return cmp.Or(first(r.Problems), "no reason given") }
	for _, same := range groups(t.of(record.NotApplicable), why) {
		reason := why(same[0])
		if t.several() {
			reason += " (in " + listed(engineKeys(record.Run{}, same)) + ")"
		}
		for i, line := range plain.Wrap(plain.Text(reason), t.Width-8) {
			head := strings.Repeat(" ", 8)
			if i == 0 {
				head = fmt.Sprintf("  %4d  ", len(same))
			}
			fmt.Fprintf(t, "%s%s\n", head, line)
		}
	}
	fmt.Fprintln(t)
}

func (t text) conclusion() {
	style := plain.Green
	if t.sum.ExitCode() != 0 {
		style = plain.Red
	}
	fmt.Fprintln(t, t.paint(plain.Bold+";"+style, conclusion(t.sum)))
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}
