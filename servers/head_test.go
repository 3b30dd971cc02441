package servers

import (
	"bytes"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

func TestHeadEnd(t *testing.T) {
	for text, want := range map[string]int{
		"":                      -1,
		"GET":                   -1,
		"GET\r\n":               -1,
		"GET\r\n\r":             -1,
		"GET\r\n\r\n":           7,
		"GET\n\n":               5,
		"GET\n\r\nrest\r\n\r\n": 6,
		"a\r\nb\r\n\r\nc\n\n":   8,
	} {
		assert.Equal(t, want, headEnd([]byte(text), 0), "%q", text)
	}
}

func TestIsomorphic(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	text := isomorphicDecode(all)
	assert.Len(t, []rune(text), 256)
	assert.Equal(t, all, appendIsomorphic(nil, text))
	assert.Equal(t, "\xff\u20ac", string(appendIsomorphic(nil, "\u00ff\u20ac")), "no isomorphic string: its own bytes")
}

func TestParseReplyHead(t *testing.T) {
	reply, ok := parseReplyHead([]byte("HTTP/1.1 200 All  well \r\nA:b\r\nno colon\r\n : x\r\nA:  c \r\n\r\n"))
	assert.True(t, ok)
	assert.Equal(t, 200, reply.Status)
	assert.Equal(t, "All  well", reply.StatusText)
	assert.Equal(t, oracle.Headers{{Name: "A", Value: "b"}, {Name: "no colon"}, {Name: " ", Value: "x"}, {Name: "A", Value: " c "}}, reply.Headers)
	for _, bad := range []string{"", "\r\n\r\n", "ICY 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 -20 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n"} {
		_, ok := parseReplyHead([]byte(bad))
		assert.False(t, ok, "%q", bad)
	}
}

func TestReplyFraming(t *testing.T) {
	for _, test := range []struct {
		method string
		status int
		header string
		want   framingKind
		done   bool
	}{
		{"GET", 200, "", untilClose, false},
		{"GET", 200, "Content-Length: 5", byLength, false},
		{"GET", 200, "Content-Length: 0", noBody, true},
		{"GET", 200, "Content-Length: five", untilClose, false},
		{"GET", 200, "Transfer-Encoding: chunked", chunked, false},
		{"GET", 200, "Transfer-Encoding: gzip", untilClose, false},
		{"HEAD", 200, "Content-Length: 5", noBody, true},
		{"GET", 204, "Content-Length: 5", noBody, true},
		{"GET", 304, "Transfer-Encoding: chunked", noBody, true},
	} {
		reply, ok := parseReplyHead([]byte("HTTP/1.1 200 OK\r\n" + test.header + "\r\n\r\n"))
		require.True(t, ok)
		f := replyFraming(test.method, test.status, reply.Headers)
		assert.Equal(t, test.want, f.kind, test)
		assert.Equal(t, test.done, f.done, test)
	}
}

// FuzzRequestHead: no head panics; what is accepted is what was written.
func FuzzRequestHead(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	f.Add([]byte("POST /~tok/x;~1?y#z HTTP/1.0\nA:\xe9\nContent-Length: 3\n\n"))
	f.Add([]byte("OPTIONS * HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"))
	f.Fuzz(func(t *testing.T, p []byte) {
		n := headEnd(p, 0)
		if n < 0 {
			return
		}
		h, err := parseRequestHead(p[:n])
		if err != nil {
			return
		}
		requestFraming(h)
		scenarios.ParseTarget(h.target)
		again := h.method + " " + h.target + " HTTP/1." + string(rune('0'+h.minor)) + "\n"
		for _, line := range h.headers {
			again += line.Name + ": " + line.Value + "\n"
		}
		normal := strings.ReplaceAll(isomorphicDecode(p[:n]), "\r\n", "\n")
		lines := strings.Split(normal, "\n")
		for i, line := range lines[1:] {
			name, value, found := strings.Cut(line, ":")
			if found && !strings.HasPrefix(value, " ") {
				lines[i+1] = name + ": " + value
			}
		}
		require.Equal(t, strings.Join(lines, "\n"), again+"\n")
	})
}

func TestOriginForm(t *testing.T) {
	for _, test := range []struct{ head, want, host string }{
		{"GET http://a.test/x?y HTTP/1.1\r\nHost: a.test\r\n\r\n", "GET /x?y HTTP/1.1\r\nHost: a.test\r\n\r\n", "a.test:80"},
		{"GET http://a.test HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "a.test:80"},
		{"GET http://a.test?y/z HTTP/1.1\r\n\r\n", "GET /?y/z HTTP/1.1\r\n\r\n", "a.test:80"},
		{"OPTIONS http://a.test HTTP/1.1\r\n\r\n", "OPTIONS * HTTP/1.1\r\n\r\n", "a.test:80"},
		{"OPTIONS http://a.test/ HTTP/1.1\r\n\r\n", "OPTIONS / HTTP/1.1\r\n\r\n", "a.test:80"},
		{"PUT HTTP://A.test.:8080//a/../b HTTP/1.0\n\n", "PUT //a/../b HTTP/1.0\n\n", "a.test.:8080"},
		{"GET http://u:p@[::1]:81/@:82 HTTP/1.1\r\n\r\n", "GET /@:82 HTTP/1.1\r\n\r\n", "[::1]:81"},
		{"GET http://[::1]/ HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "[::1]:80"},
		{"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n", "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n", "a.test:443"},
		// The Proxy- lines are for the proxy; one of them replaces another line.
		{"GET http://a/ HTTP/1.1\r\nA:  b \r\nproxy-Connection:  keep-alive\r\nProxy-Authorization: x\r\nB: \xe9\r\n\r\n",
			"GET / HTTP/1.1\r\nA:  b \r\nConnection:  keep-alive\r\nB: \xe9\r\n\r\n", "a:80"},
		{"GET http://a/ HTTP/1.1\r\nProxy-Connection: keep-alive\r\nconnection: close\r\n\r\n",
			"GET / HTTP/1.1\r\nconnection: close\r\n\r\n", "a:80"},
		{"GET / HTTP/1.1\r\n\r\n", "", ""},
		{"GET https://a.test/ HTTP/1.1\r\n\r\n", "", ""},
		{"GET ws://a.test:81/x HTTP/1.1\r\n\r\n", "GET /x HTTP/1.1\r\n\r\n", "a.test:81"},
		{"GET wss://a.test/ HTTP/1.1\r\n\r\n", "", ""},
		{"GET http:///x HTTP/1.1\r\n\r\n", "", ""},
		{"GET http://a:x/ HTTP/1.1\r\n\r\n", "", ""},
		{"GET http://a:65536/ HTTP/1.1\r\n\r\n", "", ""},
		{"CONNECT a.test HTTP/1.1\r\n\r\n", "", ""},
		{"CONNECT http://a.test/ HTTP/1.1\r\n\r\n", "", ""},
		{"nonsense\r\n\r\n", "", ""},
	} {
		head, to, err := originForm([]byte(test.head))
		assert.Equal(t, test.want, string(head), "%q", test.head)
		assert.Equal(t, test.want == "", err != nil, "%q", test.head)
		if err == nil {
			assert.Equal(t, test.host, to.host+":"+strconv.Itoa(to.port), "%q", test.head)
		}
	}
}

// FuzzOriginForm: what a client did not write for the proxy alone stays as it is,
// and the host can read it.
func FuzzOriginForm(f *testing.F) {
	f.Add([]byte("GET http://a.test:8080/x?y HTTP/1.1\r\nHost: a.test\r\nProxy-Connection: keep-alive\r\n\r\n"))
	f.Add([]byte("CONNECT [::1]:443 HTTP/1.0\nproxy-authorization: x\nA:\xe9\n\n"))
	f.Add([]byte("OPTIONS http://u@a HTTP/1.1\r\nConnection: close\r\nProxy-Connection: x\r\n\r\n"))
	f.Fuzz(func(t *testing.T, p []byte) {
		n := headEnd(p, 0)
		if n < 0 {
			return
		}
		in, err := parseRequestHead(p[:n])
		if err != nil {
			return
		}
		head, to, err := originForm(p[:n])
		if err != nil {
			return
		}
		require.NotEmpty(t, to.host)
		require.Equal(t, len(head), headEnd(head, 0), "one head")
		out, err := parseRequestHead(head)
		require.NoError(t, err)
		require.Equal(t, []any{in.method, in.minor}, []any{out.method, out.minor})
		if in.method != "CONNECT" {
			require.True(t, strings.HasPrefix(out.target, "/") && strings.HasSuffix(in.target, out.target[1:]) || out.target == "*", out.target)
		}
		var kept oracle.Headers
		for _, h := range in.headers {
			if name := strings.ToLower(h.Name); name == "proxy-connection" && !has(in.headers, "Connection") {
				kept = append(kept, oracle.Header{Name: h.Name[len("Proxy-"):], Value: h.Value})
			} else if !strings.HasPrefix(name, "proxy-") {
				kept = append(kept, h)
			}
		}
		require.Equal(t, kept, append(oracle.Headers(nil), out.headers...))
	})
}

// FuzzChunked: a chunked body is the same however its bytes arrive, and what Go
// takes for a whole body is one here, too.
func FuzzChunked(f *testing.F) {
	f.Add([]byte("3\r\nabc\r\n0\r\n\r\nrest"), 1)
	f.Add([]byte("A;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n"), 3)
	f.Add([]byte("1\nz\n0\n\n"), 2)
	f.Fuzz(func(t *testing.T, p []byte, size int) {
		whole := framing{kind: chunked, keep: 1 << 20}
		used, err := whole.next(p)
		require.LessOrEqual(t, used, len(p))

		pieces := framing{kind: chunked, keep: 1 << 20}
		var piecesErr error
		at := 0
		for size = 1 + (size&0x7fffffff)%7; at < len(p) && !pieces.done && piecesErr == nil; {
			var n int
			n, piecesErr = pieces.next(p[at:min(len(p), at+size)])
			at += n
		}
		require.Equal(t, err, piecesErr)
		require.Equal(t, whole.done, pieces.done)
		require.Equal(t, used, at)
		require.True(t, bytes.Equal(whole.body, pieces.body))

		reader := httputil.NewChunkedReader(bytes.NewReader(p))
		if body, err := io.ReadAll(reader); err == nil && whole.done {
			require.Equal(t, body, append([]byte{}, whole.body...))
		}
	})
}
