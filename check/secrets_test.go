package check

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/policy"
)

// TestSecretsStayInside lets a server repeat all that it is sent, and looks for
// the secrets in every report.
func TestSecretsStayInside(t *testing.T) {
	file := `origins: ["` + app + `"]
request-headers: [Authorization, X-Key]
endpoints:
  - {path: /items, headers: {Authorization: "Bearer ${TOKEN}", X-Key: "${KEY}"}}
`
	secrets := map[string]string{"TOKEN": "tok-swordfish", "KEY": "key-tabernacle"}
	p, err := policy.Load("cors.yaml", []byte(file), func(name string) (string, bool) { v, ok := secrets[name]; return v, ok })
	require.NoError(t, err)
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(allowOrigin, r.Header.Get("Origin"))
		w.Header().Set("X-Seen", r.Header.Get("X-Key"))
		w.Header().Set(allowHeaders, r.Header.Get("Access-Control-Request-Headers"))
		for _, values := range r.Header {
			_, _ = w.Write([]byte(strings.Join(values, "\n")))
		}
	})
	report, err := Offline(t.Context(), Options{Policy: p, Target: Handler(echo), Log: t.Logf})
	require.NoError(t, err)
	require.NotEmpty(t, report.Findings)
	for format := range formats {
		got := string(written(t, report, format))
		for name, value := range secrets {
			assert.NotContains(t, got, value, "%s in %s", name, format)
		}
	}
	assert.Contains(t, report.Findings[0].Curl, `-H "Authorization: $H_AUTHORIZATION"`)
	assert.Contains(t, report.Findings[0].Curl, `-H "X-Key: $H_X_KEY"`)
	assert.Contains(t, report.Findings[0].Curl, "'http://localhost:8080/items'")
}
