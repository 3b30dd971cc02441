package table

import (
	"bufio"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/internal/sheet"
)

//go:embed table.html.tmpl
var pageSource string

//go:embed table.css
var pageCSS string

//go:embed table.js
var pageJS string

var pageTemplate = template.Must(template.New("table").Parse(pageSource))

// page is what the template shows.
type page struct {
	Policy   template.HTML
	CSS      template.CSS
	JS       template.JS
	Asked    string
	Policies []Policy
	Systems  []systemView
}

type systemView struct {
	System
	Cells []cellView // by policy
}

type cellView struct {
	Known    bool
	ID       string
	Label    string
	Policy   string
	Marks    []mark
	Said     string
	Findings []findingView
	Withheld bool
	Unproven []check.Unproven
	Asked    string
	Command  string
	Config   string
	Notes    []string
}

type findingView struct {
	Look, Class, Severity, Title, Meant, Happened string
	Headers                                       string
	Engines, Spec                                 string
	Source, Says                                  string
	Also                                          int
}

// HTML writes the table as one self-contained page. Its own policy lets nothing
// else run: no other script, no request.
func HTML(w io.Writer, cells []Cell) error {
	t := arrange(cells)
	p := page{
		Policy: sheet.Policy(pageJS), CSS: sheet.CSS(pageCSS), JS: template.JS(pageJS),
		Asked: t.asked(), Policies: t.policies,
	}
	for _, s := range t.systems {
		view := systemView{System: s}
		for _, policy := range t.policies {
			c, ok := t.cell(s, policy)
			if !ok {
				view.Cells = append(view.Cells, cellView{})
				continue
			}
			view.Cells = append(view.Cells, newCellView(c))
		}
		p.Systems = append(p.Systems, view)
	}
	out := bufio.NewWriter(w)
	if err := pageTemplate.Execute(out, p); err != nil {
		return fmt.Errorf("table: write html: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("table: write html: %w", err)
	}
	return nil
}

func newCellView(c Cell) cellView {
	v := cellView{
		Known: true, ID: c.System.Name + "--" + c.Policy.Name, Policy: c.Policy.Name, Marks: summary(c), Said: c.Said,
		Withheld: c.Withheld, Unproven: c.Unproven, Command: c.Command(), Config: c.Config, Notes: c.Notes,
	}
	if c.State == Checked {
		v.Asked = c.asked()
	}
	var words []string
	for _, m := range v.Marks {
		words = append(words, m.Words)
	}
	v.Label = fmt.Sprintf("%s, %s: %s", c.System.Title, c.Policy.Name, strings.Join(words, ", "))
	for _, f := range c.Findings {
		fv := findingView{
			Look: "finding", Class: string(f.Class), Severity: string(f.Severity), Title: f.Title, Meant: f.Meant, Happened: f.Happened,
			Headers: strings.Join(f.Headers, "\n"), Engines: listed(f.Engines), Spec: f.Spec, Also: len(f.Also),
		}
		if hole(f) {
			fv.Look = "hole"
		}
		if k, named := public(c.System.Name, f); named {
			fv.Source, fv.Says = k.Link, k.Says
		}
		v.Findings = append(v.Findings, fv)
	}
	return v
}
