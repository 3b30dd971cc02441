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

// caseArguments name a case on the command line: its id is enough in the
// catalogue, which the command brings along; before another file's the file
// stands.
func caseArguments(r record.Record) string {
	file := r.Source[:max(0, strings.LastIndex(r.Source, ":"))] // file:line
	if file == "" || strings.HasPrefix(file, "catalogue/") {
		return r.ID
	}
	return plain.ShellWord(file) + " " + r.ID
}
