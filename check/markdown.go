package check

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/internal/plain"
)

// markdownAlso bounds the lists of a finding's other probes: CI services cut
// long comments.
const markdownAlso = 20

// Markdown writes the report as a comment for a CI job: a table of the findings,
// then each with its evidence, folded. Whatever could be markup, in Markdown or
// in HTML, is written as character references.
func (r Report) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	m := markdown{out, r}
	m.head()
	m.table()
	for _, f := range r.Findings {
		m.finding(f)
	}
	m.rest()
	if err := out.Flush(); err != nil {
		return fmt.Errorf("check: write markdown: %w", err)
	}
	return nil
}

type markdown struct {
	*bufio.Writer
	r Report
}

func (m markdown) head() {
	mark := map[int]string{0: "✅", 1: "❌", 3: "❔"}[m.r.ExitCode()]
	fmt.Fprintf(m, "## %s corsproof check: %s\n\n", mark, plain.Markdown(m.r.conclusion()))
	if m.r.loud() {
		fmt.Fprintf(m, "%s, %s\n\n", plain.Code(m.r.Target), plain.Markdown(m.r.ran()))
	}
}

func (m markdown) table() {
	if len(m.r.Findings) == 0 {
		return
	}
	m.WriteString("| severity | class | finding | shown by |\n|:--|:--|:--|:--|\n")
	for _, f := range m.r.Findings {
		severity := string(f.Severity)
		if f.Accepted != "" {
			severity = "accepted"
		}
		fmt.Fprintf(m, "| %s | %s | %s | %s |\n", severity, plain.Markdown(string(f.Class)), plain.Markdown(f.Title), plain.Code(f.Method+" "+f.Endpoint+" from "+f.Origin))
	}
	m.WriteByte('\n')
}

func (m markdown) finding(f Finding) {
	fmt.Fprintf(m, "<details><summary><b>%s</b> %s</summary>\n\n", plain.Markdown(string(f.Class)), plain.Markdown(f.Title))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(m, "- %s: %s\n", name, value)
		}
	}
	line("accepted", plain.Markdown(f.Accepted))
	line("meant", plain.Markdown(f.Meant))
	line("happened", plain.Markdown(f.Happened))
	if f.Modelled {
		line("by", Modelled)
	}
	line("the browser says", plain.Markdown(f.Native))
	for _, h := range f.Headers {
		line("sent", plain.Code(plain.Clip(h, longestLine)))
	}
	if f.Curl != "" {
		line("try", plain.Code(f.Curl))
	}
	if f.Snippet != "" {
		line("or in the console of "+plain.Markdown(consoleOf(f.Origin)), plain.Code(f.Snippet))
	}
	for i, a := range f.Also {
		if i == markdownAlso {
			line("also", fmt.Sprintf("%d more", len(f.Also)-i))
			break
		}
		line("also", plain.Code(a))
	}
	if len(m.r.Engines) > 1 {
		line("in", plain.Markdown(strings.Join(f.Engines, ", ")))
	}
	if f.Spec != "" {
		line("spec", "<"+f.Spec+">")
	}
	m.WriteString("\n</details>\n\n")
}

// rest are the probes without evidence and the entries that accept nothing.
func (m markdown) rest() {
	for _, s := range m.r.Stale {
		fmt.Fprintf(m, "- **stale** %s\n", plain.Markdown(s))
	}
	for i, u := range m.r.Unproven {
		if i == markdownAlso {
			fmt.Fprintf(m, "- and %d more unproven\n", len(m.r.Unproven)-i)
			break
		}
		fmt.Fprintf(m, "- **unproven** %s %s\n", plain.Markdown(u.Meant), plain.Markdown(u.Why))
	}
}
