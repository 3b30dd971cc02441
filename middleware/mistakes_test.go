package middleware

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/policy"
)

// TestMistakes says what a check finds with configurations of nginx that many people
// have: each is the adapter's own with one word left out or one line added.
func TestMistakes(t *testing.T) {
	if err := nginx.Missing(); err != nil && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	p := policy.Policy{
		Origins: []string{"https://app.example.com", "https://admin.example.com"}, PublicURL: "https://api.example.com",
		Endpoints: []policy.Endpoint{
			{Path: itemPath, Methods: []string{"GET"}},
			{Path: failingPath, Methods: []string{"GET"}, ExpectStatus: 500},
		},
	}
	require.NoError(t, p.Validate())
	for name, test := range map[string]struct {
		old, new string
		want     []string
	}{
		"none": {"", "", nil},
		// Without it, add_header leaves out errors.
		"no always": {" always;", ";", []string{"unreadable-error/error"}},
		// A location that adds a header has none of those that are added around it.
		"a location within": {
			"proxy_pass", "location /items/ {\n            add_header X-Cache miss;\n            proxy_pass http://" + appAddr + ";\n        }\n        proxy_pass",
			[]string{"refused/missing-allow-origin"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := strings.ReplaceAll(nginxConfig(p), test.old, test.new)
			require.Equal(t, test.want == nil, config == nginxConfig(p))
			server := serve(t, nginxProxy.setUp("nginx", config))
			target, err := check.URL("http://" + server.Addr())
			require.NoError(t, err)
			report, err := check.Offline(t.Context(), check.Options{Policy: &p, Target: target})
			require.NoError(t, err)
			var found []string
			for _, f := range report.Findings {
				found = append(found, string(f.Class)+"/"+f.Cause)
			}
			assert.Equal(t, test.want, found)
			assert.Empty(t, report.Unproven)
		})
	}
}
