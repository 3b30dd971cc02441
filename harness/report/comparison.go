package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
)

// Comparison writes the engines side by side, as a page in Markdown: how many
// cases of each topic an engine answers as the standard says, every case in which
// one of them does not, with what each did, and what an engine cannot take part in.
func Comparison(w io.Writer, run record.Run, records []record.Record) error {
	out := bufio.NewWriter(w)
	sorted := record.Sorted(records)
	c := comparison{Writer: out, run: run, engines: engineKeys(run, sorted), cases: casesOf(sorted)}
	c.head()
	c.topics(record.Summarise(run, records))
	c.differences()
	c.absences()
	if err := out.Flush(); err != nil {
		return fmt.Errorf("report: write comparison: %w", err)
	}
	return nil
}

type comparison struct {
	*bufio.Writer
	run     record.Run
	engines []string // keys
	cases   []compared
}

// compared is a case with what each engine did, by key.
type compared struct {
	record.Record // the first engine's
	engines       map[string]record.Record
}

// casesOf gives each case once, in the order of its records.
func casesOf(sorted []record.Record) []compared {
	var cases []compared
	at := map[string]int{}
	for _, r := range sorted {
		i, known := at[r.ID]
		if !known {
			i = len(cases)
			at[r.ID] = i
			cases = append(cases, compared{r, map[string]record.Record{}})
		}
		cases[i].engines[r.Engine] = r
	}
	return cases
}

// differs is true if an engine left the standard, or nobody knows.
func (c compared) differs() bool {
	for _, r := range c.engines {
		if r.Verdict != record.Pass && r.Verdict != record.NotApplicable {
			return true
		}
	}
	return false
}

// standard is what the standard says, as the first record that ran has it.
func (c comparison) standard(k compared) string {
	for _, key := range c.engines {
		if n := len(k.engines[key].Steps); n > 0 {
			return predicted(k.engines[key].Steps[n-1].Oracle)
		}
	}
	return ""
}

func (c comparison) head() {
	c.WriteString("# Where browsers differ\n\n")
	var names []string
	for _, key := range c.engines {
		names = append(names, plain.Markdown(engineLabel(c.run, key)))
	}
	fmt.Fprintf(c, "%s in %s, by %s.\n", plain.Plural(len(c.cases), "case", "cases"), listed(names), plain.Markdown(program(c.run)))
	c.WriteString("Written from records by `corsproof report -format comparison`.\n\n")
}

// topics is a table of how many cases went as the standard says.
func (c comparison) topics(sum record.Summary) {
	c.WriteString("## By topic\n\nCases that an engine answers as the standard says, of those that apply to it.\n\n| topic |")
	for _, key := range c.engines {
		fmt.Fprintf(c, " %s |", plain.Markdown(engineLabel(c.run, key)))
	}
	c.WriteString("\n|:--|" + strings.Repeat("--:|", len(c.engines)) + "\n")
	row := func(name string, engines map[string]record.Counts) {
		fmt.Fprintf(c, "| %s |", name)
		for _, key := range c.engines {
			counts := engines[key]
			apply := counts.Total() - counts[record.NotApplicable]
			switch pass := counts[record.Pass]; {
			case apply == 0:
				c.WriteString(" none apply |")
			case pass == apply:
				fmt.Fprintf(c, " all %d |", apply)
			default:
				fmt.Fprintf(c, " %d of %d |", pass, apply)
			}
		}
		c.WriteByte('\n')
	}
	for _, topic := range sum.Topics {
		name := plain.Markdown(topic.Name)
		if slices.ContainsFunc(c.cases, func(k compared) bool { return k.Topic == topic.Name && k.differs() }) {
			name = fmt.Sprintf("[%s](#%s)", name, anchor(topic.Name))
		}
		row(name, topic.Engines)
	}
	row("**all**", sum.Engines)
	c.WriteByte('\n')
}

// anchor is the fragment that a heading of a topic's name gets.
func anchor(topic string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(topic))
}

// differences is a table for each topic. Cases of which all is the same share a
// row.
func (c comparison) differences() {
	c.WriteString("## Case by case\n\nEvery case in which an engine leaves the standard. ✓: it does as the standard says.\n\n")
	any := false
	for topic := range topicsOf(c.cases) {
		var ids [][]string
		var rows []string
		for _, k := range topic {
			if !k.differs() {
				continue
			}
			row := c.row(k)
			i := slices.Index(rows, row)
			if i < 0 {
				i = len(rows)
				rows, ids = append(rows, row), append(ids, nil)
			}
			ids[i] = append(ids[i], plain.Code(strings.TrimPrefix(k.ID, k.Topic+"/")))
		}
		if rows == nil {
			continue
		}
		any = true
		fmt.Fprintf(c, "### %s\n\n| case | standard |", plain.Markdown(topic[0].Topic))
		for _, key := range c.engines {
			fmt.Fprintf(c, " %s |", plain.Markdown(c.name(key)))
		}
		c.WriteString("\n|:--|:--|" + strings.Repeat(":--|", len(c.engines)) + "\n")
		for i, row := range rows {
			fmt.Fprintf(c, "| %s | %s\n", strings.Join(ids[i], "<br>"), row)
		}
		c.WriteByte('\n')
	}
	if !any {
		c.WriteString("None.\n\n")
	}
}

// topicsOf gives the cases of one topic after the other.
func topicsOf(cases []compared) func(func([]compared) bool) {
	return func(yield func([]compared) bool) {
		for len(cases) > 0 {
			n := 1
			for n < len(cases) && cases[n].Topic == cases[0].Topic {
				n++
			}
			if !yield(cases[:n]) {
				return
			}
			cases = cases[n:]
		}
	}
}

// row is all of a case's row but its name.
func (c comparison) row(k compared) string {
	cells := []string{plain.Markdown(c.standard(k))}
	for _, key := range c.engines {
		cells = append(cells, c.cell(k.engines[key]))
	}
	return strings.Join(cells, " | ") + " |"
}

// cell is what an engine did.
func (c comparison) cell(r record.Record) string {
	switch r.Verdict {
	case "":
		return ""
	case record.Pass:
		return "✓"
	case record.NotApplicable:
		return "does not apply"
	}
	var said []string
	for _, problem := range r.Problems {
		// What the author claimed the standard says as well, and better.
		if !strings.Contains(problem, "claimed ") {
			said = append(said, plain.Markdown(problem))
		}
	}
	if said == nil {
		said = append(said, plain.Markdown(first(r.Problems)))
	}
	text := strings.Join(said, "<br>")
	if r.Verdict != record.Divergence {
		return fmt.Sprintf("**%s** %s", plain.Markdown(string(r.Verdict)), text)
	}
	for _, why := range strings.Fields(r.Explained) {
		if isWeb(why) {
			text += fmt.Sprintf(" ([why](<%s>))", linkDestination.Replace(plain.Text(why)))
		}
	}
	if note, found := strings.CutPrefix(r.Explained, "unreported:"); found {
		text += " (unreported:" + plain.Markdown(note) + ")"
	}
	return text
}

// name is an engine's, without its version.
func (c comparison) name(key string) string {
	for _, e := range c.run.Engines {
		if e.Key == key {
			return engineName(e)
		}
	}
	return key
}

// absences are the reasons why an engine takes no part in some cases.
func (c comparison) absences() {
	type absence struct{ engine, why string }
	var order []absence
	ids := map[absence][]string{}
	for _, key := range c.engines {
		for _, k := range c.cases {
			if r := k.engines[key]; r.Verdict == record.NotApplicable {
				a := absence{key, first(r.Problems)}
				if ids[a] == nil {
					order = append(order, a)
				}
				ids[a] = append(ids[a], plain.Code(k.ID))
			}
		}
	}
	if order == nil {
		return
	}
	c.WriteString("## Cases that do not apply\n\n")
	for _, a := range order {
		fmt.Fprintf(c, "<details><summary><b>%s</b>, %s: %s</summary>\n\n%s\n\n</details>\n\n",
			plain.Markdown(c.name(a.engine)), plain.Plural(len(ids[a]), "case", "cases"), plain.Markdown(a.why), strings.Join(ids[a], "<br>\n"))
	}
}
