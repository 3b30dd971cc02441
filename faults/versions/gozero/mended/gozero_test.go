package mended

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/faults/versions/gozero"
)

// TestMended says that a check finds nothing with the release that mends it.
func TestMended(t *testing.T) {
	found, err := gozero.Findings(t.Context())
	require.NoError(t, err)
	assert.Empty(t, found)
}
