package oracle

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tdewolff/parse/v2"
	styles "github.com/tdewolff/parse/v2/css"
)

// cssURL is something that a style sheet names.
type cssURL struct {
	ref         string
	src         bool   // of src(), not url()
	crossOrigin string // its modifier cross-origin(...): anonymous, use-credentials
	modified    bool   // it has modifiers
	others      bool   // some of them other ones
}

// styleSheet is what a style sheet names, in order.
type styleSheet struct {
	imports []cssURL
	rules   []*styleRule
}

// styleRule is a rule with declarations: of elements, or (@font-face) of a
// font.
type styleRule struct {
	selectors    []string // lower-case, without white space; nil for @font-face
	declarations []declaration
}

// declaration is a property and the tokens of its value, white space left out.
type declaration struct {
	property string
	value    []styles.Token
}

// quotedURL is url( with a string. To the library that is one token, which ends
// where the string does. The standard has a function there, and by another name
// the library does, too.
var quotedURL = regexp.MustCompile(`(?i)\burl\((\s*["'])`)

const quotedURLAs = "quoted-url"

// parseCSS reads a style sheet as far as it names other resources. A group
// rule (@layer, @media all, @supports) is read as if its rules stood alone.
//
// https://drafts.csswg.org/css-syntax-3/#parse-a-stylesheet
func parseCSS(body []byte) styleSheet {
	text := strings.TrimPrefix(string(body), "\xEF\xBB\xBF")
	parser := styles.NewParser(parse.NewInputString(quotedURL.ReplaceAllString(text, quotedURLAs+"($1")), false)
	var sheet styleSheet
	mayImport := true
	blocks := []block{{applies: true}} // the open ones; the first is the sheet
	for {
		kind, _, name := parser.Next()
		values := withoutSpace(parser.Values())
		within := blocks[len(blocks)-1]
		var inside block
		switch kind {
		case styles.ErrorGrammar:
			if !parser.HasParseError() {
				return sheet
			}
			continue
		case styles.AtRuleGrammar:
			if u, wanted := importedURL(values); wanted && mayImport && string(name) == "@import" {
				sheet.imports = append(sheet.imports, u)
			}
			continue
		case styles.DeclarationGrammar:
			if within.rule != nil {
				within.rule.declarations = append(within.rule.declarations, declaration{string(name), values})
			}
			continue
		case styles.EndAtRuleGrammar, styles.EndRulesetGrammar:
			blocks = blocks[:len(blocks)-1]
			continue
		case styles.BeginAtRuleGrammar:
			inside.applies = groupApplies(string(name), values)
			if string(name) == "@font-face" {
				inside.rule = &styleRule{}
			}
		case styles.BeginRulesetGrammar:
			inside = block{&styleRule{}, within.rule == nil}
			for _, selector := range splitAtCommas(values) {
				inside.rule.selectors = append(inside.rule.selectors, cssSource(selector))
			}
		default:
			continue
		}
		mayImport = false
		inside.applies = inside.applies && within.applies
		if blocks = append(blocks, inside); inside.applies && inside.rule != nil {
			sheet.rules = append(sheet.rules, inside.rule)
		}
	}
}

// block is what stands in braces.
type block struct {
	rule    *styleRule // nil for a group of rules
	applies bool
}

// groupApplies says whether what stands in the block of an at-rule applies.
func groupApplies(name string, prelude []styles.Token) bool {
	switch name {
	case "@supports":
		return isSupported(prelude)
	case "@media":
		return mediaMatches(prelude)
	}
	return name == "@layer" || name == "@font-face"
}

// importedURL reads what follows @import: an address, then conditions. Without
// an address it is the sheet's own, which is never followed.
//
// https://drafts.csswg.org/css-cascade-5/#at-import
func importedURL(prelude []styles.Token) (u cssURL, wanted bool) {
	if len(prelude) > 0 && prelude[0].TokenType == styles.StringToken {
		u.ref = cssText(prelude[0])
	} else if len(prelude) > 0 {
		u, _ = urlAt(prelude)
	}
	for i, t := range prelude {
		if isFunction(t, "supports") {
			return u, isSupported(prelude[i+1:])
		}
	}
	return u, true
}

// isSupported is false for a condition that is meant to be: one on a property
// that nobody has, or a negation of one that all have. The first name decides.
//
// https://drafts.csswg.org/css-conditional-3/#at-supports
func isSupported(condition []styles.Token) bool {
	wanted := true
	for _, t := range condition {
		switch name := strings.ToLower(string(t.Data)); {
		case name == "selector(", t.TokenType == styles.CustomPropertyNameToken:
			return wanted
		case t.TokenType != styles.IdentToken:
		case name == "not":
			wanted = !wanted
		default:
			return cssProperties[name] == wanted
		}
	}
	return wanted
}

// cssProperties are those that conditions are usually made of.
var cssProperties = map[string]bool{
	"color": true, "display": true, "background": true, "background-color": true, "width": true, "height": true,
	"margin": true, "padding": true, "position": true, "font": true, "font-family": true, "mask": true,
}

// mediaMatches says whether a page on a screen meets the media query.
func mediaMatches(query []styles.Token) bool {
	switch cssSource(query) {
	case "", "all", "screen", "onlyscreen":
		return true
	}
	return false
}

// urls are the addresses in a value.
func urls(value []styles.Token) []cssURL {
	var out []cssURL
	for i := range value {
		if u, ok := urlAt(value[i:]); ok {
			out = append(out, u)
		}
	}
	return out
}

// urlAt reads a url() or src() at the beginning of a value, with its modifiers;
// one that nobody knows makes it a mistake.
//
// https://drafts.csswg.org/css-values-5/#request-url-modifiers
func urlAt(value []styles.Token) (u cssURL, ok bool) {
	if value[0].TokenType == styles.URLToken {
		return cssURL{ref: cssText(value[0])}, true
	}
	u.src = isFunction(value[0], "src")
	if !u.src && !isFunction(value[0], quotedURLAs) || len(value) == 1 || value[1].TokenType != styles.StringToken {
		return cssURL{}, false
	}
	u.ref = cssText(value[1])
	for i := 2; i < len(value) && value[i].TokenType != styles.RightParenthesisToken; i += 3 {
		u.modified = true
		switch {
		case isFunction(value[i], "cross-origin") && i+1 < len(value):
			u.crossOrigin = strings.ToLower(cssText(value[i+1]))
		case isFunction(value[i], "integrity"), isFunction(value[i], "referrer-policy"):
			u.others = true
		default:
			return cssURL{}, false
		}
	}
	return u, true
}

func isFunction(t styles.Token, name string) bool { return strings.EqualFold(string(t.Data), name+"(") }

// cssEscape is a backslash and what it makes of what follows.
//
// https://drafts.csswg.org/css-syntax-3/#consume-escaped-code-point
var cssEscape = regexp.MustCompile(`(?s)\\([0-9a-fA-F]{1,6}[ \t\n]?|.)`)

// cssText is what a token stands for: a string without its quotes, an address
// without url(), and no escapes.
func cssText(t styles.Token) string {
	text := string(t.Data)
	switch t.TokenType {
	case styles.StringToken:
		text = strings.Trim(text, text[:1])
	case styles.URLToken:
		_, text, _ = strings.Cut(strings.TrimSuffix(text, ")"), "(") // white space around an address is none of it
	}
	return cssEscape.ReplaceAllStringFunc(text, func(escape string) string {
		if n, err := strconv.ParseUint(strings.TrimRight(escape[1:], " \t\n"), 16, 32); err == nil {
			return string(rune(n))
		}
		return strings.TrimPrefix(escape[1:], "\n")
	})
}

// cssSource are tokens as they were written, in lower case.
func cssSource(tokens []styles.Token) string {
	var out strings.Builder
	for _, t := range tokens {
		out.Write(t.Data)
	}
	return strings.ToLower(out.String())
}

// withoutSpace copies tokens without the white space among them.
func withoutSpace(tokens []styles.Token) []styles.Token {
	return slices.DeleteFunc(slices.Clone(tokens), func(t styles.Token) bool { return t.TokenType == styles.WhitespaceToken })
}

// splitAtCommas are the parts between the commas.
func splitAtCommas(tokens []styles.Token) [][]styles.Token {
	out := [][]styles.Token{nil}
	for _, t := range tokens {
		if t.TokenType == styles.CommaToken {
			out = append(out, nil)
			continue
		}
		out[len(out)-1] = append(out[len(out)-1], t)
	}
	return out
}
