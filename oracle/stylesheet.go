package oracle

import (
	"slices"
	"strings"

	styles "github.com/tdewolff/parse/v2/css"
)

// What a style sheet names: ways to load of their own.
var (
	importedSheet  = &Way{Via: "css-import", About: "an @import rule", Destination: "style", Initiator: "css", Settings: []Setting{noCORS, corsByAttr}, kind: styleLoad}
	styleImage     = &Way{Via: "css-image", About: "an image in a style sheet", Destination: "image", Initiator: "css", Settings: []Setting{noCORS, corsByAttr}, kind: silentLoad}
	styleCORSImage = &Way{Via: "css-mask", About: "an image in a style sheet that needs CORS", Destination: "image", Initiator: "css", Settings: []Setting{corsByAttr}, kind: silentLoad}
	styleFont      = &Way{Via: "font-face", About: "an @font-face rule", Destination: "font", Initiator: "css", Settings: []Setting{corsByAttr}, kind: fontLoad}
)

// isStyleSheet says whether what came is taken for a style sheet.
//
// https://html.spec.whatwg.org/multipage/links.html#link-type-stylesheet:process-the-linked-resource
func (f *fetching) isStyleSheet(reply Reply) bool {
	if !f.needsOK(reply, styleResponse) {
		return false
	}
	if f.isCSS(reply) {
		return true
	}
	if !f.state.Profile[WrongStylesheetLoadsEmpty] {
		f.fail(WrongType, styleResponse, "A stylesheet must be text/css, and ", contentType(reply.Headers), ".")
		return false
	}
	f.note(styleResponse, "It is not text/css, so the stylesheet is empty.")
	return true
}

// isCSS holds for text/css, and for what says of no type that it is one.
//
// https://drafts.csswg.org/css-cascade-4/#content-type
func (f *fetching) isCSS(reply Reply) bool {
	m, ok := f.mimeType(reply.Headers)
	if !ok && f.redirects > 0 && f.state.Profile[RedirectedSheetsNeedType] {
		return false
	}
	return !ok || m.Essence() == "text/css"
}

// fetchStyles fetches the style sheets that one imports, and those that they
// do, then what their rules need. An import that fails makes the load fail,
// though the rest applies.
//
// https://drafts.csswg.org/css-cascade-4/#fetch-an-import
func (f *fetching) fetchStyles(reply Reply) {
	if !f.isCSS(reply) {
		return
	}
	type found struct {
		sheet styleSheet
		from  *source
	}
	root := f.root()
	sheets := []found{{parseCSS(reply.Body), root}}
	asked := map[string]bool{}
	var failed *fetching
	for i := 0; i < len(sheets); i++ {
		for _, u := range sheets[i].sheet.imports {
			if f.knowsNot(u, false) {
				continue
			}
			setting := u.setting(noCORS)
			key := setting.Mode + " " + sheets[i].from.base.resolve(u.ref)
			if asked[key] || sheets[i].from.imports(u.ref) {
				continue
			}
			asked[key] = true
			child, sub, reply := f.load(importedSheet, setting, u.ref, sheets[i].from, (*fetching).isStyleSheet)
			switch {
			case reply != nil:
				if sub.isCSS(*reply) {
					sheets = append(sheets, found{parseCSS(reply.Body), child})
				}
			case f.state.Profile[NestedImportErrorsLost] && (i > 0 || f.way.Via == "css-import"):
			case failed == nil:
				failed = sub
			default:
				f.p.Also = append(f.p.Also, sub.failed)
			}
		}
	}
	last, applied := len(f.p.Wire), cascade{map[string]styleValue{}, nil, map[string]styleValue{}}
	for _, s := range slices.Backward(sheets) { // what is imported comes first
		applied.add(s.sheet, s.from)
	}
	applied.fetch(f)
	if failed == nil {
		return
	}
	for i := last; i < len(f.p.Wire); i++ {
		f.p.Wire[i].Maybe = true // the page may take the style sheet away before
	}
	f.fail(failed.failed, styleResponse, "A style sheet that it imports has failed: what has come applies, and the load counts as failed.")
}

// knowsNot holds for an address in src(), and for one with modifiers, where an
// engine does not have that.
func (f *fetching) knowsNot(u cssURL, image bool) bool {
	p := f.state.Profile
	return u.src && (p[SrcFunctionUnknown] || p[SrcFunctionSkipped]) || (u.others || u.modified && !image) && p[URLModifiersOfImages] ||
		u.modified && p[URLModifiersUnknown]
}

// setting is the one that an address asks for; otherwise the given one.
func (u cssURL) setting(otherwise Setting) Setting {
	switch u.crossOrigin {
	case "anonymous":
		return Setting{"cors", []string{"same-origin"}}
	case "use-credentials":
		return Setting{"cors", always}
	}
	return otherwise
}

// imports says whether the reference leads back to the source or to one that
// imports it: a circle is not followed.
func (s *source) imports(ref string) bool {
	url := s.base.resolve(ref)
	for o := s; o != nil; o = o.from {
		if o.base.href()+o.base.fragment == url {
			return true
		}
	}
	return false
}

// cascade is what applies to the elements that a page of ours has, as far as it
// must be fetched.
type cascade struct {
	values map[string]styleValue // by selector and property; the last one counts
	order  []string              // of the keys, some more than once
	fonts  map[string]styleValue // the sources of each family
}

type styleValue struct {
	declaration
	from *source
}

func (c *cascade) add(sheet styleSheet, from *source) {
	for _, rule := range sheet.rules {
		if rule.selectors == nil {
			c.addFont(rule, from)
		}
		for _, selector := range rule.selectors {
			if !slices.Contains(pageElements, selector) {
				continue
			}
			for _, d := range rule.declarations {
				key := selector + " " + longhand(d.property)
				c.order = append(c.order, key)
				c.values[key] = styleValue{d, from}
			}
		}
	}
}

// pageElements are selectors of what every page has.
var pageElements = []string{"*", "html", ":root", "body", "h1", "p"}

// longhand is the property that a shorthand sets an image of.
func longhand(property string) string {
	property = strings.TrimPrefix(property, "-webkit-")
	switch property {
	case "background", "mask", "list-style":
		return property + "-image"
	case "border-image-source":
		return "border-image"
	case "font-family":
		return "font"
	}
	return property
}

func (c *cascade) addFont(rule *styleRule, from *source) {
	family := ""
	var src styleValue
	for _, d := range rule.declarations {
		switch d.property {
		case "font-family":
			family = families(d.value)[0]
		case "src":
			src = styleValue{d, from}
		}
	}
	c.fonts[family] = src
}

// families are the font families that a value names, in lower case. Before the
// first, the shorthand has a size.
func families(value []styles.Token) []string {
	var out []string
	for _, tokens := range splitAtCommas(value) {
		var words []string
		for _, t := range tokens {
			if t.TokenType != styles.IdentToken && t.TokenType != styles.StringToken {
				words = nil
				continue
			}
			words = append(words, strings.ToLower(cssText(t)))
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

// fetch asks for what applies: images at once, the sources of a font one after
// the other until one is a font.
func (c *cascade) fetch(f *fetching) {
	asked := map[string]bool{}
	once := func(way *Way, s Setting, ref string, from *source) bool {
		key := way.Destination + " " + s.Mode + " " + from.base.resolve(ref)
		first := !asked[key]
		asked[key] = true
		return first
	}
	any := func(*fetching, Reply) bool { return true }
	for _, key := range c.order {
		v := c.values[key]
		way, setting := imageOf(v.property)
		for _, u := range urls(v.value) {
			if s := u.setting(setting); way != nil && !f.knowsNot(u, true) && once(way, s, u.ref, v.from) {
				f.load(way, s, u.ref, v.from, any)
			}
		}
		if longhand(v.property) != "font" {
			continue
		}
		for _, family := range families(v.value) {
			src := c.fonts[family]
			for _, u := range urls(src.value) {
				if f.knowsNot(u, false) && !f.state.Profile[SrcFunctionUnknown] {
					continue
				}
				if f.knowsNot(u, false) || !once(styleFont, corsFixed, u.ref, src.from) {
					break
				}
				if _, _, reply := f.load(styleFont, u.setting(corsFixed), u.ref, src.from, (*fetching).isFontFile); reply != nil {
					break
				}
			}
		}
	}
}

// imageOf is the way by which an image of a property is loaded; nil for a
// property that takes none.
//
// https://drafts.csswg.org/css-images-4/#url-notation
func imageOf(property string) (*Way, Setting) {
	switch longhand(property) {
	case "background-image", "list-style-image", "border-image", "content", "cursor":
		return styleImage, noCORS
	case "mask-image", "shape-outside":
		return styleCORSImage, corsFixed
	}
	return nil, Setting{}
}

func (f *fetching) isFontFile(reply Reply) bool {
	return f.needsOK(reply, fontResponse) && isFont(reply.Body)
}
