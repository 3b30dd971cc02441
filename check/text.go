package check

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/plain"
)

// Style are the choices of a text report that depend on the terminal.
type Style struct {
	Color bool // write ANSI colours; whether to is the caller's decision
	Width int  // columns; 0 means 80, less than 60 is taken as 60
	// Brief shows of each finding only what it is and its example.
	Brief bool
}

// Text writes the report for a terminal: worst first, each finding with what
// was meant, what happened, the header lines that matter, and how to see it
// oneself; the conclusion last. A server that keeps to its policy gets one line.
func (r Report) Text(w io.Writer, s Style) error {
	if s.Width == 0 {
		s.Width = 80
	}
	s.Width = max(s.Width, 60)
	out := bufio.NewWriter(w)
	t := text{out, s, r}
	if r.loud() {
		fmt.Fprintf(t, "%s  %s\n\n", t.paint(plain.Bold, plain.Text("corsproof check "+r.Target)), t.paint(plain.Faint, plain.Text(r.ran())))
	}
	for _, f := range r.Findings {
		if f.Accepted == "" {
			t.finding(f)
		}
	}
	t.accepted()
	t.unproven()
	t.stale()
	t.conclusion()
	if err := out.Flush(); err != nil {
		return fmt.Errorf("check: write text: %w", err)
	}
	return nil
}

type text struct {
	*bufio.Writer
	Style
	r Report
}

func (t text) paint(style, s string) string {
	if !t.Color {
		return s
	}
	return plain.Paint(style, s)
}

var severityStyle = map[Severity]string{Critical: plain.Bold + ";" + plain.Red, High: plain.Red, Medium: plain.Yellow, Low: plain.Cyan}

// label is as wide as the widest label and the two spaces after it.
const label = 10

// longestLine is how much is shown of a header line, in characters.
const longestLine = 300

// mostAlso is how many other probes of a finding a terminal shows.
const mostAlso = 6

func (t text) finding(f Finding) {
	head := strings.ToUpper(string(f.Severity)) + "  " + string(f.Class)
	lines := plain.Wrap(plain.Text(f.Title), t.Width-2)
	fmt.Fprintf(t, "%s  %s\n", t.paint(severityStyle[f.Severity], "✗ "+head), t.paint(plain.Faint, plain.Text(f.Cause)))
	for _, line := range lines {
		fmt.Fprintf(t, "  %s\n", t.paint(plain.Bold, line))
	}
	t.field("meant", f.Meant)
	t.field("happened", f.Happened)
	if f.Modelled {
		t.field("by", Modelled)
	}
	if f.Native != "" {
		t.field("browser", f.Native)
	}
	for i, line := range f.Headers {
		name := ""
		if i == 0 {
			name = "sent"
		}
		t.line(name, plain.Clip(line, longestLine))
	}
	if f.Curl != "" {
		t.line("try", f.Curl)
		if strings.Contains(f.Curl, "'"+handlerAddress+"/") {
			t.field("", "while the handler is served there")
		}
	}
	if !t.Brief {
		if f.Snippet != "" {
			t.line("or", f.Snippet)
			t.field("", "in the console of "+consoleOf(f.Origin))
		}
		t.also(f)
	}
	if len(t.r.Engines) > 1 {
		t.field("in", strings.Join(f.Engines, ", "))
	}
	t.field("spec", f.Spec)
	fmt.Fprintln(t)
}

// consoleOf says where a snippet runs.
func consoleOf(origin string) string {
	if origin == "null" || origin == "" {
		return "a sandboxed frame"
	}
	return "a page of " + origin
}

func (t text) also(f Finding) {
	for i, a := range f.Also {
		name := ""
		if i == 0 {
			name = "also"
		}
		if i == mostAlso && len(f.Also) > mostAlso+1 {
			t.field("", fmt.Sprintf("and %d more", len(f.Also)-i))
			return
		}
		t.field(name, a)
	}
}

// field writes a labelled text, wrapped under itself.
func (t text) field(name, value string) {
	indent := 2 + label
	for i, line := range plain.Wrap(plain.Text(value), t.Width-indent) {
		head := strings.Repeat(" ", indent)
		if i == 0 {
			head = "  " + t.paint(plain.Faint, fmt.Sprintf("%-*s", label, name))
		}
		fmt.Fprintf(t, "%s%s\n", head, line)
	}
}

// line writes a labelled text that must stay whole to be copied.
func (t text) line(name, value string) {
	fmt.Fprintf(t, "  %s%s\n", t.paint(plain.Faint, fmt.Sprintf("%-*s", label, name)), plain.Text(value))
}

func (t text) accepted() {
	for _, f := range t.r.Findings {
		if f.Accepted == "" {
			continue
		}
		fmt.Fprintf(t, "%s  %s\n", t.paint(plain.Faint, "~ ACCEPTED  "+string(f.Class)), t.paint(plain.Faint, plain.Text(f.Cause)))
		t.field("finding", f.Title)
		t.field("why", f.Accepted)
		t.field("where", f.Method+" "+f.Endpoint+" from "+f.Origin)
		fmt.Fprintln(t)
	}
}

// unproven counts the probes that gave no evidence by the reason why.
func (t text) unproven() {
	if len(t.r.Unproven) == 0 {
		return
	}
	fmt.Fprintln(t, t.paint(plain.Yellow, fmt.Sprintf("? Unproven (%d)", len(t.r.Unproven))))
	var reasons []string
	by := map[string][]Unproven{}
	for _, u := range t.r.Unproven {
		if by[u.Why] == nil {
			reasons = append(reasons, u.Why)
		}
		by[u.Why] = append(by[u.Why], u)
	}
	slices.SortStableFunc(reasons, func(a, b string) int { return len(by[b]) - len(by[a]) })
	for _, why := range reasons {
		t.field(fmt.Sprint(len(by[why])), why)
		t.field("", "such as: "+by[why][0].Meant)
	}
	fmt.Fprintln(t)
}

func (t text) stale() {
	if len(t.r.Stale) == 0 {
		return
	}
	fmt.Fprintln(t, t.paint(plain.Yellow, fmt.Sprintf("! Stale (%d)", len(t.r.Stale))))
	for _, s := range t.r.Stale {
		t.field("", s)
	}
	fmt.Fprintln(t)
}

func (t text) conclusion() {
	mark, style := "✓ ", plain.Green
	switch t.r.ExitCode() {
	case 1:
		mark, style = "✗ ", plain.Red
	case 3:
		mark, style = "? ", plain.Yellow
	}
	sentence := plain.Text(t.r.conclusion())
	lines := []string{sentence}
	if t.r.loud() {
		lines = plain.Wrap(sentence, t.Width-2)
	}
	for i, line := range lines {
		if i == 0 {
			line = mark + line
		} else {
			line = "  " + line
		}
		fmt.Fprintln(t, t.paint(plain.Bold+";"+style, line))
	}
}

// loud is true when there is more to say than that all is well.
func (r Report) loud() bool { return len(r.Findings)+len(r.Unproven)+len(r.Stale) > 0 }

// ran says what asked, how often, and for how long.
func (r Report) ran() string {
	by := "by the oracle, without a browser"
	if !r.Offline {
		names := make([]string, len(r.Engines))
		for i, e := range r.Engines {
			names[i] = strings.TrimSpace(cmp.Or(e.Name, e.Key) + " " + e.Version)
		}
		by = "in " + strings.Join(names, ", ")
	}
	if r.Spared > 0 {
		by = fmt.Sprintf("(%d by the oracle) %s", r.Spared, by)
	}
	return fmt.Sprintf("%s %s, %.1f s", plain.Plural(r.Probes, "probe", "probes"), by, r.Seconds)
}

// conclusion is the check in one sentence.
func (r Report) conclusion() string {
	counts := map[Severity]int{}
	open, accepted := 0, 0
	for _, f := range r.Findings {
		if f.Accepted != "" {
			accepted++
			continue
		}
		open++
		counts[f.Severity]++
	}
	var more []string
	if accepted > 0 {
		more = append(more, fmt.Sprintf("%d accepted", accepted))
	}
	if n := len(r.Unproven); n > 0 {
		more = append(more, plain.Plural(n, "probe is", "probes are")+" unproven")
	}
	if n := len(r.Stale); n > 0 {
		more = append(more, plain.Plural(n, "entry of accept is", "entries of accept are")+" stale")
	}
	if n := r.NotApplicable; n > 0 {
		more = append(more, fmt.Sprintf("%d did not apply", n))
	}
	if n := r.Withheld; n > 0 {
		more = append(more, fmt.Sprintf("%d not sent, as they would write", n))
	}
	rest := ""
	if len(more) > 0 {
		rest = "; " + strings.Join(more, ", ")
	}
	switch {
	case r.Probes == 0:
		return "Nothing was probed" + rest + "."
	case open == 0 && len(r.Unproven) > 0:
		return "Nothing was found in what could be proven" + rest + "."
	case open == 0:
		return r.Target + " keeps to its policy: " + r.ran() + rest + "."
	}
	var by []string
	for _, s := range severities {
		if counts[s] > 0 {
			by = append(by, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	return plain.Plural(open, "finding", "findings") + ": " + strings.Join(by, ", ") + rest + "."
}
