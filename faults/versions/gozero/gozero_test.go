package gozero

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFaulty says what a check finds with the release before it is mended.
func TestFaulty(t *testing.T) {
	found, err := Findings(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"leak/wildcard-glued"}, found) // CVE-2024-27302
}
