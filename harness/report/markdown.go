package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
)

// Markdown writes a summary for a CI job's page: a table by topic, what needs
// attention, and the known divergences. Whatever could be markup, in Markdown
// or in HTML, is written as character references.
func Markdown(w io.Writer, run record.Run, records []record.Record) error {
	out := bufio.NewWriter(w)
	m := markdown{Writer: out, run: run, records: record.Sorted(records), sum: record.Summarise(run, records)}
	m.engines = engineKeys(run, m.records)
	m.head()
	m.topics()
	m.attention()
	m.divergences()
	if err := out.Flush(); err != nil {
		return fmt.Errorf("report: write markdown: %w", err)
	}
	return nil
}

type markdown struct {
	*bufio.Writer
	run     record.Run
	records []record.Record
	sum     record.Summary
	engines []string // keys
}

// markdownBlocks bounds the attention list: CI services cut long summaries.
const markdownBlocks = 50

func (m markdown) head() {
	mark := "✅"
	if m.sum.ExitCode() != 0 {
		mark = "❌"
	}
	fmt.Fprintf(m, "## %s corsproof: %s\n\n", mark, plain.Markdown(conclusion(m.sum)))
	for _, key := range m.engines {
		fmt.Fprintf(m, "- **%s**: %s\n", plain.Markdown(engineLabel(m.run, key)), countsLine(m.sum.Engines[key], ", "))
	}
	took := ""
	if m.run.Seconds > 0 {
		took = fmt.Sprintf(" in %.1f s", m.run.Seconds)
	}
	fmt.Fprintf(m, "- %s%s, %s\n\n", plain.Plural(m.sum.Requests, "request", "requests"), took, plain.Markdown(program(m.run)))
}

// topics is a table with a column for each verdict that occurs or, where there
// are several engines, one for each of them.
func (m markdown) topics() {
	if len(m.sum.Topics) == 0 {
		return
	}
	if len(m.engines) > 1 {
		m.topicsByEngine()
		return
	}
	var columns []record.Verdict
	for _, v := range record.Verdicts {
		if m.sum.Counts[v] > 0 {
			columns = append(columns, v)
		}
	}
	row := func(name string, c record.Counts) {
		fmt.Fprintf(m, "| %s | %d |", name, c.Total())
		for _, v := range columns {
			if c[v] == 0 {
				m.WriteString(" |")
				continue
			}
			fmt.Fprintf(m, " %d |", c[v])
		}
		m.WriteByte('\n')
	}
	m.WriteString("| topic | cases |")
	for _, v := range columns {
		fmt.Fprintf(m, " %s |", verdictWord[v])
	}
	m.WriteString("\n|:--|--:|" + strings.Repeat("--:|", len(columns)) + "\n")
	for _, topic := range m.sum.Topics {
		row(plain.Markdown(topic.Name), topic.Counts)
	}
	row("**all**", m.sum.Counts)
	m.WriteByte('\n')
}

func (m markdown) topicsByEngine() {
	row := func(name string, total int, engines map[string]record.Counts) {
		fmt.Fprintf(m, "| %s | %d |", name, total)
		for _, key := range m.engines {
			fmt.Fprintf(m, " %s |", countsLine(engines[key], ", "))
		}
		m.WriteByte('\n')
	}
	m.WriteString("| topic | cases |")
	for _, key := range m.engines {
		fmt.Fprintf(m, " %s |", plain.Markdown(engineLabel(m.run, key)))
	}
	m.WriteString("\n|:--|--:|" + strings.Repeat(":--|", len(m.engines)) + "\n")
	for _, topic := range m.sum.Topics {
		row(plain.Markdown(topic.Name), topic.Counts.Total(), topic.Engines)
	}
	row("**all**", m.sum.Counts.Total(), m.sum.Engines)
	m.WriteByte('\n')
}

func (m markdown) attention() {
	all := shareEngines(attention(m.records))
	if len(all) == 0 {
		return
	}
	m.WriteString("### Needs attention\n\n")
	for i, r := range all {
		if i == markdownBlocks {
			fmt.Fprintf(m, "- and %d more\n", len(all)-i)
			break
		}
		fmt.Fprintf(m, "- **%s** %s in %s: %s\n", plain.Markdown(string(r.Verdict)), plain.Code(r.ID), plain.Markdown(listed(r.Engines)), plain.Markdown(r.Title))
		for _, p := range r.Problems {
			fmt.Fprintf(m, "  - %s\n", plain.Markdown(p))
		}
		for i, s := range r.Steps {
			name := ""
			if len(r.Steps) > 1 {
				name = fmt.Sprintf("step %d: ", i+1)
			}
			fmt.Fprintf(m, "  - %sclaimed %s, standard %s, browser %s\n", name, plain.Code(claimed(s.Claim)), plain.Code(predicted(s.Oracle)), plain.Code(observed(s.Observed)))
		}
		var browsers []string
		if len(m.engines) > 1 {
			browsers = r.Engines
		}
		fmt.Fprintf(m, "  - %s\n", plain.Code(runCommand(r.Record, browsers...)))
	}
	m.WriteByte('\n')
}

func (m markdown) divergences() {
	n := m.sum.Counts[record.Divergence]
	if n == 0 {
		return
	}
	fmt.Fprintf(m, "<details><summary>Known divergences (%d)</summary>\n\n", n)
	for _, r := range shareEngines(m.records) {
		if r.Verdict != record.Divergence {
			continue
		}
		fmt.Fprintf(m, "- %s in %s: %s", plain.Code(r.ID), plain.Markdown(listed(r.Engines)), plain.Markdown(first(r.Problems)))
		if isWeb(r.Explained) {
			fmt.Fprintf(m, " ([why](<%s>))", linkDestination.Replace(plain.Text(r.Explained)))
		}
		m.WriteByte('\n')
	}
	m.WriteString("\n</details>\n")
}

// linkDestination keeps a URL inside the angle brackets of a link.
var linkDestination = strings.NewReplacer("<", "%3C", ">", "%3E", "\\", "%5C", "|", "%7C", " ", "%20", "\"", "%22", "&", "&amp;")

// isWeb is true for an absolute http or https URL, the only kind that a report
// makes a link of.
func isWeb(url string) bool {
	return strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
}
