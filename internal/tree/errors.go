package tree

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is what is wrong, in one word of a closed set. A Kind is an error, so
// that errors.Is(err, tree.UnknownKey) asks for it.
type Kind string

// The kinds of problems.
const (
	Unreadable     Kind = "unreadable"      // the file cannot be read, is not UTF-8, or is too large or too deep
	Syntax         Kind = "syntax"          // not YAML, or a part of YAML that our files do without
	UnknownKey     Kind = "unknown-key"     // a key that the format does not have in this place
	RepeatedKey    Kind = "repeated-key"    // a key that its mapping has already
	WrongType      Kind = "wrong-type"      // a mapping where a list is wanted, null where a value is wanted
	UnknownWord    Kind = "unknown-word"    // a word outside a closed set
	BadValue       Kind = "bad-value"       // of the right type, but not of the right form
	BadOrigin      Kind = "bad-origin"      // neither a named origin nor a literal one that a browser reaches
	BadPlaceholder Kind = "bad-placeholder" // `{word}` that stands for nothing here
	Missing        Kind = "missing"         // a key that must be there
	RepeatedID     Kind = "repeated-id"     // an id or a name that is taken
	Contradiction  Kind = "contradiction"   // keys that exclude each other
)

// Error makes a Kind an error.
func (k Kind) Error() string { return string(k) }

// Error is one problem of one file.
type Error struct {
	Pos
	Kind     Kind
	Found    string
	Expected string
	// Excerpt is the line with its neighbours and a caret under the place; ""
	// when there is no such line.
	Excerpt string
}

// Error is the problem on one line, without the excerpt:
// "my.yaml:12:5: found the unknown key "requst", expected ...".
func (e *Error) Error() string {
	return e.Pos.String() + ": found " + e.Found + ", expected " + e.Expected
}

// Is reports whether target is the error's [Kind].
func (e *Error) Is(target error) bool {
	kind, ok := target.(Kind)
	return ok && kind == e.Kind
}

// Errors is every problem of a set of files, in the order of the files and of
// the lines in them. errors.Is and errors.As look at each.
type Errors struct {
	List []*Error
}

// Error has one paragraph for each problem: the line of [Error.Error], then
// the excerpt.
func (e *Errors) Error() string {
	var b strings.Builder
	for i, problem := range e.List {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(problem.Error())
		if problem.Excerpt != "" {
			b.WriteString("\n" + problem.Excerpt)
		}
	}
	return b.String()
}

// Unwrap gives the problems to errors.Is and errors.As.
func (e *Errors) Unwrap() []error {
	list := make([]error, len(e.List))
	for i, problem := range e.List {
		list[i] = problem
	}
	return list
}

// Pos is a place in a file. Lines and columns count from 1.
type Pos struct {
	File         string
	Line, Column int
}

// String is "file:line:column", or as much of it as is known.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Problems collects the problems of one file.
type Problems struct {
	File  string
	Lines []string
	list  []*Error
	seen  map[string]bool
}

func NewProblems(file, text string) *Problems {
	return &Problems{File: file, Lines: splitLines(text), seen: map[string]bool{}}
}

// Add notes a problem once: what several places share is one problem.
func (p *Problems) Add(pos Pos, kind Kind, found, expected string) {
	found, expected = printable([]rune(found)), printable([]rune(expected))
	same := pos.String() + string(kind) + found
	if p.seen[same] {
		return
	}
	p.seen[same] = true
	p.list = append(p.list, &Error{Pos: pos, Kind: kind, Found: found, Expected: expected, Excerpt: excerpt(p.Lines, pos)})
}

// Len is how many problems there are.
func (p *Problems) Len() int { return len(p.list) }

// Sorted is the list in the file's own order.
func (p *Problems) Sorted() []*Error {
	slices.SortStableFunc(p.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return p.list
}

func splitLines(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n")
}

// The widest line that an excerpt shows; a longer one is cut around the caret.
const excerptWidth = 100

// excerpt shows the line at pos, the one before it, and a caret under the
// column.
//
//	  11 |   - id: a
//	> 12 |     requst: {}
//	     |     ^
func excerpt(lines []string, pos Pos) string {
	if pos.Line < 1 || pos.Line > len(lines) {
		return ""
	}
	width := len(strconv.Itoa(pos.Line))
	column := max(pos.Column-1, 0)
	line, dropped := cut([]rune(lines[pos.Line-1]), column)
	var b strings.Builder
	if before := []rune(lines[max(pos.Line-2, 0)]); pos.Line > 1 && len(before) > dropped {
		before = before[dropped:min(len(before), dropped+excerptWidth)]
		fmt.Fprintf(&b, "  %*d | %s\n", width, pos.Line-1, printable(before))
	}
	fmt.Fprintf(&b, "> %*d | %s\n", width, pos.Line, printable(line))
	column = min(column-dropped, len(line))
	pad := make([]rune, max(column, 0))
	for i := range pad {
		pad[i] = ' '
		if line[i] == '\t' {
			pad[i] = '\t'
		}
	}
	fmt.Fprintf(&b, "  %*s | %s^", width, "", string(pad))
	return b.String()
}

// cut shortens a line to excerptWidth so that column stays in it, and says how
// many characters went from its front.
func cut(line []rune, column int) ([]rune, int) {
	if len(line) <= excerptWidth {
		return line, 0
	}
	from := min(max(0, column-excerptWidth/2), len(line)-excerptWidth)
	return line[from : from+excerptWidth], from
}

// printable keeps a file's control characters away from the reader's terminal.
func printable(line []rune) string {
	out := make([]rune, len(line))
	for i, r := range line {
		switch {
		case r == '\t', unicode.IsPrint(r):
			out[i] = r
		default:
			out[i] = utf8.RuneError
		}
	}
	return string(out)
}

// Quoted is a value of a file as an error shows it: in quotes, escaped, cut
// when long.
func Quoted(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strconv.Quote(s)
}

// OneOf lists words: `a, b or c`.
func OneOf[S ~string](words []S) string {
	var b strings.Builder
	for i, word := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(word))
	}
	return b.String()
}

// Choice says which words are wanted, and which of them was probably meant.
// Long lists are left to the manual.
func Choice[S ~string](found string, words []S) string {
	const most = 20
	list := OneOf(words)
	if len(words) > most {
		list = "one of " + strconv.Itoa(len(words)) + " words, such as"
		for _, c := range Ranked(found, words)[:3] {
			list += " " + c.Word + ","
		}
		return strings.TrimSuffix(list, ",")
	}
	if near := Nearest(found, words, 1); len(near) > 0 {
		list += "; did you mean " + strconv.Quote(near[0]) + "?"
	}
	return list
}
