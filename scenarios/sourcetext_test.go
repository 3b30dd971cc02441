package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/internal/tree"
)

// one wraps a scenario's keys, indented by four spaces, in a file.
func one(keys string) string {
	return `format: 1
topic: topic
about: About.
spec: https://fetch.spec.whatwg.org/#cors-check
scenarios:
  - id: case
    title: Title.
    why: Why.
` + keys
}

func parseOne(t *testing.T, keys string) *Scenario {
	t.Helper()
	f, err := Parse("my.yaml", []byte(one(keys)))
	require.NoError(t, err)
	require.Len(t, f.Scenarios, 1)
	return f.Scenarios[0]
}

// What an author writes is what arrives: no scalar goes through a number, a
// truth value or a date.
func TestScalarsAreSourceText(t *testing.T) {
	for _, test := range []struct{ yaml, want string }{
		{`0x10`, "0x10"},
		{`+60`, "+60"},
		{`-1`, "-1"},
		{`True`, "True"},
		{`true`, "true"},
		{`off`, "off"},
		{`010`, "010"},
		{`0o10`, "0o10"},
		{`0b11`, "0b11"},
		{`1.0`, "1.0"},
		{`1e3`, "1e3"},
		{`1_000`, "1_000"},
		{`.inf`, ".inf"},
		{`-.INF`, "-.INF"},
		{`.nan`, ".nan"},
		{`60, 60`, "60, 60"},
		{`2001-01-01`, "2001-01-01"},
		{`12:30:45`, "12:30:45"},
		{`=`, "="},
		{`abc # a comment`, "abc"},
		{`a#b`, "a#b"},
		{`https://app.site.test:8443`, "https://app.site.test:8443"},
		{`"*"`, "*"},
		{`''`, ""},
		{`""`, ""},
		{`'it''s'`, "it's"},
		{`"a\tb\"c\\"`, "a\tb\"c\\"},
		{`"\x41\xe9\xFF\u00e9"`, "Aéÿé"},
		{`"  spaces  "`, "  spaces  "},
		{`"null"`, "null"},
		{`'~'`, "~"},
		{`é`, "é"},
		{`many   words`, "many   words"},
		{"many\n            words", "many words"},
		{"|-\n            block", "block"},
		{">-\n            folded\n            text", "folded text"},
		{`!!binary AP8=`, "\u0000\u00ff"},
	} {
		t.Run(test.yaml, func(t *testing.T) {
			if test.want != "\u0000\u00ff" {
				s := parseOne(t, fmt.Sprintf("    request: {to: api}\n    expect: {read: allowed}\n    server:\n      response:\n        headers:\n          X: %s\n", test.yaml))
				assert.Equal(t, test.want, s.Steps[0].Server.Response.Headers[0].Value.Expand(Query{}, nil), "a header")

				s = parseOne(t, fmt.Sprintf("    request: {to: api}\n    expect: {read: allowed}\n    cookies:\n      - on: api\n        name: n\n        value: %s\n", test.yaml))
				assert.Equal(t, test.want, s.Steps[0].Cookies[0].Value, "a cookie")
			}
			s := parseOne(t, fmt.Sprintf("    request:\n      to: api\n      method: POST\n      body:\n        bytes: %s\n    expect: {read: allowed}\n", test.yaml))
			assert.Equal(t, tree.IsomorphicEncode(test.want), s.Steps[0].Request.Body.Bytes, "a request's body")

			s = parseOne(t, fmt.Sprintf("    request: {to: api}\n    expect: {read: allowed}\n    server:\n      response:\n        body:   %s\n", test.yaml))
			assert.Equal(t, test.want, s.Steps[0].Server.Response.Body.Expand(Query{}, nil), "a response's body")

			s = parseOne(t, fmt.Sprintf("    request: {to: api}\n    expect: {read: allowed}\n    server:\n      response:\n        raw:   %s\n", test.yaml))
			assert.Equal(t, tree.IsomorphicEncode(test.want), s.Steps[0].Server.Response.Raw, "raw")
		})
	}
}

func TestBlockScalarsKeepTheirLines(t *testing.T) {
	s := parseOne(t, `    request: {to: api}
    server:
      response:
        body: |
          one: {}

            two
    expect: {read: allowed}
`)
	assert.Equal(t, "one: {}\n\n  two\n", s.Steps[0].Server.Response.Body.Expand(Query{}, nil))
}

func TestLineBreaksAreOne(t *testing.T) {
	keys := "    request:\n      to: api\n      method: POST\n      body: \"a\n        b\\r\\n\"\n    server:\n      response:\n        body: |\n          x\n          y\n    expect: {read: allowed}\n"
	for _, br := range []string{"\n", "\r\n", "\r"} {
		s := parse1(t, strings.ReplaceAll(one(keys), "\n", br)).Scenarios[0].Steps[0]
		assert.Equal(t, "a b\r\n", s.Request.Body.Text.String())
		assert.Equal(t, "x\ny\n", s.Server.Response.Body.String())
	}
}

func TestNullIsNoText(t *testing.T) {
	for _, yaml := range []string{"~", "null", "Null", "NULL", ""} {
		_, err := Parse("my.yaml", []byte(one("    request: {to: api, headers: {X: "+yaml+" }}\n    expect: {read: allowed}\n")))
		assert.ErrorIs(t, err, WrongType, "%q", yaml)
	}
}

// FuzzSourceText: what is written in single quotes arrives, whatever it is.
func FuzzSourceText(f *testing.F) {
	for _, s := range []string{"0x10", "{{", "a: b", "é", "#", "", "\x7f", "'", "- x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range s {
			if r < ' ' || r == 0x7f || r > 0xff || r >= 0x80 && r < 0xa0 {
				return
			}
		}
		yaml := "'"
		for _, r := range s {
			if yaml += string(r); r == '\'' {
				yaml += "'"
			}
		}
		file, err := Parse("my.yaml", []byte(one("    request: {to: api, method: POST, body: {bytes: "+yaml+"'}}\n    expect: {read: allowed}\n")))
		require.NoError(t, err)
		assert.Equal(t, tree.IsomorphicEncode(s), file.Scenarios[0].Steps[0].Request.Body.Bytes)
	})
}
