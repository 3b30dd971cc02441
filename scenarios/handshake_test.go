package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSocketAccept(t *testing.T) {
	assert.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", socketAccept("dGhlIHNhbXBsZSBub25jZQ=="), "RFC 6455's own example")
}

func TestBodyBrings(t *testing.T) {
	for _, c := range []struct {
		name string
		body Body
		sent string
		want string
	}{
		{"a string", Body{}, "x", "text/plain;charset=UTF-8"},
		{"an empty string", Body{}, "", "text/plain;charset=UTF-8"},
		{"a text that is none", Body{}, "\xff", ""},
		{"bytes", Body{Bytes: []byte("x")}, "x", ""},
		{"bytes of a type", Body{Type: "Text/X; A=B", Bytes: []byte("x")}, "x", "text/x; a=b"},
		{"a string by name", Body{Type: stringType, Bytes: []byte("x")}, "x", stringType},
		{"a string by name that is none", Body{Type: stringType}, "\xff", "text/plain;charset=utf-8"},
		{"URLSearchParams", Body{Type: paramsType}, "a=b+c&d=", paramsType},
		{"what URLSearchParams would change", Body{Type: paramsType}, "a=b c", "application/x-www-form-urlencoded;charset=utf-8"},
		{"a type that no Blob can have", Body{Type: "text/\u00e9"}, "x", ""},
		{"a stream", Body{Type: "text/plain", Stream: true}, "x", ""},
	} {
		assert.Equal(t, c.want, c.body.brings([]byte(c.sent), "fetch"), c.name)
	}
	form := Body{Type: "multipart/form-data; boundary=AbC"}
	assert.Equal(t, form.Type, form.brings([]byte("x"), "form"))
}
