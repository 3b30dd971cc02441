package harness

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
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

// A shell that is given the line hands curl the request, byte for byte, and curl, where
// there is one, sends it.
func TestCurlLineIsTheRequest(t *testing.T) {
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
		handed := handedOver(t, Curl(w))
		assert.Equal(t, "PUT", handed["-X"][0])
		assert.Equal(t, []string{server.URL + "/a[1]{b}?q='$x'"}, handed[""])
		assert.Equal(t, []string{text}, handed["body"])
		assert.Contains(t, handed["-H"], "X-A: a'\xe9\\ $(id)`id`\t%")
		assert.Contains(t, handed["-H"], "X-Empty;")
		assert.Contains(t, handed["-H"], "Origin: null")
		assert.Contains(t, handed["-H"], "Content-Type:")
		if _, err := exec.LookPath("curl"); err != nil {
			continue
		}
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

// handedOver are the arguments that a shell hands to curl, by their options; what
// has none is the URL, and a body is what would be sent.
func handedOver(t *testing.T, line string) map[string][]string {
	t.Helper()
	const instead = `curl() { printf '%s\0' "$#" "$@"; cat; }; `
	out, err := exec.CommandContext(t.Context(), "bash", "-c", instead+line).Output()
	require.NoError(t, err)
	count, rest, _ := strings.Cut(string(out), "\x00")
	n, err := strconv.Atoi(count)
	require.NoError(t, err)
	parts := strings.SplitN(rest, "\x00", n+1)
	args, stdin := parts[:n], parts[n]
	handed := map[string][]string{}
	for i := 0; i < len(args); i++ {
		switch a := args[i]; a {
		case "-i", "-I", "--globoff":
		case "-X", "-H":
			i++
			handed[a] = append(handed[a], args[i])
		case "--data-raw":
			i++
			handed["body"] = append(handed["body"], args[i])
		case "--data-binary":
			i++
			require.Equal(t, "@-", args[i])
			handed["body"] = append(handed["body"], stdin)
		default:
			handed[""] = append(handed[""], a)
		}
	}
	return handed
}
