package report

import (
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
)

// runCommand is the command line that runs one case again, in the browsers that
// are named, or in the only one.
func runCommand(r record.Record, browsers ...string) string {
	command := "corsproof run " + caseArguments(r)
	if len(browsers) > 0 {
		command += " -browsers " + plain.ShellWord(strings.Join(browsers, ","))
	}
	return command
}

// explainCommand is the command line that explains one case.
func explainCommand(r record.Record) string {
	return "corsproof explain " + caseArguments(r)
}

// labCommand is the command line that opens one case in the lab, and labURL where
// it is there.
func labCommand(r record.Record) string {
	command := "corsproof lab -open " + r.ID
	if file := fileOf(r); file != "" {
		command += " " + plain.ShellWord(file)
	}
	return command
}

// labURL is "" for a case of another file: the lab has it only when it is given the
// file. The port is the lab's usual one.
func labURL(r record.Record) string {
	if fileOf(r) != "" {
		return ""
	}
	return "http://localhost:8411/#/case/" + r.ID
}

// caseArguments name a case on the command line: its id is enough in the
// catalogue, which the command brings along; before another file's the file
// stands.
func caseArguments(r record.Record) string {
	if file := fileOf(r); file != "" {
		return plain.ShellWord(file) + " " + r.ID
	}
	return r.ID
}

// fileOf is the file that a case is in; "" for one of the catalogue.
func fileOf(r record.Record) string {
	file := r.Source[:max(0, strings.LastIndex(r.Source, ":"))] // file:line
	if strings.HasPrefix(file, "catalogue/") {
		return ""
	}
	return file
}
