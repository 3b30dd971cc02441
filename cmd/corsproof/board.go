package main

import (
	"strings"
	"unicode/utf8"

	"github.com/corsproof/corsproof/internal/plain"
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

// unstyled is the code of a stroke that is none of [plain]'s styles.
const unstyled = ""

// line is one line of the board.
type line []stroke

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
	l := line{{strings.Repeat(stroke1, 3), plain.Faint}}
	if text != "" {
		l = append(l, stroke{cut(" "+text+" ", b.width-l.width()), plain.Bold})
	}
	l = append(l, stroke{strings.Repeat(stroke1, max(b.width-l.width(), 0)), plain.Faint})
	b.put("", l)
}

func (b *board) paint(l line) string {
	var out strings.Builder
	for _, s := range l {
		switch url, link := strings.CutPrefix(s.code, linked); {
		case !b.color || s.code == unstyled || s.text == "":
			out.WriteString(s.text)
		case link: // a terminal that knows no links shows the text
			out.WriteString("\x1b]8;;" + url + "\x1b\\" + plain.Paint(plain.Faint, s.text) + "\x1b]8;;\x1b\\")
		default:
			out.WriteString(plain.Paint(s.code, s.text))
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
		l = append(l, stroke{strings.Repeat(" ", max(width-l.width(), 0)), unstyled}, stroke{" │ ", plain.Faint})
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
		out[i] = append(line{{indent, unstyled}}, l...)
	}
	return out
}
