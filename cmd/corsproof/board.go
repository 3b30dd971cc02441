package main

import (
	"strings"
	"unicode/utf8"
)

// board is what an explanation is written on.
type board struct {
	strings.Builder
	width  int
	color  bool
	beside bool // the wire stands beside the steps, not below them
}

// besideFrom is the width from which there is room for that.
const besideFrom = 100

// stroke is a piece of a line in one colour.
type stroke struct{ text, code string }

// linked is what a stroke's code begins with when the rest of it is an address
// that the text stands for.
const linked = "-> "

// chalk are the colours of a board. None is the only sign of anything.

// line is one line of the board.
type line []stroke

const (
	plain  = ""
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	blue   = "36"
)

func (l line) width() int {
	n := 0
	for _, s := range l {
		n += utf8.RuneCountInString(s.text)
	}
	return n
}

// put writes lines, each behind an indent.
func (b *board) put(indent string, lines ...line) {
	for _, l := range lines {
		text := indent + b.paint(l)
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
}

func (b *board) blank() { b.WriteByte('\n') }

// rule draws a line from edge to edge, with a text near its beginning.
func (b *board) rule(stroke1, text string) {
	l := line{{strings.Repeat(stroke1, 3), faint}}
	if text != "" {
		l = append(l, stroke{cut(" "+text+" ", b.width-l.width()), bold})
	}
	l = append(l, stroke{strings.Repeat(stroke1, max(b.width-l.width(), 0)), faint})
	b.put("", l)
}

func (b *board) paint(l line) string {
	var out strings.Builder
	for _, s := range l {
		switch url, link := strings.CutPrefix(s.code, linked); {
		case !b.color || s.code == plain || s.text == "":
			out.WriteString(s.text)
		case link: // a terminal that knows no links shows the text
			out.WriteString("\x1b]8;;" + url + "\x1b\\\x1b[" + faint + "m" + s.text + "\x1b[0m\x1b]8;;\x1b\\")
		default:
			out.WriteString("\x1b[" + s.code + "m" + s.text + "\x1b[0m")
		}
	}
	return out.String()
}

// columns puts two blocks next to each other; the left one is width columns wide.
func (b *board) columns(indent string, left, right []line, width int) {
	for i := range max(len(left), len(right)) {
		var l line
		if i < len(left) {
			l = append(l, left[i]...)
		}
		l = append(l, stroke{strings.Repeat(" ", max(width-l.width(), 0)), plain}, stroke{" │ ", faint})
		if i < len(right) {
			l = append(l, right[i]...)
		}
		b.put(indent, l)
	}
}

// wrap breaks text into lines of at most width characters. A word that is
// longer stands alone.
func wrap(text string, width int, code string) []line {
	var lines []line
	current := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case current == "":
			current = word
		case utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line{{current, code}})
			current = word
		default:
			current += " " + word
		}
	}
	return append(lines, line{{current, code}})
}

// cut takes the end of a text that is longer than width.
func cut(text string, width int) string {
	if runes := []rune(text); len(runes) > width {
		return string(runes[:max(width-1, 0)]) + "…"
	}
	return text
}

// indented puts an indent before each line.
func indented(indent string, lines []line) []line {
	out := make([]line, len(lines))
	for i, l := range lines {
		out[i] = append(line{{indent, plain}}, l...)
	}
	return out
}
