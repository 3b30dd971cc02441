package fourth

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/faults/versions"
)

// TestFourth says what a check finds with the release that is sound.
func TestFourth(t *testing.T) {
	for name, want := range map[string][]string{
		"fiber/wildcard": {},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := versions.Servers[name].Findings(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, found)
		})
	}
}
