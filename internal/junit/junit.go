// Package junit has the XML that CI servers read test results from.
package junit

import (
	"bufio"
	"encoding/xml"
	"io"
)

// Counts are of the cases of a suite, or of all suites.
type Counts struct {
	Tests    int     `xml:"tests,attr"`
	Failures int     `xml:"failures,attr"`
	Errors   int     `xml:"errors,attr"`
	Skipped  int     `xml:"skipped,attr"`
	Time     string  `xml:"time,attr"` // in seconds
	MS       float64 `xml:"-"`         // the cases' own, added up
}

// Suites is a whole file. Without a name it is written without counts.
type Suites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	Counts
	Suites []Suite `xml:"testsuite"`
}

// Suite is filled by [Suite.Add], which counts.
type Suite struct {
	Name string `xml:"name,attr"`
	Counts
	Timestamp  string     `xml:"timestamp,attr,omitempty"`
	Properties []Property `xml:"properties>property,omitempty"`
	Cases      []Case     `xml:"testcase"`
}

// Property is a fact about a suite.
type Property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// Case passes if it has none of the three notes.
type Case struct {
	Class   string  `xml:"classname,attr"`
	Name    string  `xml:"name,attr"`
	Time    string  `xml:"time,attr,omitempty"`
	File    string  `xml:"file,attr,omitempty"`
	Line    string  `xml:"line,attr,omitempty"`
	Failure *Note   `xml:"failure"`
	Error   *Note   `xml:"error"`
	Skipped *Note   `xml:"skipped"`
	Output  string  `xml:"system-out,omitempty"`
	MS      float64 `xml:"-"`
}

// Note says why a case did not pass.
type Note struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// Add adds a case and counts it.
func (s *Suite) Add(c Case) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	s.MS += c.MS
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

// Write writes the file. Texts must be free of what XML cannot hold.
func Write(w io.Writer, all Suites) error {
	out := bufio.NewWriter(w)
	out.WriteString(xml.Header)
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	var file any = all
	if all.Name == "" {
		file = struct {
			XMLName xml.Name `xml:"testsuites"`
			Suites  []Suite  `xml:"testsuite"`
		}{Suites: all.Suites}
	}
	if err := enc.Encode(file); err != nil {
		return err
	}
	out.WriteByte('\n')
	return out.Flush()
}
