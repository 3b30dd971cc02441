package check

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/internal/junit"
	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/policy"
)

// JUnit writes JUnit XML: a suite, in it a test case for each finding, one for
// each class without any, which passes, and one for what is unproven or stale.
// A finding is a failure, an accepted one is skipped. Characters that XML cannot
// hold are written as \xNN.
func (r Report) JUnit(w io.Writer) error {
	suite := junit.Suite{Name: plain.Text("corsproof check " + r.Target), Counts: junit.Counts{Time: fmt.Sprintf("%.3f", r.Seconds)}, Properties: r.junitProperties()}
	for _, class := range policy.Classes {
		n := 0
		for _, f := range r.Findings {
			if f.Class == class {
				suite.Add(r.junitOf(f))
				n++
			}
		}
		if n == 0 {
			suite.Add(junit.Case{Class: "corsproof." + string(class), Name: "none found"})
		}
	}
	if len(r.Unproven) > 0 {
		suite.Add(junit.Case{Class: "corsproof", Name: "every probe gives evidence", Error: &junit.Note{
			Type: "unproven", Message: plain.Plural(len(r.Unproven), "probe is", "probes are") + " unproven", Text: r.block(text.unproven),
		}})
	}
	if len(r.Stale) > 0 {
		suite.Add(junit.Case{Class: "corsproof", Name: "every entry of accept is needed", Failure: &junit.Note{
			Type: "stale", Message: plain.Text(r.Stale[0]), Text: r.block(text.stale),
		}})
	}
	if err := junit.Write(w, junit.Suites{Suites: []junit.Suite{suite}}); err != nil {
		return fmt.Errorf("check: write junit: %w", err)
	}
	return nil
}

func (r Report) junitOf(f Finding) junit.Case {
	c := junit.Case{Class: "corsproof." + string(f.Class), Name: plain.Text(f.Cause + ": " + f.Method + " " + f.Endpoint + " from " + f.Origin)}
	if f.Accepted != "" {
		c.Skipped = &junit.Note{Message: plain.Text("accepted: " + f.Accepted)}
		return c
	}
	c.Failure = &junit.Note{Type: string(f.Severity), Message: plain.Text(f.Title), Text: r.block(func(t text) { t.finding(f) })}
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
func (r Report) junitProperties() []junit.Property {
	properties := []junit.Property{
		{Name: "target", Value: plain.Text(r.Target)}, {Name: "probes", Value: fmt.Sprint(r.Probes)}, {Name: "findings", Value: fmt.Sprint(len(r.Findings))},
		{Name: "unproven", Value: fmt.Sprint(len(r.Unproven))}, {Name: "not-applicable", Value: fmt.Sprint(r.NotApplicable)},
		{Name: "withheld", Value: fmt.Sprint(r.Withheld)}, {Name: "spared", Value: fmt.Sprint(r.Spared)},
	}
	for _, e := range r.Engines {
		properties = append(properties, junit.Property{Name: plain.Text("engine." + e.Key), Value: plain.Text(strings.TrimSpace(e.Name + " " + e.Version))})
	}
	return properties
}
