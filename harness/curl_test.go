package harness

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

func TestCurlLine(t *testing.T) {
	for want, w := range map[string]oracle.WireRequest{
		`curl -i https://a.test/`:    {Method: "GET", URL: "https://a.test/"},
		`curl -i -I https://a.test/`: {Method: "HEAD", URL: "https://a.test/"},
		`curl -i -X POST -H 'X;' -H 'Content-Type: a' --data-raw @file --globoff 'http://a.test/[1]'`:    {Method: "POST", URL: "http://a.test/[1]", Headers: oracle.Headers{{Name: "X", Value: " "}, {Name: "Content-Type", Value: "a"}}, Body: []byte("@file")},
		`printf 'a\000%%\\\047' | curl -i -X PUT --data-binary @- -H Content-Type: 'http://a.test/?a=b'`: {Method: "PUT", URL: "http://a.test/?a=b", Body: []byte("a\x00%\\'")},
		`curl -i -H $'X: \'\351\\' http://a.test/`:                                                       {Method: "GET", URL: "http://a.test/", Headers: oracle.Headers{{Name: "X", Value: "'\u00e9\\"}}},
	} {
		assert.Equal(t, want, Curl(w))
	}
}

// A shell that is given the line sends the request, byte for byte.
func TestCurlLineIsTheRequest(t *testing.T) {
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	for _, text := range []string{"tea", "@/etc/hosts", "it's", "a\nb\r\n", "\xc3\xa9\xff", "a\x00b%s\\", "$(id) `id` ${x} \"!\"", "-x", "\\n", "'"} {
		w := oracle.WireRequest{Method: "PUT", URL: server.URL + "/a[1]{b}?q='$x'", Origin: "null", Body: []byte(text)}
		w.Headers = oracle.Headers{{Name: "X-A", Value: "a'\u00e9\\ $(id)`id`\t%"}, {Name: "X-Empty", Value: ""}}
		said, err := exec.CommandContext(t.Context(), "bash", "-c", Curl(w)).CombinedOutput()
		require.NoError(t, err, "%s", said)
		assert.Equal(t, "PUT", got.Method)
		assert.Equal(t, "/a[1]{b}?q='$x'", got.RequestURI)
		assert.Equal(t, text, string(body))
		assert.Equal(t, "a'\xe9\\ $(id)`id`\t%", got.Header.Get("X-A"))
		assert.Equal(t, []string{""}, got.Header["X-Empty"])
		assert.Equal(t, "null", got.Header.Get("Origin"))
		assert.NotContains(t, got.Header, "Content-Type")
	}
}
