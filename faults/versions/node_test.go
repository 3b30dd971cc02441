package versions

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/servers/external"
)

// TestNode says what a check finds with releases for Node.js, and with those that
// mend them. It installs them, as go test downloads those for Go.
func TestNode(t *testing.T) {
	_, err := external.Versions.Install(t.Context())
	if missing := new(external.NotInstalledError); errors.As(err, &missing) && os.Getenv("CI") == "" {
		t.Skip(missing.Reason)
	}
	require.NoError(t, err)
	two := reads(false, app, "https://admin.example.com")
	below := reads(false, "https://example.com", "https://*.example.com")
	withToken := two
	withToken.RequestHeaders = []string{"X-Token"}
	for _, test := range []struct {
		name   string
		policy policy.Policy
		want   []string
	}{
		{"express", below, []string{"leak/suffix"}}, // the manual's /example\.com$/
		{"express-mended", below, []string{}},
		{"fastify", two, []string{"cache/cached"}}, // fastify/fastify-cors#291
		{"fastify-mended", two, []string{}},
		{"hono", withToken, []string{"robustness/vary"}}, // GHSA-q7jf-gf43-6x6p
		{"hono-mended", withToken, []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, err := external.Versions.StartNode(t.Context(), nil, "server.js", test.name)
			require.NoError(t, err)
			defer server.Close()
			target, err := check.URL("http://" + server.Addr() + "/items")
			require.NoError(t, err)
			report, err := check.Offline(t.Context(), check.Options{Policy: &test.policy, Target: target, Raw: true})
			require.NoError(t, err)
			assert.Equal(t, test.want, found(report))
		})
	}
}
