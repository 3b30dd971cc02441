package scenarios

import (
	"bytes"
	"regexp"
	"unicode/utf8"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

const (
	stringType = "text/plain;charset=UTF-8"
	paramsType = "application/x-www-form-urlencoded;charset=UTF-8"
)

// body is the request's body as its page sends it; nil for none.
func (r Request) body(names Names) *oracle.Body {
	if r.Body == nil {
		return nil
	}
	b := &oracle.Body{Bytes: r.Body.Bytes, Stream: r.Body.Stream}
	if b.Bytes == nil {
		b.Bytes = tree.IsomorphicEncode(r.Body.Text.Expand(Query{}, names))
	}
	b.Bytes = bytes.Repeat(b.Bytes, max(r.Body.Times, 1))
	b.Type = r.Body.brings(b.Bytes, r.Via)
	return b
}

// brings is the Content-Type that the body brings by itself, made of what a
// page has: a text without a type is a string, one as URLSearchParams would
// write it is such; anything else with a type is a Blob, whose type is in lower
// case.
//
// https://fetch.spec.whatwg.org/#concept-bodyinit-extract
func (b *Body) brings(data []byte, via oracle.Via) string {
	switch {
	case b.Stream:
		return ""
	case via == "form": // its enctype, and where its fields end
		return b.Type
	case b.Type == "" && b.Bytes == nil && utf8.Valid(data), b.Type == stringType && utf8.Valid(data):
		return stringType
	case b.Type == paramsType && urlEncoded.Match(data):
		return paramsType
	}
	return oracle.BlobType(b.Type)
}

// urlEncoded matches what URLSearchParams writes as it stands.
var urlEncoded = regexp.MustCompile(`^[\w*.+-]+=[\w*.+-]*(&[\w*.+-]+=[\w*.+-]*)*$`)
