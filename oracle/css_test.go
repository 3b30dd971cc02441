package oracle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestImportsOfAStyleSheet(t *testing.T) {
	ref := func(refs ...string) []cssURL {
		var out []cssURL
		for _, r := range refs {
			out = append(out, cssURL{ref: r})
		}
		return out
	}
	for _, c := range []struct {
		css  string
		want []cssURL
	}{
		{``, nil},
		{`@import "a";`, ref("a")},
		{`@import url(a); @IMPORT URL( "b" ); @import url('c')`, ref("a", "b", "c")},
		{`@import url(https://x.test/a?b;c#d);`, ref("https://x.test/a?b;c#d")},
		{`@import "a\26 b";`, ref("a&b")},
		{`@charset "utf-8"; @layer x, y; @import "a" layer(x);`, ref("a")},
		{`@import "a" screen; @import "b" supports(display: grid) print;`, ref("a", "b")},
		{`@import "a" supports(no-such: thing); @import "b" supports(not (color: red));`, nil},
		{`/* @import "a"; */ @import /**/ "b";`, ref("b")},
		{`<!-- @import "a"; -->`, ref("a")},
		{`body {} @import "a";`, nil},
		{`@font-face {} @import "a";`, nil},
		{`@layer x {} @import "a";`, nil},
		{`@import "a" {} body {}`, nil},
		{`@import a; @import;`, ref("", "")}, // the sheet itself
		{`a::before { content: "; @import 'x'" }`, nil},
		{`@import url("a" cross-origin(use-credentials));`, []cssURL{{ref: "a", crossOrigin: "use-credentials", modified: true}}},
		{`@import url("a" referrer-policy(no-referrer) cross-origin(anonymous));`, []cssURL{{ref: "a", crossOrigin: "anonymous", modified: true, others: true}}},
		{`@import url("a" crossorigin(anonymous)); @import url("a" no-function);`, ref("", "")},
	} {
		assert.Equal(t, c.want, parseCSS([]byte(c.css)).imports, c.css)
	}
}

func TestRulesOfAStyleSheet(t *testing.T) {
	sheet := parseCSS([]byte(`
		body, HTML > p { background: url(a;b) /* ; */ no-repeat; color: red }
		@media screen { h1 { mask: url("}") } }
		@media print { h1 { mask: url(never) } }
		@supports (display: grid) { p { list-style: url('c') , url(d) } }
		@font-face { font-family: "F"; src: url(e) format("woff2"), url(f) }
		@keyframes k { from { background: url(never) } }
		p { h1 { background: url(never) } --x: url(never) }
		broken { background`))
	var got []string
	for _, r := range sheet.rules {
		line := strings.Join(r.selectors, ",")
		for _, d := range r.declarations {
			line += " " + d.property + ":" + cssSource(d.value)
		}
		got = append(got, line)
	}
	assert.Equal(t, []string{
		`body,html>p background:url(a;b)no-repeat color:red`,
		`h1 mask:quoted-url("}")`,
		`p list-style:quoted-url('c'),url(d)`,
		` font-family:"f" src:url(e)format("woff2"),url(f)`,
		`p`,
		`broken`,
	}, got)
}

func TestURLsOfAValue(t *testing.T) {
	of := func(value string) []cssURL {
		return urls(parseCSS([]byte("p { background: " + value)).rules[0].declarations[0].value)
	}
	assert.Equal(t, []cssURL{{ref: "a"}, {ref: "b c"}, {ref: "d", src: true, crossOrigin: "anonymous", modified: true}, {ref: `e"`}},
		of(`red url(a), "url(no)" URL( 'b c' ) cover, src("d" cross-origin(Anonymous)), url( "e\22 "), linear-gradient(red, blue)`))
	assert.Empty(t, of(`none`))
}

func TestFontFamilies(t *testing.T) {
	of := func(value string) []string {
		return families(parseCSS([]byte("p { font: " + value)).rules[0].declarations[0].value)
	}
	assert.Equal(t, []string{"my font", "f", "serif"}, of(`My Font, "F", serif`))
	assert.Equal(t, []string{"f g", "serif"}, of(`bold 12px/1.5 F G, serif`))
	assert.Equal(t, []string{"f"}, of(`italic 12px"F"`))
}

func FuzzParseCSS(f *testing.F) {
	for _, css := range []string{`@import url(a`, `a{b:url(`, `@media{`, `\`, `"\`, `@import url("a" cross-origin(`, `@import url("a" x(`, `/*`, `<!--`, `@font-face{font-family:`} {
		f.Add([]byte(css))
	}
	f.Fuzz(func(_ *testing.T, css []byte) {
		for _, rule := range parseCSS(css).rules {
			for _, d := range rule.declarations {
				urls(d.value)
				families(d.value)
			}
		}
	})
}
