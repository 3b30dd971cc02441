package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Chromium's XMLHttpRequest leaves out a Blob's type that does not parse whole.
func TestBlobTypes(t *testing.T) {
	for blob, whole := range map[string]bool{
		"a/b": true, " a/b ": true, "a/b ;c=d": true, "a/b;c= d": true, "a / b": true, `a/b; c="x;\"y"`: true,
		"a": false, "/": false, ";": false, "a/b;": false, "a/b;c": false, "a/b;c=": false, "a/b c": false, "a/b,c/d": false, "a@/b": false,
	} {
		r := Request{Via: "xhr", URL: own, Method: "POST", Body: &Body{Type: blob}}
		sent := func(p Prediction) bool { return p.Wire[0].Headers.Has("Content-Type") }
		assert.True(t, sent(predict(t, r, permissive)), blob)
		assert.Equal(t, whole, sent(predictAs(t, ProfileFor("chromium"), r, permissive)), blob)
		r.Via = "fetch"
		assert.True(t, sent(predictAs(t, ProfileFor("chromium"), r, permissive)), blob)
	}
}

// WebKit's leaves out one that is no MIME type.
func TestBlobEssences(t *testing.T) {
	for blob, sent := range map[string]bool{"a/b": true, "a/b;c": true, "a / b": false, "a/b c": false, "a": false} {
		r := Request{Via: "xhr", URL: own, Method: "POST", Body: &Body{Type: blob}}
		assert.Equal(t, sent, predictAs(t, Profile{BlobEssencesMustParse: true}, r, permissive).Wire[0].Headers.Has("Content-Type"), blob)
	}
}
