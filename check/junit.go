package check

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/policy"
)

// JUnit writes JUnit XML: a suite, in it a test case for each finding, one for
// each class without any, which passes, and one for what is unproven or stale.
// A finding is a failure, an accepted one is skipped. Characters that XML cannot
// hold are written as \xNN.
func (r Report) JUnit(w io.Writer) error {
	suite := junitSuite{Name: plain.Text("corsproof check " + r.Target), Time: fmt.Sprintf("%.3f", r.Seconds), Properties: r.junitProperties()}
	for _, class := range policy.Classes {
		n := 0
		for _, f := range r.Findings {
			if f.Class == class {
				suite.add(r.junitOf(f))
				n++
			}
		}
		if n == 0 {
			suite.add(junitCase{Class: "corsproof." + string(class), Name: "none found"})
		}
	}
	if len(r.Unproven) > 0 {
		suite.add(junitCase{Class: "corsproof", Name: "every probe gives evidence", Error: &junitNote{
			Type: "unproven", Message: plain.Plural(len(r.Unproven), "probe is", "probes are") + " unproven", Text: r.block(text.unproven),
		}})
	}
	if len(r.Stale) > 0 {
		suite.add(junitCase{Class: "corsproof", Name: "every entry of accept is needed", Failure: &junitNote{
			Type: "stale", Message: plain.Text(r.Stale[0]), Text: r.block(text.stale),
		}})
	}
	out := bufio.NewWriter(w)
	out.WriteString(xml.Header)
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	if err := enc.Encode(junitSuites{Suites: []junitSuite{suite}}); err != nil {
		return fmt.Errorf("check: write junit: %w", err)
	}
	out.WriteByte('\n')
	if err := out.Flush(); err != nil {
		return fmt.Errorf("check: write junit: %w", err)
	}
	return nil
}

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
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
	Failure *junitNote `xml:"failure"`
	Error   *junitNote `xml:"error"`
	Skipped *junitNote `xml:"skipped"`
}

type junitNote struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func (r Report) junitOf(f Finding) junitCase {
	c := junitCase{Class: "corsproof." + string(f.Class), Name: plain.Text(f.Cause + ": " + f.Method + " " + f.Endpoint + " from " + f.Origin)}
	if f.Accepted != "" {
		c.Skipped = &junitNote{Message: plain.Text("accepted: " + f.Accepted)}
		return c
	}
	c.Failure = &junitNote{Type: string(f.Severity), Message: plain.Text(f.Title), Text: r.block(func(t text) { t.finding(f) })}
	return c
}

// block is a part of the text report.
func (r Report) block(part func(text)) string {
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	part(text{out, Style{Width: 100}, r})
	out.Flush() // into memory
	return "\n" + b.String()
}

// junitProperties say what was asked, by what, and how often.
func (r Report) junitProperties() []junitProperty {
	properties := []junitProperty{
		{"target", plain.Text(r.Target)}, {"probes", fmt.Sprint(r.Probes)}, {"findings", fmt.Sprint(len(r.Findings))},
		{"unproven", fmt.Sprint(len(r.Unproven))}, {"not-applicable", fmt.Sprint(r.NotApplicable)},
	}
	for _, e := range r.Engines {
		properties = append(properties, junitProperty{plain.Text("engine." + e.Key), plain.Text(strings.TrimSpace(e.Name + " " + e.Version))})
	}
	return properties
}
