package report

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
)

// JUnit writes JUnit XML: a suite a topic, a test case a permutation and
// engine. Unexpected and stale are failures, inconclusive and error are errors,
// not-applicable is skipped; a known divergence passes and says so in its
// output. Characters that XML cannot hold are written as \xNN.
func JUnit(w io.Writer, run record.Run, records []record.Record) error {
	sum := record.Summarise(run, records)
	all := junitSuites{Name: "corsproof"}
	for _, topic := range sum.Topics {
		all.Suites = append(all.Suites, junitSuite{Name: plain.Text(topic.Name), Timestamp: junitTime(run.Started), Properties: junitProperties(run)})
	}
	at := map[string]int{}
	for i, topic := range sum.Topics {
		at[topic.Name] = i
	}
	for _, r := range record.Sorted(records) {
		all.Suites[at[r.Topic]].add(junitOf(run, r))
	}
	if sum.Missing > 0 {
		missing := junitSuite{Name: "corsproof", Timestamp: junitTime(run.Started), Properties: junitProperties(run)}
		missing.add(junitCase{Class: "corsproof", Name: "all results are there", Error: &junitNote{
			Type: "missing", Message: conclusion(sum), Text: "The run was cut short.",
		}})
		all.Suites = append(all.Suites, missing)
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		s.Time = junitSeconds(s.ms)
		all.Tests, all.Failures, all.Errors, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors, all.Skipped+s.Skipped
		all.ms += s.ms
	}
	all.Time = junitSeconds(all.ms)
	if run.Seconds > 0 {
		all.Time = junitSeconds(run.Seconds * 1000)
	}

	out := bufio.NewWriter(w)
	out.WriteString(xml.Header)
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return fmt.Errorf("report: write junit: %w", err)
	}
	out.WriteByte('\n')
	if err := out.Flush(); err != nil {
		return fmt.Errorf("report: write junit: %w", err)
	}
	return nil
}

type junitCounts struct {
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Time     string `xml:"time,attr"`
	ms       float64
}

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitCounts
	Suites []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitCounts
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Properties []junitProperty `xml:"properties>property,omitempty"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Time    string     `xml:"time,attr"`
	File    string     `xml:"file,attr,omitempty"`
	Line    string     `xml:"line,attr,omitempty"`
	Failure *junitNote `xml:"failure"`
	Error   *junitNote `xml:"error"`
	Skipped *junitNote `xml:"skipped"`
	Output  string     `xml:"system-out,omitempty"`
	ms      float64
}

type junitNote struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	s.ms += c.ms
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func junitOf(run record.Run, r record.Record) junitCase {
	c := junitCase{
		Class: plain.Text(r.Topic),
		Name:  plain.Text(strings.TrimPrefix(r.ID, r.Topic+"/") + "/" + r.Engine),
		Time:  junitSeconds(r.MS),
		ms:    r.MS,
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
		c.Skipped = &junitNote{Message: message}
	case record.Inconclusive, record.Error:
		c.Error = &junitNote{Message: message, Type: string(r.Verdict), Text: blockText(run, r)}
	default:
		c.Failure = &junitNote{Message: message, Type: string(r.Verdict), Text: blockText(run, r)}
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
func junitProperties(run record.Run) []junitProperty {
	properties := []junitProperty{{"corsproof", plain.Text(run.Version)}}
	for _, e := range run.Engines {
		properties = append(properties, junitProperty{plain.Text(e.Key), plain.Text(engineLabel(run, e.Key))})
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
