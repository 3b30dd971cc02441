package middleware

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAnswersOfNode has the same questions for the middleware of Node.js.
func TestAnswersOfNode(t *testing.T) {
	require.NoError(t, Install(t.Context(), t.Output(), false))
	adapters, err := ByName("express-cors", "fastify-cors", "hono", "koa-cors")
	require.NoError(t, err)
	standard, err := PoliciesByName()
	require.NoError(t, err)
	answers(t, adapters, standard)
}

// TestAnswersOfWebServers has them for the web servers that are installed; in
// CI none may be missing.
func TestAnswersOfWebServers(t *testing.T) {
	adapters, err := ByName("nginx", "caddy", "apache")
	require.NoError(t, err)
	standard, err := PoliciesByName()
	require.NoError(t, err)
	for _, a := range adapters {
		if err := a.Missing(); err != nil && os.Getenv("CI") == "" {
			t.Logf("left out: %v", err)
			continue
		}
		answers(t, []Adapter{a}, standard)
	}
}

// TestInstallWithoutNode: what is missing is said, and left out.
func TestInstallWithoutNode(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var said strings.Builder
	require.NoError(t, Install(t.Context(), &said, false))
	assert.Contains(t, said.String(), "middleware: left out: node is not on PATH: install Node.js")
	assert.ErrorContains(t, Install(t.Context(), &said, true), "node is not on PATH")
	assert.ErrorContains(t, express.Missing(), "node is not on PATH")
}
