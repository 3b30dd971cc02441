package lab

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/servers/external"
)

// axe is the script of axe-core, installed if it is not yet. Without npm the test is
// skipped, but not in CI.
func axe(t *testing.T) string {
	t.Helper()
	_, err := external.Axe.Install(t.Context())
	if missing := (*external.NotInstalledError)(nil); errors.As(err, &missing) && os.Getenv("CI") == "" {
		t.Skip(missing.Reason)
	}
	require.NoError(t, err)
	dir, err := external.Axe.Dir()
	require.NoError(t, err)
	script, err := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js"))
	require.NoError(t, err)
	return string(script)
}

// TestEverybodyCanUseIt has axe-core look at each kind of page, by day and by night:
// it finds nothing. A page that is wider than the window, nobody can use either.
func TestEverybodyCanUseIt(t *testing.T) {
	script := axe(t)
	inEachEngine(t, func(t *testing.T, l *Lab, tab learnersTab) {
		look := func(name string) {
			for range 2 { // in one theme, then in the other
				var found []string
				// What is on its way to another colour is judged when it is there.
				tab.do(`Promise.allSettled(document.getAnimations().map((a) => a.finished)).then(() => axe.run(document, {iframes: false})).then(({violations}) => violations.map((v) =>
					v.id + ' (' + v.impact + '): ' + v.nodes.map((n) => n.target.join(' ') + ': ' + n.failureSummary).join('; ')))`, &found)
				assert.Empty(t, found, name)
				var wide bool
				tab.do(`document.documentElement.scrollWidth > innerWidth`, &wide)
				assert.False(t, wide, "%s scrolls sideways", name)
				tab.do(`document.querySelector('#theme').click()`, nil)
			}
		}
		visit := func(route, shown string) {
			tab.do(`(location.hash = %s, 0)`, nil, route)
			tab.until(shown)
		}
		require.NoError(t, tab.page.Eval(tab.ctx, "(() => {"+script+"\n})()", nil))
		look("course")
		visit("#/lesson/received/get", `document.querySelector('[data-lesson="received"] [data-run=""]')`)
		look("lesson")
		tab.do(`document.querySelector('[data-run="blind"]').click()`, nil)
		tab.until(`document.querySelector('[data-result]') && document.querySelector('[data-played]')`)
		look("lesson that has run")
		visit("#/case/preflight/methods/put/xhr", `document.querySelector('.play .scene')`)
		look("playground")
		tab.run()
		look("playground that has run")
		visit("#/catalogue", `document.querySelector('[data-topic]')`)
		look("catalogue")
	})
}
