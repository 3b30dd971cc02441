package lab

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/scenarios"
)

// Copy is a case in another language, to be pasted where that is spoken.
type Copy struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Text     string `json:"text"`
}

// copies are a case in every language that the lab knows. The file of it has the
// catalogue's names; all else is of the case that runs, which may have moved.
// Whatever a learner has written is a text of the language that it stands in.
func copies(p, running *scenarios.Permutation) ([]Copy, error) {
	file, err := scenarioFile(p)
	if err != nil {
		return nil, err
	}
	explained, err := harness.Explain(running, "")
	if err != nil {
		return nil, err
	}
	bound, err := running.Bind("copy", fixtures.Assets{})
	if err != nil {
		return nil, fmt.Errorf("lab: %s: %w", running.ID, err)
	}
	snippet, language := snippets(explained, bound)
	s := serversOf(bound)
	return []Copy{
		{"Scenario (YAML)", "yaml", file},
		{"curl", "sh", curlLines(explained)},
		{"fetch", language, snippet},
		{"Express", "js", express(s)},
		{"Go (rs/cors)", "go", goServer(s)},
		{"nginx", "nginx", nginx(s)},
	}, nil
}

// scenarioFile is the case as a file. One that claims nothing yet claims what the
// standard says.
func scenarioFile(p *scenarios.Permutation) (string, error) {
	claims := false
	for _, step := range p.Steps {
		claims = claims || !reflect.DeepEqual(step.Expect, scenarios.Expect{Pos: step.Expect.Pos})
	}
	if claims {
		return string(scenarios.WriteFile(p)), nil
	}
	explained, err := harness.Explain(p, "")
	if err != nil {
		return "", err
	}
	claiming := *p
	claiming.Steps = append([]scenarios.Step(nil), p.Steps...)
	for i, step := range explained.Steps {
		if step.Note == "" {
			claiming.Steps[i].Expect.Read, claiming.Steps[i].Expect.Reason = step.Standard.Read, step.Standard.Reason
			claims = true
		}
	}
	if !claims {
		return "# It claims nothing yet: say what must happen, as in `expect: {read: allowed}`.\n" + string(scenarios.WriteFile(p)), nil
	}
	return string(scenarios.WriteFile(&claiming)), nil
}

// curlLines are what the browser asks for, request by request.
func curlLines(e harness.Explanation) string {
	var b strings.Builder
	b.WriteString("# The requests of a browser that keeps to the standard. curl shows every answer: it has no page to protect.\n")
	b.WriteString("# Nobody answers at these names but while corsproof runs the case. To ask a server of your own instead, ")
	if strings.HasPrefix(firstURL(e), "https:") {
		b.WriteString("write http: for https:, and ")
	}
	b.WriteString("add: --connect-to ::localhost:3000\n")
	for i, step := range e.Steps {
		if len(e.Steps) > 1 {
			fmt.Fprintf(&b, "\n# Step %d\n", i+1)
		} else {
			b.WriteByte('\n')
		}
		switch {
		case step.Note != "":
			b.WriteString(comment("# ", step.Note))
		case len(step.Standard.Wire) == 0:
			b.WriteString("# Nothing is sent.\n")
		}
		for _, exchange := range step.Standard.Wire {
			b.WriteString(harness.Curl(exchange.Request) + "\n")
		}
	}
	return b.String()
}

// firstURL is where the first request goes, "" if none is sent.
func firstURL(e harness.Explanation) string {
	for _, step := range e.Steps {
		for _, exchange := range step.Standard.Wire {
			return exchange.Request.URL
		}
	}
	return ""
}

// snippets are what the page does, as script or as markup.
func snippets(e harness.Explanation, bound *scenarios.Bound) (text, language string) {
	open, end, language := "// ", "\n", "js"
	if strings.HasPrefix(e.Steps[0].Snippet, "<") {
		open, end, language = "<!-- ", " -->\n", "html"
	}
	var b strings.Builder
	for i, step := range e.Steps {
		where := "In a page of " + step.Page
		if i > 0 {
			where = "Then in a page of " + step.Page
			b.WriteByte('\n')
		}
		if step.Wait != "" {
			where += ", after " + step.Wait
		}
		b.WriteString(open + where + end)
		if body := bound.Steps[i].Request.Body; body != nil && !strings.Contains(step.Snippet, strings.Trim(jsText(isomorphic(body.Bytes)), `'"`)) {
			b.WriteString(open + "The whole body stands in the scenario." + end)
		}
		b.WriteString(step.Snippet + "\n")
	}
	return b.String(), language
}

// comment is a text behind a mark, on lines of its own. A line break in it ends
// no comment.
func comment(mark, text string) string {
	return mark + strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || r == '\u2028' || r == '\u2029' }), "\n"+mark) + "\n"
}
