package oracle

import (
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
		{`@import a;`, nil},
		{`a::before { content: "; @import 'x'" }`, nil},
		{`@import url("a" crossorigin(use-credentials));`, []cssURL{{"a", "use-credentials"}}},
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
		broken { background`))
	assert.Equal(t, []styleRule{
		{[]string{"body", "html > p"}, []declaration{{"background", "url(a;b)   no-repeat"}, {"color", "red"}}},
		{[]string{"h1"}, []declaration{{"mask", `url("}")`}}},
		{[]string{"p"}, []declaration{{"list-style", "url('c') , url(d)"}}},
		{nil, []declaration{{"font-family", `"F"`}, {"src", `url(e) format("woff2"), url(f)`}}},
		{[]string{"broken"}, nil},
	}, sheet.rules)
}

func TestURLsOfAValue(t *testing.T) {
	assert.Equal(t, []cssURL{{ref: "a"}, {ref: "b c"}, {"d", "anonymous"}},
		urls(`red url(a), "url(no)" url( 'b c' ) cover, url("d" crossorigin(anonymous)), linear-gradient(red, blue)`))
	assert.Empty(t, urls(`none`))
}

func FuzzParseCSS(f *testing.F) {
	for _, css := range []string{`@import url(a`, `a{b:url(`, `@media{`, `\`, `"\`, `url("a" crossorigin(`, `/*`, `<!--`} {
		f.Add([]byte(css))
	}
	f.Fuzz(func(_ *testing.T, css []byte) {
		for _, rule := range parseCSS(css).rules {
			for _, d := range rule.declarations {
				urls(d.value)
			}
		}
	})
}
