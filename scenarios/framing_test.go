package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/oracle"
)

// A raw answer is read as browsers read it.
func TestRaw(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	for raw, want := range map[string]oracle.Reply{
		ok + "A: b\r\nc :  d\t\r\n e\r\nbroken\r\n\r\nbody":                   {Status: 200, StatusText: "OK", Headers: oracle.Headers{{Name: "A", Value: "b"}, {Name: "c", Value: "d e"}}, Body: []byte("body")},
		"HTTP/1.0 404\nA:b\n\n":                                               {Status: 404, Headers: oracle.Headers{{Name: "A", Value: "b"}}},
		"HTTP/1.1 100 Continue\r\n\r\n" + ok + "\r\n":                         {Status: 200, StatusText: "OK"},
		"HTTP/1.1 103 X\r\nA: b\r\n\r\nHTTP/1.1 101 X\r\n\r\n" + ok + "\r\nx": {Status: 200, StatusText: "OK", Body: []byte("x")},
		"HTTP/1.1 101 X\r\n\r\n":                                              {Status: 101, StatusText: "X"},
		"\r\n" + ok + "\r\nx":                                                 {Status: 200, StatusText: "OK", Body: []byte("x")},
		"abchttp/1.1 418x\r\n\r\nx":                                           {Status: 418, StatusText: "x", Body: []byte("x")},
		"HTTP/1.1\r\n\r\nx":                                                   {Status: 200, Body: []byte("x")},
		"abcdeHTTP/1.1 200\r\n\r\nx":                                          {NotHTTP: true, Body: []byte("abcdeHTTP/1.1 200\r\n\r\nx")},
		"garbage":                                                             {NotHTTP: true, Body: []byte("garbage")},
		"":                                                                    {NotHTTP: true},
		ok + "A: b\r\n":                                                       {Abort: "before-headers", Body: []byte(ok + "A: b\r\n")},
		ok + "A: \x00\r\n\r\n":                                                {Abort: "before-headers", Body: []byte(ok + "A: \x00\r\n\r\n")},
	} {
		head, rest, _ := finalHead([]byte(raw))
		got := Answer{Status: head.status, StatusText: &head.text, Headers: head.headers, Body: rest, Raw: []byte(raw)}.received("GET", HTTP1)
		assert.Equal(t, string(want.Body), string(got.Body), "%q", raw)
		want.Body, got.Body, want.HTTP1 = nil, nil, true
		if head, _, found := strings.Cut(raw, "\r\n\r\n"); found && !want.NotHTTP && want.Abort == "" {
			want.Head = head
		}
		assert.Equal(t, want, got, "%q", raw)
	}
	b := bind1(t, "    request: {to: api}\n    server: {response: {raw: garbage}}\n    expect: {read: blocked}\n")
	assert.True(t, b.Steps[0].Server.Reply(oracle.WireRequest{URL: "https://api.other.test/~t0/"}).NotHTTP)
	assert.Empty(t, b.Answer(0, Query{At: origin(t, "api"), Path: "/"}).Abort, "the server sends the bytes")
}

func TestFraming(t *testing.T) {
	type pairs [][2]string
	chunked := [2]string{"Transfer-Encoding", "gzip, Chunked"}
	for _, test := range []struct {
		headers pairs
		data    string
		body    string
		abort   string
	}{
		{nil, "nope", "nope", ""},
		{pairs{{"Content-Length", "2"}}, "nope", "no", ""},
		{pairs{{"Content-Length", "20"}}, "nope", "nope", "in-body"},
		{pairs{{"Content-Length", "99999999999999999999"}}, "nope", "nope", ""},
		{pairs{{"Content-Length", "x"}}, "nope", "nope", ""},
		{pairs{{"Content-Length", "-1"}}, "nope", "nope", ""},
		{pairs{{"Content-Length", "+2"}}, "nope", "nope", ""},
		{pairs{{"Content-Length", "2"}, {"content-length", "2"}}, "nope", "no", ""},
		{pairs{{"Content-Length", "2, 2"}}, "nope", "no", ""},
		{pairs{{"Content-Length", "2"}, {"Content-Length", "3"}}, "nope", "", "before-headers"},
		{pairs{{"Content-Length", "2"}, {"Content-Length", "3"}, chunked}, "2\r\nok\r\n0\r\n\r\n", "ok", ""},
		{pairs{chunked}, "2;a=b\r\nok\r\n0\r\nX: y\r\n\r\n", "ok", ""},
		{pairs{chunked}, "2\r\nok\r\n", "ok", "in-body"},
		{pairs{chunked}, "9\r\nok", "ok", "in-body"},
		{pairs{chunked}, "nope", "", "in-body"},
		{pairs{{"Transfer-Encoding", "identity"}}, "nope", "nope", ""},
	} {
		var headers oracle.Headers
		for _, h := range test.headers {
			headers = append(headers, oracle.Header{Name: h[0], Value: h[1]})
		}
		a := Answer{Status: 200, Headers: headers, Body: []byte(test.data)}
		got := a.received("GET", HTTP1)
		assert.Equal(t, test.body, string(got.Body), "%v", test)
		assert.Equal(t, test.abort, got.Abort, "%v", test)
		assert.Equal(t, test.data, string(a.received("GET", H2).Body), "HTTP/2 has frames of its own")
		assert.Empty(t, a.received("HEAD", HTTP1).Abort)
	}
	// Without a body there is nothing to break off but the head.
	for status, abort := range map[int]string{200: "in-body", 204: "before-headers", 304: "before-headers", 101: "in-body"} {
		a := Answer{Status: status, Abort: "in-body"}
		assert.Equal(t, abort, a.received("GET", HTTP1).Abort, status)
	}
	assert.Equal(t, "before-headers", Answer{Status: 200, Abort: "in-body"}.received("HEAD", HTTP1).Abort)
	raw := "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
	head, rest, _ := finalHead([]byte(raw))
	old := Answer{Status: 200, Headers: head.headers, Body: rest, Raw: []byte(raw)}.received("GET", HTTP1)
	assert.Equal(t, "2\r\nok\r\n0\r\n\r\n", string(old.Body), "HTTP/1.0 knows no chunks")
}

func FuzzRaw(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	f.Add([]byte("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n"))
	f.Add([]byte("HTTP/1.1 100\n\nhttp"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		head, rest, ok := finalHead(raw)
		assert.LessOrEqual(t, len(rest), len(raw))
		assert.True(t, ok || head.status == 0)
		for _, h := range head.headers {
			assert.True(t, isToken(h.Name))
		}
		Answer{Status: head.status, Headers: head.headers, Body: rest, Raw: raw}.received("GET", HTTP1)
	})
}
