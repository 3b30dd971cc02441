package second

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/faults/versions"
)

// TestSecond says what a check finds with the releases that mend these, and bring others.
func TestSecond(t *testing.T) {
	for name, want := range map[string][]string{
		"rs-cors/everyone":           {"ineffective/wildcard-with-credentials"},
		"gorilla-handlers/everyone":  {"ineffective/wildcard-with-credentials"},
		"gorilla-handlers/validator": {"refused/wildcard-with-credentials"},
		"echo/everyone":              {"ineffective/wildcard-with-credentials"},
		"fiber/wildcard":             {"leak/wildcard-glued"},
		"gin/any-port":               {},
		"jub0bs/two-origins":         {},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := versions.Servers[name].Findings(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, found)
		})
	}
}
