package versions

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOldest says what a check finds with the oldest releases.
func TestOldest(t *testing.T) {
	for name, want := range map[string][]string{
		"rs-cors/everyone":          {"over-permissive/credentialed"}, // CVE-2018-20744
		"gorilla-handlers/everyone": {"over-permissive/credentialed"}, // CVE-2017-20146
		"echo/everyone":             {"over-permissive/credentialed"},
		"fiber/everyone":            {"ineffective/wildcard-with-credentials"}, // CVE-2024-25124, as a browser sees it
		"gin/any-port":              {"leak/prefix"},                           // CVE-2019-25211
		"jub0bs/two-origins":        {"leak/glued"},                            // GO-2024-2883
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Servers[name].Findings(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, found)
		})
	}
}
