package table

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Line is a cell in a line of text.
func Line(c Cell) string {
	var words []string
	for _, m := range summary(c) {
		words = append(words, m.Words)
	}
	return fmt.Sprintf("%-18s %-14s %s", c.System.Name, c.Policy.Name, strings.Join(words, ", "))
}

// Text writes cells for a terminal, with all that is known of them.
func Text(w io.Writer, cells []Cell) error {
	out := bufio.NewWriter(w)
	for _, c := range cells {
		fmt.Fprintf(out, "%s %s, policy %s: %s\n", c.System.Title, c.System.Version, c.Policy.Name, c.asked())
		fmt.Fprintf(out, "\n%s\n%s\n", indent(c.Policy.YAML), indent(c.Config))
		if c.Said != "" {
			fmt.Fprintf(out, "%s: %s\n", c.State, plain(c.Said))
		}
		for _, f := range c.Findings {
			fmt.Fprintf(out, "%s (%s, %s): %s\n", f.Class, f.Severity, f.Cause, plain(f.Title))
			for _, line := range append([]string{f.Meant, f.Happened}, f.Headers...) {
				if line != "" {
					fmt.Fprintf(out, "    %s\n", plain(line))
				}
			}
			if f.Curl != "" {
				fmt.Fprintf(out, "    %s\n", plain(f.Curl))
			}
			for _, also := range f.Also {
				fmt.Fprintf(out, "    also %s\n", plain(also))
			}
		}
		for _, u := range c.Unproven {
			fmt.Fprintf(out, "unproven: %s %s\n", plain(u.Meant), plain(u.Why))
		}
		if c.State == Checked && len(c.Findings)+len(c.Unproven) == 0 {
			fmt.Fprintln(out, "No finding.")
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("table: write text: %w", err)
	}
	return nil
}

func indent(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString("    " + plain(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    ")) + "\n")
	}
	return b.String()
}

// plain keeps control characters from a terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}
