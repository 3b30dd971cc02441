package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/junit"
	"github.com/corsproof/corsproof/internal/plain"
)

// JUnit writes JUnit XML: a suite a topic, a test case a permutation and
// engine. Unexpected and stale are failures, inconclusive and error are errors,
// not-applicable is skipped; a known divergence passes and says so in its
// output. Characters that XML cannot hold are written as \xNN.
func JUnit(w io.Writer, run record.Run, records []record.Record) error {
	sum := record.Summarise(run, records)
	all := junit.Suites{Name: "corsproof"}
	for _, topic := range sum.Topics {
		all.Suites = append(all.Suites, junit.Suite{Name: plain.Text(topic.Name), Timestamp: junitTime(run.Started), Properties: junitProperties(run)})
	}
	at := map[string]int{}
	for i, topic := range sum.Topics {
		at[topic.Name] = i
	}
	for _, r := range record.Sorted(records) {
		all.Suites[at[r.Topic]].Add(junitOf(run, r))
	}
	if sum.Missing > 0 {
		missing := junit.Suite{Name: "corsproof", Timestamp: junitTime(run.Started), Properties: junitProperties(run)}
		missing.Add(junit.Case{Class: "corsproof", Name: "all results are there", Error: &junit.Note{
			Type: "missing", Message: conclusion(sum), Text: "The run was cut short.",
		}})
		all.Suites = append(all.Suites, missing)
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		s.Time = junitSeconds(s.MS)
		all.Tests, all.Failures, all.Errors, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors, all.Skipped+s.Skipped
		all.MS += s.MS
	}
	all.Time = junitSeconds(all.MS)
	if run.Seconds > 0 {
		all.Time = junitSeconds(run.Seconds * 1000)
	}

	if err := junit.Write(w, all); err != nil {
		return fmt.Errorf("report: write junit: %w", err)
	}
	return nil
}

func junitOf(run record.Run, r record.Record) junit.Case {
	c := junit.Case{
		Class: plain.Text(r.Topic),
		Name:  plain.Text(strings.TrimPrefix(r.ID, r.Topic+"/") + "/" + r.Engine),
		Time:  junitSeconds(r.MS),
		MS:    r.MS,
	}
	if i := strings.LastIndexByte(r.Source, ':'); i >= 0 {
		c.File, c.Line = plain.Text(r.Source[:i]), plain.Text(r.Source[i+1:])
	}
	message := plain.Text(first(r.Problems))
	switch r.Verdict {
	case record.Pass:
	case record.Divergence:
		c.Output = strings.TrimSpace("known divergence: " + message + " " + plain.Text(r.Explained))
	case record.NotApplicable:
		c.Skipped = &junit.Note{Message: message}
	case record.Inconclusive, record.Error:
		c.Error = &junit.Note{Message: message, Type: string(r.Verdict), Text: blockText(run, r)}
	default:
		c.Failure = &junit.Note{Message: message, Type: string(r.Verdict), Text: blockText(run, r)}
	}
	return c
}

// blockText is the text report's block of one case.
func blockText(run record.Run, r record.Record) string {
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	t := text{Writer: out, Options: Options{Width: 100}, run: run, engines: engineKeys(run, nil)}
	t.block(shared{r, []string{r.Engine}})
	out.Flush() // into memory
	return "\n" + b.String()
}

// junitProperties say which browsers ran, in which version.
func junitProperties(run record.Run) []junit.Property {
	properties := []junit.Property{{Name: "corsproof", Value: plain.Text(run.Version)}}
	for _, e := range run.Engines {
		properties = append(properties, junit.Property{Name: plain.Text(e.Key), Value: plain.Text(engineLabel(run, e.Key))})
	}
	return properties
}

func junitSeconds(ms float64) string { return fmt.Sprintf("%.3f", ms/1000) }

// junitTime is the form that the JUnit schema wants: no zone.
func junitTime(started string) string {
	t, err := time.Parse(time.RFC3339, started)
	if err != nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05")
}
