package table

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/check"
)

// Markdown writes the table, and below it each cell that is not simply kept.
// Whatever came from a product is written so that nothing in it is markup.
func Markdown(w io.Writer, cells []Cell) error {
	out := bufio.NewWriter(w)
	m := markdown{out, arrange(cells)}
	m.head()
	m.matrix()
	m.declared()
	for _, s := range m.systems {
		m.system(s)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("table: write markdown: %w", err)
	}
	return nil
}

type markdown struct {
	*bufio.Writer
	table
}

func (m markdown) head() {
	fmt.Fprintf(m, "# How CORS products keep a policy\n\n")
	fmt.Fprintf(m, "%d systems by %d policies, asked %s. Written by `make middleware`.\n\n",
		len(m.systems), len(m.policies), text(m.asked()))
	m.WriteString(intro)
}

// intro says what the table is, and what it is not.
const intro = `Each system runs the same small application, in the latest release that the package registries used here resolve, under each policy, which is
said in its own words by the means that its documentation describes. Then ` + "`corsproof check`" + ` asks for all that the policy
allows and for what it does not. Below the table is each configuration, and each finding with the command that shows it again.

| word | meaning |
|:--|:--|
| kept | no finding |
| leak, over-permissive | somebody may do what the policy does not allow |
| refused | what the policy allows does not work |
| cache | a stored response makes another's request fail, or lets it succeed |
| unreadable-error | an allowed origin cannot read an error |
| ineffective | headers that no browser honours |
| not expressible | the configuration has no words for this policy |
| refused at start | the product takes the policy for a mistake, and says so |
| withheld | a hole that nobody has made public yet: see [SECURITY.md](../SECURITY.md) |

A finding says that a product and a policy differ, not that the product is at fault: some differ on purpose.

`

func (m markdown) matrix() {
	m.WriteString("| system | version |")
	for _, p := range m.policies {
		fmt.Fprintf(m, " [%s](#%s) |", p.Name, p.Name)
	}
	m.WriteString("\n|:--|:--|" + strings.Repeat(":--|", len(m.policies)) + "\n")
	for _, s := range m.systems {
		fmt.Fprintf(m, "| [%s](#%s) | %s |", text(s.Title), s.Name, text(s.Version))
		for _, p := range m.policies {
			words := "-"
			if c, ok := m.cell(s, p); ok {
				var list []string
				for _, mark := range summary(c) {
					list = append(list, text(mark.Words))
				}
				words = strings.Join(list, ", ")
			}
			fmt.Fprintf(m, " %s |", words)
		}
		m.WriteString("\n")
	}
	m.WriteString("\n")
}

func (m markdown) declared() {
	m.WriteString("## The policies\n\n")
	for _, p := range m.policies {
		fmt.Fprintf(m, "### %s\n\n%s\n\n", p.Name, text(p.About))
		m.fence("yaml", p.YAML)
	}
}

func (m markdown) system(s System) {
	fmt.Fprintf(m, "## %s\n\n%s %s (`%s`), on %s. Configured by [its documentation](%s).\n\n", s.Name, text(s.Title), text(s.Version), s.Package, text(s.On), s.Docs)
	for _, p := range m.policies {
		c, ok := m.cell(s, p)
		if !ok {
			continue
		}
		fmt.Fprintf(m, "### %s: %s\n\n", s.Name, p.Name)
		if c.Said != "" {
			var words []string
			for _, mark := range summary(c) {
				words = append(words, mark.Words)
			}
			fmt.Fprintf(m, "%s: %s\n\n", text(capital(strings.Join(words, ", "))), text(c.Said))
		}
		if c.Config != "" {
			m.fence(c.Language, c.Config)
		}
		for _, note := range c.Notes {
			fmt.Fprintf(m, "%s\n\n", text(note))
		}
		m.findings(c)
	}
}

func (m markdown) findings(c Cell) {
	if c.State != Checked {
		return
	}
	fmt.Fprintf(m, "%s", text(c.asked()))
	if len(c.Findings) == 0 && !c.Withheld && len(c.Unproven) == 0 {
		m.WriteString(", no finding.\n\n")
		return
	}
	fmt.Fprintf(m, ". Again: `%s`\n\n", c.Command())
	if c.Withheld {
		m.WriteString("- **withheld**: see [SECURITY.md](../SECURITY.md)\n")
	}
	for _, f := range c.Findings {
		fmt.Fprintf(m, "- **%s** %s", f.Class, text(f.Title))
		if extra := example(f); extra != "" {
			fmt.Fprintf(m, " %s", text(extra))
		}
		if n := len(f.Also); n > 0 {
			fmt.Fprintf(m, " %d more requests show it.", n)
		}
		if k, named := public(c.System.Name, f); named {
			fmt.Fprintf(m, " %s ([source](%s))", text(k.Says), k.Link)
		}
		m.WriteString("\n")
	}
	for _, u := range c.Unproven {
		fmt.Fprintf(m, "- unproven: %s %s\n", text(u.Meant), text(u.Why))
	}
	m.WriteString("\n")
}

// example is what was meant and what happened instead.
func example(f check.Finding) string {
	return strings.TrimSpace(f.Meant + " " + f.Happened)
}

// fence writes a code block whose fence is longer than any in it.
func (m markdown) fence(language, content string) {
	fence := "```"
	for strings.Contains(content, fence) {
		fence += "`"
	}
	fmt.Fprintf(m, "%s%s\n%s\n%s\n\n", fence, language, strings.TrimRight(content, "\n"), fence)
}

// text keeps a text from being markup, on one line.
func text(s string) string {
	return strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "|", "\\|", "<", "&lt;", ">", "&gt;", "[", "\\[", "]", "\\]", "&", "&amp;",
		"\n", " ", "\r", " ", "\t", " ").Replace(s)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// listed joins names with commas and an "and".
func listed(names []string) string {
	switch n := len(names); n {
	case 0:
		return "no browser"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}
