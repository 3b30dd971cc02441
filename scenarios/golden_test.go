package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every file in testdata/bad is wrong, and its .golden is what the reader is
// told. CORSPROOF_UPDATE=1 writes the goldens anew.
func TestBadFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = Parse(filepath.Base(path), data)
			golden(t, strings.TrimSuffix(path, ".yaml")+".golden", err)
		})
	}
}

// What is wrong with an item that somebody sends is told in the same way.
func TestBadItems(t *testing.T) {
	paths, err := filepath.Glob("testdata/bad-items/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = ReadItem(data)
			golden(t, strings.TrimSuffix(path, ".json")+".golden", err)
		})
	}
}

func TestBadExpectations(t *testing.T) {
	const path = "testdata/bad/expectations.txt"
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = ParseExpectations(filepath.Base(path), data)
	golden(t, "testdata/bad/expectations.golden", err)
}

func golden(t *testing.T, path string, err error) {
	t.Helper()
	var all *Errors
	require.ErrorAs(t, err, &all)
	inOrder(t, all)
	got := err.Error() + "\n"
	if os.Getenv("CORSPROOF_UPDATE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// inOrder checks that problems are typed, and come in the file's order.
func inOrder(t *testing.T, all *Errors) {
	t.Helper()
	line, column := 0, 0
	for _, e := range all.List {
		assert.True(t, e.Line > line || e.Line == line && e.Column >= column, "%v comes too late", e)
		line, column = e.Line, e.Column
		assert.ErrorIs(t, all, e.Kind)
		var one *Error
		assert.True(t, errors.As(all, &one))
	}
}

// FuzzReadItem: an item is a case, or wrong in the form that all errors have.
func FuzzReadItem(f *testing.F) {
	for _, pattern := range []string{"testdata/bad-items/*.json", "testdata/bad/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	for _, p := range written(f)[:200] {
		f.Add([]byte(Item(p)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ReadItem(data)
		if err != nil {
			var all *Errors
			require.ErrorAs(t, err, &all)
			require.NotEmpty(t, all.List)
			inOrder(t, all)
			return
		}
		_, err = p.Bind("t0", plainAssets{})
		require.NoError(t, err)
		again, err := ReadItem(Item(p))
		require.NoError(t, err)
		require.Equal(t, bare(p), bare(again))
	})
}

// FuzzLoad: a file loads, or is wrong in the form that all errors have.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"catalogue/*.yaml", "testdata/bad/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("fuzz.yaml", data)
		if err != nil {
			var all *Errors
			require.ErrorAs(t, err, &all)
			require.NotEmpty(t, all.List)
			inOrder(t, all)
			for _, e := range all.List {
				assert.NotEmpty(t, e.Kind)
				assert.NotEmpty(t, e.Found)
				assert.NotEmpty(t, e.Expected)
				assert.False(t, strings.ContainsAny(e.Error(), "\r\n\x1b\x00"), "%q", e.Error())
			}
			return
		}
		for _, p := range Permutations([]*File{file}) {
			b, err := p.Bind("t0", plainAssets{})
			require.NoError(t, err)
			for i, step := range b.Steps {
				assert.NotEmpty(t, step.Request.URL)
				for hop, l := range b.chains[i] {
					b.Answer(i, Query{At: l.at, Hop: hop, Path: l.path})
					b.Answer(i, Query{At: l.at, Hop: hop, Path: l.path, Preflight: true})
				}
			}
		}
	})
}
