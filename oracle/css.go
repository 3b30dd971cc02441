package oracle

import (
	"strconv"
	"strings"
)

// cssURL is something that a style sheet names.
type cssURL struct {
	ref         string
	crossorigin string // of url(... crossorigin(...)): anonymous, use-credentials
}

// styleSheet is what a style sheet names, in order.
type styleSheet struct {
	imports []cssURL
	rules   []styleRule
}

// styleRule is a rule with declarations: of elements, or (@font-face) of a
// font.
type styleRule struct {
	selectors    []string // lower-case; nil for @font-face
	declarations []declaration
}

// declaration is a property and its value.
type declaration struct{ property, value string }

// parseCSS reads a style sheet as far as it names other resources. A group
// rule (@layer, @media all, @supports) is read as if its rules stood alone.
//
// https://drafts.csswg.org/css-syntax-3/#parse-a-stylesheet
func parseCSS(body []byte) styleSheet {
	var sheet styleSheet
	sheet.read(withoutComments(strings.TrimPrefix(string(body), "\xEF\xBB\xBF")), true)
	return sheet
}

func (sheet *styleSheet) read(css string, mayImport bool) {
	for {
		css = strings.TrimLeft(css, " \t\r\n\f")
		for strings.HasPrefix(css, "<!--") || strings.HasPrefix(css, "-->") {
			css = strings.TrimLeft(css[strings.IndexByte(css, '-')+2:], "- \t\r\n\f")
		}
		if css == "" {
			return
		}
		prelude, block, rest := cutRule(css)
		css = rest
		name := ""
		if strings.HasPrefix(prelude, "@") {
			end := 1
			for end < len(prelude) && (isJSName(prelude[end]) || prelude[end] == '-') {
				end++
			}
			name, prelude = strings.ToLower(prelude[1:end]), strings.Trim(prelude[end:], " \t\r\n\f")
		}
		switch {
		case name == "import":
			if u, ok := importedURL(prelude); ok && mayImport && block == nil {
				sheet.imports = append(sheet.imports, u)
			}
			continue
		case name == "charset", name == "layer" && block == nil:
			continue // imports may follow
		case name == "font-face" && block != nil:
			sheet.rules = append(sheet.rules, styleRule{declarations: declarations(*block)})
		case block != nil && (name == "layer" || name == "supports" && isSupported(prelude) || name == "media" && mediaMatches(prelude)):
			sheet.read(*block, false)
		case name == "" && block != nil:
			var selectors []string
			for selector := range strings.SplitSeq(prelude, ",") {
				selectors = append(selectors, strings.ToLower(strings.TrimSpace(selector)))
			}
			sheet.rules = append(sheet.rules, styleRule{selectors, declarations(*block)})
		}
		mayImport = false
	}
}

// cutRule splits off the first rule: what stands before its block or its
// semicolon, and the block.
func cutRule(css string) (prelude string, block *string, rest string) {
	end := cssEnd(css, "{;")
	prelude = strings.TrimSpace(css[:end])
	if end == len(css) || css[end] == ';' {
		return prelude, nil, css[min(end+1, len(css)):]
	}
	inside := css[end+1:]
	end = cssEnd(inside, "}")
	block = new(inside[:end])
	return prelude, block, inside[min(end+1, len(inside)):]
}

// cssEnd is the index of the first of the stops outside strings, brackets and
// url(); the length when there is none.
func cssEnd(css, stops string) int {
	depth := 0
	for i := 0; i < len(css); i++ {
		c := css[i]
		switch {
		case depth == 0 && strings.IndexByte(stops, c) >= 0:
			return i
		case c == '\\':
			i++
		case c == '"' || c == '\'':
			for i++; i < len(css) && css[i] != c && css[i] != '\n'; i++ {
				if css[i] == '\\' {
					i++
				}
			}
		case c == '(' && isUnquotedURL(css, i):
			for i++; i < len(css) && css[i] != ')'; i++ {
				if css[i] == '\\' {
					i++
				}
			}
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth = max(depth-1, 0)
		}
	}
	return len(css)
}

// isUnquotedURL says whether the bracket at i opens a url( whose address stands
// without quotes: what is in it means nothing to CSS.
func isUnquotedURL(css string, i int) bool {
	if i < 3 || !strings.EqualFold(css[i-3:i], "url") {
		return false
	}
	inside := strings.TrimLeft(css[i+1:], " \t\r\n\f")
	return inside != "" && inside[0] != '"' && inside[0] != '\''
}

// withoutComments leaves comments out, but not what looks like one in a string
// or an address.
func withoutComments(css string) string {
	if !strings.Contains(css, "/*") {
		return css
	}
	var out strings.Builder
	for i := 0; i < len(css); i++ {
		from := i
		switch c := css[i]; {
		case strings.HasPrefix(css[i:], "/*"):
			end := strings.Index(css[i+2:], "*/")
			if end < 0 {
				return out.String()
			}
			i += end + 3
			out.WriteByte(' ')
			continue
		case c == '"' || c == '\'':
			_, rest, _ := cutString(css[i:])
			i = len(css) - len(rest) - 1
		case c == '(' && isUnquotedURL(css, i):
			i += strings.IndexByte(css[i:]+")", ')')
			i = min(i, len(css)-1)
		}
		out.WriteString(css[from : i+1])
	}
	return out.String()
}

// importedURL reads what follows @import: an address, then conditions.
//
// https://drafts.csswg.org/css-cascade-5/#at-import
func importedURL(prelude string) (u cssURL, ok bool) {
	value, rest, ok := cutString(prelude)
	if ok {
		u = cssURL{ref: value}
	} else if u, rest, ok = cutURL(prelude); !ok {
		return cssURL{}, false
	}
	if i := strings.Index(strings.ToLower(rest), "supports("); i >= 0 {
		condition := rest[i+len("supports("):]
		return u, isSupported(condition[:cssEnd(condition, ")")])
	}
	return u, true
}

// isSupported is false for a condition that is meant to be: one on a property
// that nobody has, or a negation of one that all have.
//
// https://drafts.csswg.org/css-conditional-3/#at-supports
func isSupported(condition string) bool {
	condition = strings.ToLower(strings.TrimSpace(condition))
	if rest, negated := strings.CutPrefix(condition, "not "); negated {
		return !isSupported(rest)
	}
	property, _, _ := strings.Cut(strings.Trim(condition, "( "), ":")
	return strings.HasPrefix(property, "selector(") || cssProperties[strings.TrimSpace(property)]
}

// cssProperties are those that conditions are usually made of.
var cssProperties = map[string]bool{
	"color": true, "display": true, "background": true, "background-color": true, "width": true, "height": true,
	"margin": true, "padding": true, "position": true, "font": true, "font-family": true, "mask": true,
}

// mediaMatches says whether a page on a screen meets the media query.
func mediaMatches(query string) bool {
	switch strings.ToLower(strings.TrimSpace(query)) {
	case "", "all", "screen", "only screen":
		return true
	}
	return false
}

// cutString reads a string at the beginning of a value.
func cutString(value string) (text, rest string, ok bool) {
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return "", value, false
	}
	quote, i := value[0], 1
	var out strings.Builder
	for i < len(value) && value[i] != quote {
		if value[i] == '\\' && i+1 < len(value) {
			i += cssEscape(value[i+1:], &out) + 1
			continue
		}
		out.WriteByte(value[i])
		i++
	}
	return out.String(), value[min(i+1, len(value)):], true
}

// cssEscape reads what follows a backslash and says how long it is.
func cssEscape(s string, out *strings.Builder) int {
	digits := 0
	for digits < min(6, len(s)) && strings.IndexByte("0123456789abcdefABCDEF", s[digits]) >= 0 {
		digits++
	}
	if digits == 0 {
		if s[0] != '\n' {
			out.WriteByte(s[0])
		}
		return 1
	}
	n, _ := strconv.ParseUint(s[:digits], 16, 32)
	out.WriteRune(rune(n))
	if digits < len(s) && strings.IndexByte(" \t\n", s[digits]) >= 0 {
		return digits + 1
	}
	return digits
}

// cutURL reads a url() at the beginning of a value, with its modifiers.
//
// https://drafts.csswg.org/css-values-5/#request-url-modifiers
func cutURL(value string) (u cssURL, rest string, ok bool) {
	open := strings.IndexByte(value, '(')
	if open < 0 || !strings.EqualFold(value[:open], "url") && !strings.EqualFold(value[:open], "src") {
		return cssURL{}, value, false
	}
	inside := value[open+1:]
	if isUnquotedURL(value, open) {
		address, rest, _ := strings.Cut(inside, ")")
		return cssURL{ref: strings.TrimSpace(address)}, rest, true
	}
	end := cssEnd(inside, ")")
	inside, rest = strings.TrimSpace(inside[:end]), inside[min(end+1, len(inside)):]
	u.ref, inside, ok = cutString(inside)
	if _, mode, found := strings.Cut(strings.ToLower(inside), "crossorigin("); found {
		u.crossorigin, _, _ = strings.Cut(mode, ")")
	}
	return u, rest, ok
}

// urls are the addresses in a value.
func urls(value string) []cssURL {
	var out []cssURL
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"' || c == '\'':
			_, rest, _ := cutString(value[i:])
			i = len(value) - len(rest) - 1
		case c == '(' && i >= 3:
			if u, rest, ok := cutURL(value[i-3:]); ok {
				out = append(out, u)
				i = len(value) - len(rest) - 1
			}
		}
	}
	return out
}

// declarations reads the inside of a block.
func declarations(block string) []declaration {
	var out []declaration
	for block != "" {
		end := cssEnd(block, ";")
		property, value, found := strings.Cut(block[:end], ":")
		if found {
			out = append(out, declaration{strings.ToLower(strings.TrimSpace(property)), strings.TrimSpace(value)})
		}
		block = block[min(end+1, len(block)):]
	}
	return out
}
