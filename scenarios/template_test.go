package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type fixedNames struct{}

func (fixedNames) Origin(name string) string { return "<origin " + name + ">" }
func (fixedNames) URL(name string) string    { return "<url " + name + ">" }

func TestTemplate(t *testing.T) {
	q := Query{Origin: "https://o.test", RequestMethod: "PUT", RequestHeaders: "x-a,x-b"}
	for _, test := range []struct{ source, want string }{
		{"", ""},
		{"*", "*"},
		{"{request-origin}", "https://o.test"},
		{"a{request-method}b{request-headers}c", "aPUTbx-a,x-bc"},
		{"{origin:api}", "<origin api>"},
		{"{url:dep}?x", "<url dep>?x"},
		{"{url:https://a.test:8080}", "<url https://a.test:8080>"},
		{"{{", "{"},
		{"{{request-origin}", "{request-origin}"},
		{"{{{request-method}}", "{PUT}"},
		{"{", "{"},
		{"}", "}"},
		{"{}", "{}"},
		{"a}}b", "a}}b"},
		{`{"a":{"b":1}}`, `{"a":{"b":1}}`},
		{"{ color: red }", "{ color: red }"},
		{"{color: red}", "{color: red}"},
		{"{a,b}", "{a,b}"},
		{"() => { run() }", "() => { run() }"},
		{"{return 1}", "{return 1}"},
		{"{x}", "{x}"},
		{"{color:red}", "{color:red}"},
		{"import {x, y} from '{url:dep}'", "import {x, y} from '<url dep>'"},
		{"{1}", "{1}"},
		{"${", "${"},
	} {
		template, err := ParseTemplate(test.source)
		if assert.NoError(t, err, test.source) {
			assert.Equal(t, test.want, template.Expand(q, fixedNames{}), test.source)
			assert.Equal(t, test.source, template.String())
		}
	}
}

func TestTemplateErrors(t *testing.T) {
	for _, test := range []struct{ source, placeholder string }{
		{"{request-orgin}", "{request-orgin}"},
		{"x {Request-Origin}", "{Request-Origin}"},
		{"{request_origin}", "{request_origin}"},
		{"{orign:api}", "{orign:api}"},
		{"{uri:dep}", "{uri:dep}"},
		{"{ request-origin }", "{ request-origin }"},
		{"{request-origin", "{request-origin"},
		{"{request-method, x}", "{request-method"},
		{"{request-method:x}", "{request-method:x}"},
		{"{origin}", "{origin}"},
		{"{origin:}", "{origin:}"},
		{"{url:", "{url:"},
		{"{origin:a b}", "{origin:"},
	} {
		_, err := ParseTemplate(test.source)
		var templateError *TemplateError
		if assert.ErrorAs(t, err, &templateError, test.source) {
			assert.Equal(t, test.placeholder, templateError.Placeholder)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{{", "{request-origin}", "{url:a}", "{a b}", "}{", "{origin:https://x.test}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// A literal text comes back as it was, whatever it holds.
		assert.Equal(t, s, Literal(s).Expand(Query{}, fixedNames{}))
		parsed, err := ParseTemplate(Literal(s).String())
		require.NoError(t, err)
		assert.Equal(t, s, parsed.Expand(Query{}, fixedNames{}))
		// Anything else parses or is a *TemplateError.
		if template, err := ParseTemplate(s); err == nil {
			assert.Equal(t, s, template.String())
		} else {
			var templateError *TemplateError
			assert.ErrorAs(t, err, &templateError)
		}
	})
}
