package scenarios

import (
	"strconv"

	"github.com/corsproof/corsproof/internal/tree"
)

func (w writer) request(r Request) *node {
	out := mapping()
	if r.From != Named[0].Name {
		out.With("from", given(r.From))
	}
	out.With("to", given(r.To)).With("via", given(r.Via))
	if r.Path != "/" {
		out.With("path", given(r.Path))
	}
	return out.With("userinfo", given(r.Userinfo)).
		With("method", given(r.Method)).
		With("headers", w.headers(r.Headers)).
		With("body", w.requestBody(r.Body)).
		With("mode", given(r.Mode)).
		With("credentials", given(r.Credentials)).
		With("redirect", given(r.Redirect)).
		With("cache", given(r.Cache)).
		With("referrer-policy", given(r.ReferrerPolicy)).
		With("integrity", given(r.Integrity)).
		With("keepalive", flag(r.Keepalive)).
		With("upload-listener", flag(r.UploadListener)).
		With("sync", flag(r.Sync)).
		With("response-type", given(r.ResponseType)).
		With("as", given(r.As))
}

// requestBody is a body's text where that is all there is to it.
func (w writer) requestBody(b *Body) *node {
	if b == nil {
		return nil
	}
	out := mapping().With("type", given(b.Type))
	text := tree.Text(b.Text.String())
	switch {
	case b.Bytes != nil:
		out.With("bytes", tree.Bytes(b.Bytes))
	case b.Type == "" && !b.Stream && b.Times == 0:
		return text
	case text.Text != "", b.Type == "" && !b.Stream:
		out.With("text", text)
	}
	out.With("stream", flag(b.Stream))
	if b.Times > 0 {
		out.With("times", tree.Bare(strconv.Itoa(b.Times)))
	}
	return out
}
