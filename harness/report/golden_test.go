package report

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// golden holds what a report wrote against testdata. CORSPROOF_UPDATE=1 writes
// the files anew; read the difference before it is committed.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("CORSPROOF_UPDATE") != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "CORSPROOF_UPDATE=1 writes it")
	if !bytes.Equal(want, got) {
		assert.Equal(t, string(want), string(got))
	}
}
