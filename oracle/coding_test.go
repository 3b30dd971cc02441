package oracle

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestContentCodings(t *testing.T) {
	pack := func(to func(io.Writer) io.WriteCloser, data string) string {
		var b bytes.Buffer
		w := to(&b)
		_, err := io.WriteString(w, data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.String()
	}
	zip := pack(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, "ok")
	wrapped := pack(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, "ok")
	bare := pack(func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 9); return f }, "ok")
	for _, c := range []struct {
		coding, body, want string
		ok                 bool
	}{
		{"gzip", zip, "ok", true},
		{"X-Gzip", zip, "ok", true},
		{"gzip", zip + "trailer", "ok", true},
		{"gzip", zip[:len(zip)-8], "ok", true},
		{"gzip", zip[:len(zip)-8] + "checksum", "ok", true},
		{"gzip", zip[:5], "", true},
		{"gzip", "", "", true},
		{"gzip", "nope", "", false},
		{"gzip", "no such coding", "", false},
		{"deflate", wrapped, "ok", true},
		{"deflate", bare, "ok", true},
		{"deflate", "nope", "", false},
		{"deflate, gzip", pack(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, wrapped), "ok", true},
		{"identity", "nope", "nope", true},
		{"unheard-of", "nope", "nope", true},
		{"gzip, unheard-of", "nope", "nope", true},
		{"", "nope", "nope", true},
	} {
		p := predict(t, Request{Via: "fetch", URL: own}, answers(200, c.body, "Content-Encoding", c.coding))
		assert.Equal(t, c.ok, p.Read == Allowed, "%s %q", c.coding, c.body)
		assert.Equal(t, c.want, string(p.Body), "%s %q", c.coding, c.body)
	}
	script := predict(t, Request{Via: "script", URL: api}, answers(200, "nope", "Content-Encoding", "gzip"))
	assert.Equal(t, NetworkError, script.Reason)
}
