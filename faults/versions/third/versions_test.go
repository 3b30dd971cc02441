package third

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/faults/versions"
)

// TestThird says what a check finds with the releases after those.
func TestThird(t *testing.T) {
	for name, want := range map[string][]string{
		"gorilla-handlers/validator": {},
		"rs-cors/everyone":           {"ineffective/wildcard-with-credentials"}, // no release refuses that
		"rs-cors/letter":             {"leak/foreign"},
		"rs-cors/one-origin":         {},
		"fiber/wildcard":             {"refused/missing-allow-origin"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := versions.Servers[name].Findings(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, found)
		})
	}
}
