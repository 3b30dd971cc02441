package corstest

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/oracle"
)

// alsoShown is how many of a finding's other probes a message lists.
const alsoShown = 5

// message is a finding for somebody who has read none of our pages. test is the
// name of the test that fails, handler the origin that a handler has only there.
func message(f check.Finding, engines []record.Engine, test, handler string) string {
	var m strings.Builder
	fmt.Fprintf(&m, "%s (%s): %s\n", f.Class, f.Severity, plain.Text(f.Title))
	row := func(name string, lines ...string) {
		for _, line := range lines {
			if line != "" {
				fmt.Fprintf(&m, "\n%-10s %s", name, plain.Text(line))
				name = ""
			}
		}
	}
	row("declared", f.Meant)
	row("happened", f.Happened, seenIn(f, engines))
	if f.Modelled {
		row("by", check.Modelled)
	}
	row("why", why(f))
	row("server", f.Headers...)
	also := f.Also
	if len(also) > alsoShown {
		also = append(also[:alsoShown:alsoShown], fmt.Sprintf("and %d more", len(f.Also)-alsoShown))
	}
	row("also", also...)
	row("standard", f.Spec)
	row("again", "go test -run '"+pattern(test)+"'")
	row("by hand", f.Curl)
	if f.Snippet != "" {
		row("", "in the console of "+pageOf(f.Origin)+": "+f.Snippet)
	}
	if handler != "" && strings.Contains(f.Curl+f.Snippet, handler) {
		row("", "("+handler+" is the handler in this test, http://localhost:8080 where you run it yourself)")
	}
	return m.String()
}

// pageOf says where a finding's snippet runs.
func pageOf(origin string) string {
	if origin == "null" || origin == "" {
		return "a sandboxed frame"
	}
	return "a page of " + origin
}

// seenIn says which browsers show a finding, where there are several.
func seenIn(f check.Finding, engines []record.Engine) string {
	if len(engines) < 2 {
		return ""
	}
	var names []string
	for _, e := range engines {
		for _, key := range f.Engines {
			if e.Key == key {
				names = append(names, e.Name)
			}
		}
	}
	return "in " + strings.Join(names, ", ")
}

// why is the step of the standard that failed, unless what happened has said it,
// and the browser's own word for it.
func why(f check.Finding) string {
	about := oracle.Reason(f.Reason).About()
	if strings.Contains(f.Happened, about) {
		about = ""
	}
	if f.Native != "" {
		about = strings.TrimSpace(about + " The browser's word for it is " + f.Native + ".")
	}
	return about
}

// pattern is what -run takes to run a test and no other.
func pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// unproven is what a check says of probes that gave no evidence either way.
func unproven(list []check.Unproven) string {
	var m strings.Builder
	fmt.Fprintf(&m, "nothing shows whether %s kept: no evidence is no pass\n", plain.Plural(len(list), "line of the policy is", "lines of the policy are"))
	for i, u := range list {
		if i == alsoShown {
			fmt.Fprintf(&m, "\nand %d more", len(list)-alsoShown)
			break
		}
		fmt.Fprintf(&m, "\n%s\n    in %s: %s (%s)", plain.Text(u.Meant), u.Engine, plain.Text(u.Why), u.Probe)
	}
	return m.String()
}
