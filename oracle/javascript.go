package oracle

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tdewolff/parse/v2"
	javascript "github.com/tdewolff/parse/v2/js"
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

// scanJS cuts a script into tokens, up to what is no token; comments and white
// space are left out.
//
// https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar
func scanJS(body []byte) []jsToken {
	source := strings.TrimPrefix(string(body), "\xEF\xBB\xBF")
	if comment, found := strings.CutPrefix(source, "#!"); found {
		_, source, _ = strings.Cut(comment, "\n")
	}
	lexer := javascript.NewLexer(parse.NewInputString(source))
	var s jsScanner
	for {
		kind, text := lexer.Next()
		if (kind == javascript.DivToken || kind == javascript.DivEqToken) && s.regexpMayBegin() {
			kind, text = lexer.RegExp()
		}
		switch kind {
		case javascript.ErrorToken:
			return s.tokens
		case javascript.WhitespaceToken, javascript.LineTerminatorToken, javascript.CommentToken, javascript.CommentLineTerminatorToken:
		case javascript.StringToken, javascript.TemplateToken:
			s.add('s', text, stringValue(string(text[1:len(text)-1])))
		case javascript.TemplateStartToken, javascript.TemplateMiddleToken, javascript.TemplateEndToken, javascript.RegExpToken:
			s.add('o', text, "")
		case javascript.OpenBraceToken:
			s.open()
			s.add('p', text, "")
		case javascript.CloseBraceToken:
			s.close()
			s.add('p', text, "")
		default:
			kind := byte('p')
			if isJSName(text[0]) {
				kind = 'a'
			}
			s.add(kind, text, "")
		}
	}
}

func isJSName(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// stringValue undoes the escapes in a string.
func stringValue(s string) string {
	var out strings.Builder
	for s != "" {
		r, _, rest, err := strconv.UnquoteChar(s, 0)
		if err != nil { // an escape that stands for its own letter
			s = strings.TrimPrefix(s, `\`)
			if s == "" {
				break
			}
			out.WriteByte(s[0])
			s = s[1:]
			continue
		}
		out.WriteRune(r)
		s = rest
	}
	return out.String()
}

type jsScanner struct {
	tokens []jsToken
	braces []bool // of the open braces: whether what is in them runs at once
	inner  int    // how many of them do not
}

func (s *jsScanner) add(kind byte, text []byte, value string) {
	s.tokens = append(s.tokens, jsToken{text: string(text), value: value, kind: kind, inner: s.inner > 0})
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

func (s *jsScanner) close() {
	if len(s.braces) == 0 {
		return
	}
	if !s.braces[len(s.braces)-1] {
		s.inner--
	}
	s.braces = s.braces[:len(s.braces)-1]
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

// scriptImport is a call of importScripts() with literals.
type scriptImport struct {
	urls   []string
	caught bool // it stands in a try
}

// scriptImports are the calls of importScripts() outside functions, in order.
func scriptImports(body []byte) []scriptImport {
	tokens := scanJS(body)
	var out []scriptImport
	var tries []bool // of the open braces
	for i, t := range tokens {
		switch {
		case t.is("{"):
			tries = append(tries, i > 0 && tokens[i-1].is("try"))
		case t.is("}") && len(tries) > 0:
			tries = tries[:len(tries)-1]
		case t.is("importScripts") && !t.inner && i+1 < len(tokens) && tokens[i+1].is("("):
			call := scriptImport{caught: slices.Contains(tries, true)}
			for i += 2; i < len(tokens) && (tokens[i].kind == 's' || tokens[i].is(",")); i++ {
				if tokens[i].kind == 's' {
					call.urls = append(call.urls, tokens[i].value)
				}
			}
			out = append(out, call)
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
