// Package plain writes what may be hostile or long in the ways that reports
// need: for a terminal, for Markdown, for a shell, within a width.
package plain

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text makes a string safe for a terminal and for one line: what does not
// print (control and formatting characters, which could move the cursor, fake a
// line or turn the reading direction) is shown as \xNN or \u{NNNN}.
func Text(s string) string {
	clean := true
	for _, c := range s {
		if !prints(c) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		switch {
		case prints(c):
			b.WriteRune(c)
		case c <= 0xFF:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			fmt.Fprintf(&b, `\u{%x}`, c)
		}
	}
	return b.String()
}

// prints is true for a character that a terminal draws and nothing more.
// U+FFFD is what ranging over broken UTF-8 yields.
func prints(c rune) bool { return unicode.IsPrint(c) }

// Clip cuts a string to n characters.
func Clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:max(0, n-1)]) + "…"
}

// Wrap breaks a text at spaces into lines of at most width characters; a word
// that is longer keeps a line of its own.
func Wrap(s string, width int) []string {
	var lines []string
	line, n := "", 0
	for _, word := range strings.Fields(s) {
		size := utf8.RuneCountInString(word)
		if n > 0 && n+1+size > width {
			lines = append(lines, line)
			line, n = "", 0
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+word, n+size
	}
	if n > 0 || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// markup are the characters that can begin or end markup.
const markup = "\\`*_{}[]()<>#|~!&\"'@$^=+:"

// Markdown makes text mean itself, on one line, in Markdown and in HTML.
func Markdown(s string) string {
	var b strings.Builder
	for _, c := range Text(s) {
		if strings.ContainsRune(markup, c) {
			fmt.Fprintf(&b, "&#%d;", c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// Code is text in a code span, escaped as text is, so that a back quote or a
// pipe in it cannot end the span or the table's cell.
func Code(s string) string { return "<code>" + Markdown(s) + "</code>" }

var bareWord = regexp.MustCompile(`^[\w@%+=:,./\\-]+$`)

// ShellWord quotes a word where a shell would split or change it.
func ShellWord(s string) string {
	if bareWord.MatchString(s) {
		return s
	}
	return Quote(s)
}

// Plural is a count with its noun.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Quote makes one word of a shell of any text: nothing in it is expanded.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
