package scenarios

import (
	"embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// Expectation is a line of expectations/<engine>.txt: an accident of one
// engine, which no rule explains. What a rule explains is an [oracle.Switch].
//
//	# pattern            outcome                        link                 note
//	style/opaque/**      blocked                        https://crbug.com/1  # since 140
//	preflight/*/put/xhr  blocked,method-not-allowed     unreported
//	redirects/**/fetch   wire                           https://crbug.com/2
//
// The outcome is what the engine does, in words joined by commas: what script
// can read, the reason, and `wire` when other requests arrive than the
// standard's.
type Expectation struct {
	Pos     Pos
	Pattern string // as in [Select]
	Read    oracle.Read
	Reason  oracle.Reason
	Wire    bool
	Link    string // "" is `unreported`
	Note    string
}

// Matches reports whether the expectation is about the permutation id.
func (e Expectation) Matches(id string) bool {
	return matches(strings.Split(strings.Trim(e.Pattern, "/"), "/"), strings.Split(id, "/"))
}

//go:embed expectations/*.txt
var expectations embed.FS

// inherits are the engines that begin with another's accidents.
var inherits = map[string]string{"chrome": "chromium", "edge": "chromium", "chrome-headless-shell": "chromium"}

// Expectations are an engine's embedded expectations, after those that it
// inherits; none for an engine without a file. The error is an *[Errors].
func Expectations(engine string) ([]Expectation, error) {
	var list []Expectation
	for _, key := range []string{inherits[engine], engine} {
		name := "expectations/" + key + ".txt"
		data, err := expectations.ReadFile(name)
		switch {
		case key == "" || errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, err
		}
		own, err := ParseExpectations(name, data)
		if err != nil {
			return nil, err
		}
		list = append(list, own...)
	}
	return list, nil
}

// ParseExpectations reads a file of expectations. name is what errors call it.
// The error is an *[Errors].
func ParseExpectations(name string, data []byte) ([]Expectation, error) {
	p := tree.NewProblems(name, string(data))
	var list []Expectation
	for i, line := range p.Lines {
		if e, ok := expectation(p, line, i+1); ok {
			if slices.ContainsFunc(list, func(other Expectation) bool { return other.Pattern == e.Pattern }) {
				p.Add(e.Pos, RepeatedID, "the pattern "+tree.Quoted(e.Pattern)+" again", "each pattern once")
			}
			list = append(list, e)
		}
	}
	if problems := p.Sorted(); len(problems) > 0 {
		return nil, &Errors{List: problems}
	}
	return list, nil
}

// expectation reads one line; ok is false when it holds none.
func expectation(p *problems, line string, number int) (e Expectation, ok bool) {
	at := func(column int) Pos { return Pos{File: p.File, Line: number, Column: column} }
	text, note := cutNote(line)
	words, columns := columnsOf(text)
	if len(words) == 0 {
		return e, false
	}
	e = Expectation{Pos: at(columns[0]), Pattern: words[0], Note: note}
	if len(words) != 3 {
		p.Add(e.Pos, Syntax, plural(len(words), "word"), "three: a pattern, an outcome, and a link or `unreported` (a note comes after #)")
		return e, false
	}
	for segment := range strings.SplitSeq(e.Pattern, "/") {
		if _, err := path.Match(segment, ""); err != nil {
			p.Add(e.Pos, BadValue, "the pattern "+tree.Quoted(e.Pattern), "*, ?, ** or [a-z]")
		}
	}
	outcome(p, &e, words[1], at(columns[1]))
	switch link := words[2]; {
	case link == "unreported":
	case isLink(link):
		e.Link = link
	default:
		p.Add(at(columns[2]), BadValue, tree.Quoted(link), "an absolute https: URL or `unreported`")
	}
	return e, true
}

func outcome(p *problems, e *Expectation, words string, pos Pos) {
	known := []string{"wire"}
	for _, r := range reads {
		known = append(known, string(r))
	}
	for word := range strings.SplitSeq(words, ",") {
		read, reason := oracle.Read(word), oracle.Reason(word)
		again := false
		switch {
		case word == "wire":
			again, e.Wire = e.Wire, true
		case slices.Contains(reads, read):
			again, e.Read = e.Read != "", read
		case slices.Contains(reasons, reason):
			again, e.Reason = e.Reason != "", reason
		default:
			p.Add(pos, UnknownWord, "the outcome "+tree.Quoted(word), "a reason, "+tree.Choice(word, known))
		}
		if again {
			p.Add(pos, Contradiction, "the outcome "+tree.Quoted(word)+" too", "what script reads, a reason, wire: each once")
		}
		pos.Column += len([]rune(word)) + 1
	}
}

// cutNote takes the comment from a line. A `#` within a word is a URL's.
func cutNote(line string) (text, note string) {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i], strings.TrimSpace(line[i+1:])
		}
	}
	return line, ""
}

// columnsOf are a line's words and the columns where they begin.
func columnsOf(line string) (words []string, columns []int) {
	column, start := 0, 0
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words, columns = append(words, string(word)), append(columns, start)
			word = nil
		}
	}
	for _, r := range line {
		column++
		if r == ' ' || r == '\t' || r == '\r' {
			flush()
			continue
		}
		if len(word) == 0 {
			start = column
		}
		word = append(word, r)
	}
	flush()
	return words, columns
}

func plural(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
