package scenarios

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

// A placeholder stands for the hash of what a GET gets in the end.
func TestOwnIntegrity(t *testing.T) {
	own := func(body string) string { return oracle.Integrity("sha256", []byte(body)) }
	for name, c := range map[string]struct{ to, integrity, server, want string }{
		"a body":          {"api", "{sha256}", `{response: {body: tea}}`, own("tea")},
		"among others":    {"api", " {sha512} {sha256}?x", `{response: {body: tea}}`, " " + oracle.Integrity("sha512", []byte("tea")) + " " + own("tea") + "?x"},
		"no placeholder":  {"api", "sha256-{{x", `{response: {body: tea}}`, "sha256-{{x"},
		"after redirects": {"api", "{sha256}", `{redirects: [{to: app}, {to: third}], response: {body: tea}}`, own("tea")},
		"a raw answer":    {"api", "{sha256}", `{response: {raw: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntea!"}}`, own("tea")},
		"a data: URL":     {"'data:'", "{sha256}", `{response: {body: tea}}`, own("tea")},
		"an origin in it": {"api", "{sha256}", `{response: {body: "{origin:app}"}}`, own("https://app.site.test")},
	} {
		f := parse1(t, fmt.Sprintf(`format: 1
topic: hashes
about: Files with hashes.
spec: https://example.com/
scenarios:
  - id: one
    title: t
    why: w
    request: {to: %s, integrity: "%s"}
    server: %s
    expect: {read: allowed}
`, c.to, c.integrity, c.server))
		b, err := Permutations([]*File{f})[0].Bind("t1", plainAssets{})
		require.NoError(t, err, name)
		assert.Equal(t, c.want, b.Steps[0].Request.Integrity, name)
	}
}
