package scenarios

import (
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
)

// Template is a string that may hold placeholders, which stand for what is
// known only when a case runs:
//
//	{request-origin} {request-method} {request-headers}
//	                 the values of Origin, Access-Control-Request-Method and
//	                 Access-Control-Request-Headers of the request that is
//	                 answered; "" when it lacks them
//	{origin:NAME}    the serialised origin NAME, named or literal
//	{url:NAME}       the URL of the resource NAME; or, when NAME is an origin,
//	                 this case's own URL at that origin
//
// `{{` is one `{`. A `{` that begins neither stands for itself, so that JSON,
// JavaScript and CSS need no escapes: only a word that is nearly a
// placeholder's is an error. The zero Template is the empty string.
type Template struct {
	source string
	parts  []part
}

// part is a literal text, or a placeholder when word is not "".
type part struct {
	text string
	word string // request-origin, ..., origin, url
	name string // of {origin:NAME} and {url:NAME}
}

const (
	requestOrigin  = "request-origin"
	requestMethod  = "request-method"
	requestHeaders = "request-headers"
	originOf       = "origin"
	urlOf          = "url"
)

var placeholders = []string{requestOrigin, requestMethod, requestHeaders, originOf, urlOf}

// Literal is the template of a text without placeholders.
func Literal(text string) Template {
	if text == "" {
		return Template{}
	}
	return Template{source: strings.ReplaceAll(text, "{", "{{"), parts: []part{{text: text}}}
}

// String is the template as its author wrote it.
func (t Template) String() string { return t.source }

// TemplateError is a placeholder that stands for nothing.
type TemplateError struct {
	Placeholder string // as written, from its brace on
	Wanted      string
}

// Error names the placeholder and what to write instead.
func (e *TemplateError) Error() string {
	return "scenarios: found " + tree.Quoted(e.Placeholder) + ", expected " + e.Wanted
}

// ParseTemplate reads a template. The error is the first *[TemplateError].
func ParseTemplate(source string) (Template, error) {
	t, errs := parseTemplate(source)
	if len(errs) > 0 {
		return Template{}, errs[0]
	}
	return t, nil
}

// parseTemplate gives every error of a template, not just the first.
func parseTemplate(source string) (Template, []*TemplateError) {
	t := Template{source: source}
	var errs []*TemplateError
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			t.parts = append(t.parts, part{text: literal.String()})
			literal.Reset()
		}
	}
	for rest := source; rest != ""; {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			literal.WriteString(rest)
			break
		}
		literal.WriteString(rest[:i])
		rest = rest[i:]
		if strings.HasPrefix(rest, "{{") {
			literal.WriteByte('{')
			rest = rest[2:]
			continue
		}
		p, length, err := parsePlaceholder(rest)
		switch {
		case err != nil:
			errs = append(errs, err)
			rest = rest[len(err.Placeholder):]
		case length == 0:
			literal.WriteByte('{')
			rest = rest[1:]
		default:
			flush()
			t.parts = append(t.parts, p)
			rest = rest[length:]
		}
	}
	flush()
	return t, errs
}

// parsePlaceholder reads the placeholder that s begins with. Its length is 0
// when the brace is a literal one.
func parsePlaceholder(s string) (part, int, *TemplateError) {
	const literalBrace = ` ({{ is a literal brace)`
	word := s[1 : 1+wordLength(s[1:])]
	rest := s[1+len(word):]
	if word == "" {
		// `{ request-origin }` is a slip, not JavaScript.
		inside, _, closed := strings.Cut(s[1:], "}")
		if closed && isPlaceholder(strings.TrimSpace(inside)) {
			return part{}, 0, &TemplateError{s[:len(inside)+2], "no space inside the braces" + literalBrace}
		}
		return part{}, 0, nil
	}
	name := ""
	if after, found := strings.CutPrefix(rest, ":"); found {
		end := strings.IndexAny(after, "}{ \t\r\n\"'`;")
		if end < 0 || after[end] != '}' {
			if isPlaceholder(word) {
				return part{}, 0, &TemplateError{"{" + word + ":", "a name and a closing brace: {" + word + ":NAME}" + literalBrace}
			}
			return part{}, 0, nil
		}
		name, rest = after[:end], after[end:]
	}
	if !strings.HasPrefix(rest, "}") {
		if isPlaceholder(word) && word != originOf && word != urlOf {
			return part{}, 0, &TemplateError{"{" + word, "a closing brace: {" + word + "}" + literalBrace}
		}
		return part{}, 0, nil
	}
	length := len(s) - len(rest) + 1
	takesName := word == originOf || word == urlOf
	switch {
	case !isPlaceholder(word) && !isSlip(word):
		return part{}, 0, nil
	case !isPlaceholder(word):
		return part{}, 0, &TemplateError{s[:length], tree.Choice(word, placeholders) + literalBrace}
	case takesName && name == "":
		return part{}, 0, &TemplateError{s[:length], "{" + word + ":NAME}" + literalBrace}
	case !takesName && len(s)-len(rest) > 1+len(word):
		return part{}, 0, &TemplateError{s[:length], "{" + word + "}, without a name" + literalBrace}
	}
	return part{word: word, name: name}, length, nil
}

func isPlaceholder(word string) bool {
	word, _, _ = strings.Cut(word, ":")
	for _, p := range placeholders {
		if p == word {
			return true
		}
	}
	return false
}

// isSlip says whether a word was probably meant to be a placeholder's.
func isSlip(word string) bool {
	if strings.HasPrefix(word, "request-") {
		return true
	}
	for _, c := range tree.Ranked(word, placeholders) {
		if c.Distance <= len(c.Word)/3 {
			return true
		}
	}
	return false
}

// wordLength is the length of the word that s begins with: a letter, then
// letters, digits, "-" and "_".
func wordLength(s string) int {
	for i := range len(s) {
		c := s[i] | 0x20
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || s[i] != '-' && s[i] != '_' && (s[i] < '0' || s[i] > '9')) {
			return i
		}
	}
	return len(s)
}

// Names gives what a template's {origin:NAME} and {url:NAME} are resolved
// with.
type Names interface {
	Origin(name string) string
	URL(name string) string
}

// Expand is the text that answers q.
func (t Template) Expand(q Query, names Names) string {
	var b strings.Builder
	for _, p := range t.parts {
		switch p.word {
		case "":
			b.WriteString(p.text)
		case requestOrigin:
			b.WriteString(q.Origin)
		case requestMethod:
			b.WriteString(q.RequestMethod)
		case requestHeaders:
			b.WriteString(q.RequestHeaders)
		case originOf:
			b.WriteString(names.Origin(p.name))
		case urlOf:
			b.WriteString(names.URL(p.name))
		}
	}
	return b.String()
}
