package oracle

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsToken is a token of JavaScript, as far as one must know it to find what a
// script names: its text, and the value of a string without substitutions.
type jsToken struct {
	text  string
	value string
	kind  byte // 'a' identifier or number, 's' string, 'p' punctuator, 'o' others: templates, regular expressions
	// inner is true inside a function or a class: it may never run.
	inner bool
}

func (t jsToken) is(text string) bool { return t.kind != 's' && t.text == text }

// scanJS cuts a script into tokens; comments and white space are left out.
//
// https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar
func scanJS(body []byte) []jsToken {
	s := jsScanner{src: strings.TrimPrefix(string(body), "\xEF\xBB\xBF")}
	if strings.HasPrefix(s.src, "#!") {
		s.skipTo("\n")
	}
	for s.next() {
	}
	return s.tokens
}

type jsScanner struct {
	src    string
	at     int
	tokens []jsToken
	braces []bool // of the open braces: whether what is in them runs at once
	inner  int    // how many of them do not
}

func (s *jsScanner) skipTo(end string) {
	if i := strings.Index(s.src[s.at:], end); i >= 0 {
		s.at += i + len(end)
	} else {
		s.at = len(s.src)
	}
}

func (s *jsScanner) add(kind byte, from int, value string) {
	s.tokens = append(s.tokens, jsToken{text: s.src[from:s.at], value: value, kind: kind, inner: s.inner > 0})
}

// next reads one token. false: the end.
func (s *jsScanner) next() bool {
	for s.at < len(s.src) && strings.IndexByte(" \t\r\n\f\v", s.src[s.at]) >= 0 {
		s.at++
	}
	rest := s.src[s.at:]
	if rest == "" {
		return false
	}
	from, c := s.at, rest[0]
	switch {
	case strings.HasPrefix(rest, "//"):
		s.skipTo("\n")
	case strings.HasPrefix(rest, "/*"):
		s.at += 2
		s.skipTo("*/")
	case c == '"' || c == '\'':
		s.at++
		s.add('s', from, s.quoted(c))
	case c == '`':
		s.at++
		if value, plain := s.template(); plain {
			s.add('s', from, value)
		} else {
			s.add('o', from, "")
		}
	case isJSName(c):
		for s.at < len(s.src) && isJSName(s.src[s.at]) {
			s.at++
		}
		s.add('a', from, "")
	case c == '/' && s.regexpMayBegin():
		s.regexp()
		s.add('o', from, "")
	case strings.HasPrefix(rest, "=>"):
		s.at += 2
		s.add('p', from, "")
	default:
		if c == '{' {
			s.open()
		}
		if c == '}' && len(s.braces) > 0 {
			if !s.braces[len(s.braces)-1] {
				s.inner--
			}
			s.braces = s.braces[:len(s.braces)-1]
		}
		s.at++
		s.add('p', from, "")
	}
	return true
}

func isJSName(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf
}

// open notes whether what stands in a brace runs with the script: in a block of
// its own or of a try, and between the braces of an object or an import.
func (s *jsScanner) open() {
	runs := true
	switch last := s.last(); {
	case last.is(")"), last.is("=>"), last.is("catch"), last.is("else"):
		runs = false
	case last.kind == 'a':
		switch last.text {
		case "try", "finally", "return", "import", "export", "default", "with", "assert", "of", "in", "do":
		default: // the name of a class
			runs = false
		}
	}
	if s.braces = append(s.braces, runs); !runs {
		s.inner++
	}
}

func (s *jsScanner) last() jsToken {
	if len(s.tokens) == 0 {
		return jsToken{}
	}
	return s.tokens[len(s.tokens)-1]
}

// regexpMayBegin says whether a slash begins a regular expression rather than
// dividing: after an operator or a keyword, not after a value.
func (s *jsScanner) regexpMayBegin() bool {
	last := s.last()
	switch last.kind {
	case 's', 'o':
		return false
	case 'a':
		switch last.text {
		case "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "do", "else", "await", "yield":
			return true
		}
		return false
	case 'p':
		return !last.is(")") && !last.is("]") && !last.is("}")
	}
	return true
}

func (s *jsScanner) regexp() {
	class := false
	for s.at++; s.at < len(s.src); s.at++ {
		switch c := s.src[s.at]; {
		case c == '\\':
			s.at++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '\n':
			return
		case c == '/' && !class:
			for s.at++; s.at < len(s.src) && isJSName(s.src[s.at]); s.at++ {
			}
			return
		}
	}
	s.at = min(s.at, len(s.src))
}

// quoted reads up to the closing quote and gives the value.
func (s *jsScanner) quoted(quote byte) string {
	var out strings.Builder
	for s.at < len(s.src) {
		c := s.src[s.at]
		s.at++
		switch {
		case c == quote:
			return out.String()
		case c == '\n' && quote != '`':
			return out.String()
		case c == '\\':
			s.escape(&out)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// escape reads what follows a backslash.
func (s *jsScanner) escape(out *strings.Builder) {
	if s.at == len(s.src) {
		return
	}
	c := s.src[s.at]
	s.at++
	digits := ""
	switch c {
	case '\n':
	case 'n':
		out.WriteByte('\n')
	case 't':
		out.WriteByte('\t')
	case 'r':
		out.WriteByte('\r')
	case 'x':
		digits = s.src[s.at:min(s.at+2, len(s.src))]
		s.at += len(digits)
	case 'u':
		if hex, found := strings.CutPrefix(s.src[s.at:], "{"); found {
			digits, _, _ = strings.Cut(hex, "}")
			s.at = min(s.at+len(digits)+2, len(s.src))
		} else {
			digits = s.src[s.at:min(s.at+4, len(s.src))]
			s.at += len(digits)
		}
	default:
		out.WriteByte(c)
	}
	if n, err := strconv.ParseUint(digits, 16, 21); err == nil {
		out.WriteRune(rune(n))
	}
}

// template reads a template literal. plain is false when it has substitutions:
// nobody knows its value before it runs.
func (s *jsScanner) template() (value string, plain bool) {
	from := s.at
	value = s.quoted('`')
	if !strings.Contains(s.src[from:s.at], "${") {
		return value, true
	}
	s.at = from
	for s.at < len(s.src) {
		switch rest := s.src[s.at:]; {
		case rest[0] == '\\':
			s.at = min(s.at+2, len(s.src))
		case rest[0] == '`':
			s.at++
			return "", false
		case strings.HasPrefix(rest, "${"):
			s.at += 2
			s.substitution()
		default:
			s.at++
		}
	}
	return "", false
}

// substitution reads up to the brace that closes a ${.
func (s *jsScanner) substitution() {
	inside := jsScanner{src: s.src, at: s.at}
	for depth := 1; depth > 0 && inside.next(); {
		switch last := inside.last(); {
		case last.is("{"):
			depth++
		case last.is("}"):
			depth--
		}
	}
	s.at = inside.at
}

// moduleRequest is an import in a script.
//
// https://tc39.es/ecma262/#modulerequest-record
type moduleRequest struct {
	specifier string
	kind      string // of the type attribute; "" for JavaScript
	dynamic   bool   // import(), which runs with the script
	awaited   bool   // await import()
}

// moduleRequests are the imports of a script in order: the static ones, each
// once, and every import() of a literal that stands outside functions.
func moduleRequests(body []byte) []moduleRequest {
	tokens := scanJS(body)
	at := func(i int) jsToken {
		if i < 0 || i >= len(tokens) {
			return jsToken{}
		}
		return tokens[i]
	}
	var out []moduleRequest
	static := func(i int) {
		r := moduleRequest{specifier: at(i).value, kind: typeAttribute(tokens, i+1)}
		for _, other := range out {
			if other == r {
				return
			}
		}
		out = append(out, r)
	}
	for i, t := range tokens {
		switch {
		case t.is("import") && !at(i-1).is(".") && at(i+1).is("(") && !t.inner:
			if at(i+2).kind == 's' && (at(i+3).is(")") || at(i+3).is(",")) {
				out = append(out, moduleRequest{at(i + 2).value, typeAttribute(tokens, i+3), true, at(i - 1).is("await")})
			}
		case t.is("import") && !at(i-1).is(".") && at(i+1).kind == 's' && !t.inner:
			static(i + 1)
		case (t.is("import") || t.is("export")) && !at(i-1).is(".") && !t.inner:
			if from := fromClause(tokens, i+1); from > 0 {
				static(from)
			}
		}
	}
	return out
}

// fromClause is the index of the string behind the `from` of an import or export
// declaration that goes on at i; 0 if it has none.
func fromClause(tokens []jsToken, i int) int {
	for ; i+1 < len(tokens); i++ {
		t := tokens[i]
		if t.is("from") && tokens[i+1].kind == 's' {
			return i + 1
		}
		switch t.kind {
		case 'p':
			if !t.is("{") && !t.is("}") && !t.is(",") && !t.is("*") {
				return 0
			}
		case 'a':
			switch t.text {
			case "const", "let", "var", "function", "class", "async", "import", "export":
				return 0
			}
		case 'o':
			return 0
		}
	}
	return 0
}

// typeAttribute is the value of `type` in the attributes that begin at i: with
// {type: "json"}, or the second argument of import().
func typeAttribute(tokens []jsToken, i int) string {
	if i < len(tokens) && tokens[i].is(",") {
		if i+1 >= len(tokens) || !tokens[i+1].is("{") {
			return ""
		}
		i += 2
	}
	if i+1 >= len(tokens) || !tokens[i].is("with") && !tokens[i].is("assert") {
		return ""
	}
	for i++; i+2 < len(tokens) && !tokens[i].is("}"); i++ {
		name := tokens[i].text
		if tokens[i].kind == 's' {
			name = tokens[i].value
		}
		if name == "type" && tokens[i+1].is(":") && tokens[i+2].kind == 's' {
			return tokens[i+2].value
		}
	}
	return ""
}
