package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

func TestResolveOrigin(t *testing.T) {
	for _, test := range []struct {
		in, want string
		protocol Protocol
	}{
		{"app", "https://app.site.test", HTTP1},
		{"port", "https://app.site.test:8443", HTTP1},
		{"sub", "https://api.site.test", HTTP1},
		{"parent", "https://site.test", HTTP1},
		{"api", "https://api.other.test", HTTP1},
		{"http", "http://app.site.test", HTTP1},
		{"http-api", "http://api.other.test", HTTP1},
		{"api-h2", "https://api-h2.other.test", H2},
		{"https://api-h2.other.test", "https://api-h2.other.test", H2},
		{"https://app.example.com", "https://app.example.com", HTTP1},
		{"https://app.example.com:443", "https://app.example.com", HTTP1},
		{"http://a.test:8080", "http://a.test:8080", HTTP1},
		{"http://localhost:3000", "http://localhost:3000", HTTP1},
		{"http://127.0.0.1:3000", "http://127.0.0.1:3000", HTTP1},
		{"http://[::1]:3000", "http://[::1]:3000", HTTP1},
		{"https://app_x.test", "https://app_x.test", HTTP1},
		{"https://a`!b.test", "https://a`!b.test", HTTP1},
		{"https://app.test.", "https://app.test.", HTTP1},
		{"https://xn--bcher-kva.example", "https://xn--bcher-kva.example", HTTP1},
	} {
		origin, protocol, err := ResolveOrigin(test.in)
		require.NoError(t, err, test.in)
		assert.Equal(t, test.want, origin.String())
		assert.Equal(t, test.protocol, protocol, test.in)
	}
}

func TestResolveOriginErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "an origin such as",
		"apii":                     `did you mean "api"?`,
		"app.example.com":          "an origin such as",
		"null":                     "an origin such as",
		"*":                        "an origin such as",
		"HTTPS://a.test":           "an https: or http: origin",
		"ftp://a.test":             "an https: or http: origin",
		"https://":                 "a host name of 1 to 253",
		"https://a.test/":          "without a path: https://a.test",
		"https://a.test/x?y":       "without a path",
		"https://u:p@a.test":       "without user and password",
		"https://A.test":           "in lower case: a.test",
		"https://bücher.example":   "punycode",
		"https://a..test":          "labels of 1 to 63",
		"https://a test":           "without ' '",
		"https://*.a.test":         "not a pattern",
		"https://a.test:0":         "a port from 1",
		"https://a.test:65536":     "a port from 1",
		"https://a.test:08443":     "a port from 1",
		"https://a.test:":          "a port from 1",
		"http://my.dev":            "never load http: from .dev",
		"http://1.2.3":             "no number",
		"http://[::1":              "IPv6",
		"http://[0:0:0:0:0:0:0:1]": "[::1]",
		"https://a.test\nhttp":     `without`,
	} {
		_, _, err := ResolveOrigin(in)
		assert.ErrorContains(t, err, want, in)
	}
}

// The relation that the manual prints is the one that the standard computes.
func TestNamedOrigins(t *testing.T) {
	seen := map[oracle.Origin]bool{}
	for _, n := range Named {
		assert.False(t, seen[n.Origin], n.Name)
		seen[n.Origin] = true
		if n.Name == "app" {
			continue
		}
		assert.False(t, oracle.SameOrigin(App, n.Origin), n.Name)
		same, cross := oracle.SameSite(App, n.Origin), n.Relation[:5] == "cross"
		assert.Equal(t, same, !cross, "%s: %s", n.Name, n.Relation)
		literal, protocol, err := ResolveOrigin(n.Origin.String())
		require.NoError(t, err)
		assert.Equal(t, n.Origin, literal)
		assert.Equal(t, n.Protocol, protocol)
	}
}

func FuzzResolveOrigin(f *testing.F) {
	for _, s := range []string{"app", "https://a.test", "http://[::1]:80", "https://a.test:8443", "https://1.2.3.4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		origin, _, err := ResolveOrigin(s)
		if err != nil {
			return
		}
		again, _, err := ResolveOrigin(origin.String())
		require.NoError(t, err)
		assert.Equal(t, origin, again)
	})
}
