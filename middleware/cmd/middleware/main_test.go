package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/middleware/table"
	"github.com/corsproof/corsproof/policy"
)

// command runs a command line and returns what it wrote.
func command(t *testing.T, args ...string) (out, errs string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	err = run(t.Context(), args, &o, &e)
	return o.String(), e.String(), err
}

func TestLists(t *testing.T) {
	out, _, err := command(t, "-list")
	require.NoError(t, err)
	assert.Contains(t, out, "-system rs-cors ")
	assert.Contains(t, out, "-policy three-origins ")
}

func TestMistakes(t *testing.T) {
	_, errs, err := command(t, "-nothing")
	assert.ErrorIs(t, err, errUsage)
	assert.Contains(t, errs, "-system")
	_, _, err = command(t, "-system", "nothing")
	assert.ErrorContains(t, err, `no system "nothing"; there are net-http`)
	_, _, err = command(t, "-policy", "nothing")
	assert.ErrorContains(t, err, `no policy "nothing"; there are one-origin`)
	_, _, err = command(t, "-from", filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// TestTables: what is written to files is what may be public, unless asked for.
func TestTables(t *testing.T) {
	folder := t.TempDir()
	from := filepath.Join(folder, "cells.jsonl")
	file, err := os.Create(from)
	require.NoError(t, err)
	require.NoError(t, table.Write(file, table.Cell{
		System: table.System{Name: "alpha", Title: "alpha"}, Policy: table.Policy{Name: "one"}, State: table.Checked, Probes: 1,
		Findings: []check.Finding{{Class: policy.Leak, Severity: check.High, Cause: "foreign", Title: "Everybody reads.", Also: []string{"GET /"}}},
	}))
	require.NoError(t, file.Close())

	out, _, err := command(t, "-from", from)
	require.NoError(t, err)
	assert.Contains(t, out, "leak (high, foreign): Everybody reads.")

	markdown := filepath.Join(folder, "table.md")
	for _, c := range []struct {
		show  []string
		shown bool
	}{{nil, false}, {[]string{"-show-withheld"}, true}} {
		_, _, err = command(t, append([]string{"-from", from, "-markdown", markdown, "-out", folder}, c.show...)...)
		require.NoError(t, err)
		for _, name := range []string{markdown, filepath.Join(folder, "middleware.html")} {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			assert.Equal(t, c.shown, bytes.Contains(text, []byte("Everybody reads")), name)
		}
	}
}
