//go:build unix

package external

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tools makes a PATH with the real node and an npm that runs a shell script,
// and a cache of the test's own.
func tools(t *testing.T, npm string) (cache string) {
	t.Helper()
	node, err := exec.LookPath("node")
	require.NoError(t, err, "these tests need Node.js")
	bin := t.TempDir()
	require.NoError(t, os.Symlink(node, filepath.Join(bin, "node")))
	if npm != "" {
		require.NoError(t, os.WriteFile(filepath.Join(bin, "npm"), []byte("#!/bin/sh\n"+npm), 0o755))
	}
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	if npm == "" {
		t.Setenv("PATH", bin)
	}
	cache = filepath.Join(t.TempDir(), "cache")
	t.Setenv(CacheVar, cache)
	return cache
}

const goodNPM = `
[ "$1" = ci ] && [ -f package-lock.json ] && [ -f .npmrc ] || exit 9
for p in express express4 cors; do mkdir -p node_modules/$p && echo '{}' >node_modules/$p/package.json; done
`

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestInstallOnce(t *testing.T) {
	cache := tools(t, goodNPM)
	missing := Express.Check()
	require.ErrorAs(t, missing, new(*NotInstalledError))
	assert.Contains(t, missing.Error(), "make setup")

	did, err := Express.Install(t.Context())
	require.NoError(t, err)
	assert.True(t, did)
	assert.NoError(t, Express.Check())

	did, err = Express.Install(t.Context())
	require.NoError(t, err)
	assert.False(t, did, "nothing is left to do")

	dir, err := Express.Dir()
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Base(dir)}, entries(t, cache), "nothing else stays in the cache")
	assert.True(t, strings.HasPrefix(filepath.Base(dir), "express-"))
}

func TestInstallAtOnce(t *testing.T) {
	cache := tools(t, goodNPM)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := Express.Install(t.Context())
			assert.NoError(t, err)
		})
	}
	all.Wait()
	assert.NoError(t, Express.Check())
	assert.Len(t, entries(t, cache), 1)
}

func TestInstallReplacesADamagedFolder(t *testing.T) {
	tools(t, goodNPM)
	dir, err := Express.Dir()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "node_modules", "cors"), 0o755))
	did, err := Express.Install(t.Context())
	require.NoError(t, err)
	assert.True(t, did)
	assert.NoError(t, Express.Check())
}

func TestInstallFailures(t *testing.T) {
	for name, c := range map[string]struct{ npm, want string }{
		"npm fails":        {"echo 'no such package: cors' >&2; exit 1", "npm ci: exit status 1\nno such package: cors"},
		"npm does nothing": {"exit 0", "not every package of express, express4, cors is there"},
		"no npm":           {"", "npm is not on PATH: install Node.js"},
	} {
		t.Run(name, func(t *testing.T) {
			cache := tools(t, c.npm)
			did, err := Express.Install(t.Context())
			assert.False(t, did)
			assert.ErrorContains(t, err, c.want)
			assert.Error(t, Express.Check())
			if c.npm != "" {
				assert.Empty(t, entries(t, cache), "half an installation stayed")
			}
		})
	}
}

func TestInstallCanBeStopped(t *testing.T) {
	cache := tools(t, "sleep 60 & wait")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := Express.Install(ctx)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(start), 4*time.Second, "npm's children held it up")
	assert.Empty(t, entries(t, cache))
}

func TestNoNode(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Express.Install(t.Context())
	assert.ErrorContains(t, err, "node is not on PATH")
	assert.ErrorContains(t, Express.Check(), "node is not on PATH")
}

func TestDir(t *testing.T) {
	t.Setenv(CacheVar, "relative")
	dir, err := Express.Dir()
	require.NoError(t, err)
	assert.True(t, filepath.IsAbs(dir), dir)

	t.Setenv(CacheVar, "")
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	_, err = Express.Dir()
	assert.ErrorContains(t, err, CacheVar, "it must say what to set")
}

// The lockfiles must serve whatever registry their reader has.
func TestLockfilesNameNoRegistry(t *testing.T) {
	for _, p := range []Packages{Express, Middleware, Versions} {
		lock := string(p.read("package-lock.json"))
		assert.NotContains(t, lock, `"resolved"`, p.name)
		assert.NotContains(t, lock, "registry", p.name)
		assert.Contains(t, lock, `"integrity"`, p.name)
		assert.Contains(t, string(p.read(".npmrc")), "omit-lockfile-registry-resolved=true", p.name)
	}
}

func TestVersion(t *testing.T) {
	for _, p := range []Packages{Express, Middleware, Versions, Grid} {
		for _, name := range p.needs {
			assert.Regexp(t, `^(npm:@?[^@]+@)?\d+\.\d+\.\d+$`, p.Version(name), "%s pins %s", p.name, name)
		}
	}
	assert.Empty(t, Express.Version("no-such-package"))
}
