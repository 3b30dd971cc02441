// Package report renders the records of a run for people and for machines.
// Every report is a pure function of the records: the same records give the
// same bytes, in catalogue order, whatever the order in which cases finished.
//
// What came from a server or a page can be hostile. Each format escapes it in
// its own way; none relies on another part having done so.
package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
)

// Format is one way to render records.
type Format struct {
	Name  string // as on the command line: "html"
	File  string // its usual file name: "report.html"
	About string // one line for a help text
	Write func(io.Writer, record.Run, []record.Record) error
}

// Formats are all formats. A new one is added here and nowhere else.
var Formats = []Format{
	{"text", "report.txt", "the terminal's summary, without colours", func(w io.Writer, run record.Run, records []record.Record) error {
		return Text(w, run, records, Options{})
	}},
	{"html", "report.html", "one self-contained page: matrix, votes, wire and trace of each case", HTML},
	{"junit", "junit.xml", "JUnit XML, for a CI server", JUnit},
	{"markdown", "report.md", "a summary for a CI job's page", Markdown},
	{"comparison", "engines.md", "the engines side by side: every case in which one leaves the standard", Comparison},
}

// Find returns the format with that name. The error lists the known names.
func Find(name string) (Format, error) {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		if f.Name == name {
			return f, nil
		}
		names[i] = f.Name
	}
	return Format{}, fmt.Errorf("report: unknown format %q; known are %s", name, strings.Join(names, ", "))
}
