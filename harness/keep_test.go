//go:build unix

package harness

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// pairOf is two cases between two origins: one that is read, one that is blocked.
func pairOf(t *testing.T, from, to string) []*scenarios.Permutation {
	t.Helper()
	file, err := scenarios.Parse("keep", []byte(`
format: 1
topic: keep
about: Runs that share a browser.
spec: https://fetch.spec.whatwg.org/#cors-check
scenarios:
  - id: read
    title: A read that is allowed.
    why: The origins are those of one of the runs.
    request: {from: "`+from+`", to: "`+to+`", via: fetch}
    server: {response: {headers: {Access-Control-Allow-Origin: "`+from+`"}}}
    expect: {read: allowed}
  - id: blocked
    title: A read that is blocked, and the browser's word for it.
    why: Each run hears of its own failures.
    request: {from: "`+from+`", to: "`+to+`", via: fetch}
    server: {response: {}}
    expect: {read: blocked, reason: missing-allow-origin}
`))
	require.NoError(t, err)
	return scenarios.Permutations([]*scenarios.File{file})
}

// runKept runs two cases in a browser that is kept, and returns the view of it
// that they had.
func runKept(t *testing.T, k *Keeper, from, to string) browser.Browser {
	t.Helper()
	found, err := browser.Find(browser.Chromium)
	require.NoError(t, err)
	var used browser.Browser
	records := 0
	_, err = Run(t.Context(), Options{
		Permutations: pairOf(t, from, to), Browsers: []browser.Found{found}, Keeper: k,
		Started: func(_ *servers.Fleet, b browser.Browser) { used = b },
		Record: func(r record.Record) {
			records++
			assert.Equal(t, record.Pass, r.Verdict, "%s: %v", r.ID, r.Problems)
		},
	})
	require.NoError(t, err)
	assert.Equal(t, 2, records)
	return used
}

// keptFolders are the folders of the browsers that run.
func keptFolders(t *testing.T) []string {
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), "corsproof-*"))
	require.NoError(t, err)
	return folders
}

// TestKeeper lets runs of different origins share a browser: one after the other,
// at once, and after its death.
func TestKeeper(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	k := &Keeper{}
	first := runKept(t, k, "https://app.example.com", "https://api.example.com")
	folders := keptFolders(t)
	require.Len(t, folders, 1)
	select {
	case <-first.Done():
		t.Fatal("the browser ended with the run")
	default:
	}

	var both sync.WaitGroup
	for _, from := range []string{"https://admin.example.com:8443", "http://app.example.org"} {
		both.Go(func() { runKept(t, k, from, "https://api.example.com") })
	}
	both.Wait()
	assert.Equal(t, folders, keptFolders(t))

	require.NoError(t, k.kept[0].browser.Close()) // as if it had died
	<-first.Done()
	runKept(t, k, "https://app.example.com", "https://api.example.com")
	require.Len(t, keptFolders(t), 1)
	assert.NotEqual(t, folders, keptFolders(t))

	require.NoError(t, k.Close())
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	assert.Empty(t, left)
	runKept(t, k, "https://app.example.com", "https://api.example.com")
	require.NoError(t, k.Close())
}
