package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/oracle"
)

func TestCookiesStayBelowTheCase(t *testing.T) {
	b := &Bound{Token: "tok"}
	for written, sent := range map[string]string{
		"a=1":                                  "a=1",
		"a=1; Path=/":                          "a=1; Path=/~tok/",
		"a=Path=/;  PATH = /x ; Secure":        "a=Path=/;  PATH = /~tok/x ; Secure",
		"a=1; Path=x":                          "a=1; Path=x",
		"a=1; Path":                            "a=1; Path",
		"__Host-a=1; Path=/; Secure":           "__Host-a=1; Path=/; Secure",
		" __host-a=1; Path=/; Secure; Path=/x": " __host-a=1; Path=/; Secure; Path=/x",
	} {
		own := oracle.Headers{{Name: "X", Value: "a; Path=/"}, {Name: "set-cookie", Value: written}}
		kept := b.keepCookies(own)
		assert.Equal(t, oracle.Headers{{Name: "X", Value: "a; Path=/"}, {Name: "set-cookie", Value: sent}}, kept)
		assert.Equal(t, written, own[1].Value, "the author's stays as it is")
	}
	setUp := &Bound{Token: "tok", setUp: true}
	assert.Equal(t, "a=1; Path=/", setUp.keepCookies(oracle.Headers{{Name: "Set-Cookie", Value: "a=1; Path=/"}})[0].Value)

	for _, c := range []struct{ name, attributes, path string }{
		{"a", "", "/~tok/"},
		{"a", "Secure; Path=/x", "/~tok/x"},
		{"a", "Path=x", "/~tok/"},
		{"__Host-a", "Secure; Path=/", "/"},
		{"__Host-a", "Secure", "/~tok/"},
	} {
		assert.Equal(t, c.path, b.cookie(0, Cookie{On: "api", Name: c.name, Attributes: c.attributes}).Path, c)
	}
}
