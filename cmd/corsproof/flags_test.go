package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is written down of the options has no passwords in it.
func TestGivenWithoutSecrets(t *testing.T) {
	f := newFlags("run", "[ids]", streams{})
	f.String("browsers", "", "")
	f.String("capabilities", "", "")
	f.Bool("headed", false, "")
	f.String("out", "", "")
	args, err := parse(f, []string{"-browsers", "firefox,cdp+wss://ann:secret@host:1?token=secret", "origins", "-headed", "-capabilities", "secret"})
	require.NoError(t, err)
	assert.Equal(t, []string{"-browsers=firefox,cdp+wss://host:1", "-headed=true", "origins"}, f.given(args))
}
