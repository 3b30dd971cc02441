package lab

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
)

// catalogueEvery is how many cases of the catalogue there are to one that the test
// runs; CORSPROOF_LAB_EVERY=1 runs all.
const catalogueEvery = 40

// elsewhereOnly are cases of which an engine's rules, found at https servers of
// other names, say something else than what it does here, and what that is.
var elsewhereOnly = map[string]string{
	"firefox elements/script-errors-redirected/there-and-back/script": `Origin is absent, the standard says "null"`,
}

// TestTheCatalogueRunsHere runs cases of the catalogue in the page under test, with
// the scripts of the lab: each comes to what the oracle says of this engine.
func TestTheCatalogueRunsHere(t *testing.T) {
	every := catalogueEvery
	if value := os.Getenv("CORSPROOF_LAB_EVERY"); value != "" {
		var err error
		every, err = strconv.Atoi(value)
		require.NoError(t, err)
	}
	all, err := catalogue()
	require.NoError(t, err)
	inEachEngine(t, func(t *testing.T, l *Lab, tab learnersTab) {
		ran := 0
		for i := 0; i < len(all); i += every {
			lacks := fixtures.Ways()[all[i].Via].Lacks[tab.engine] // a browser without a window does
			if lacks == "" && l.cases.of(all[i]).in(tab.engine).where() == here {
				tab.runs(all[i].ID)
				ran++
			}
		}
		assert.NotZero(t, ran)
	})
}

// runs runs a case in the page under test.
func (tab learnersTab) runs(id string) {
	tab.Helper()
	var got struct {
		Failed string
		Steps  []struct {
			Agrees      bool
			Read        string
			Differences []string
		}
	}
	tab.do(`Promise.all(['api', 'run'].map((name) => import('/assets/' + name + '.js'))).then(async ([api, { perform }]) => {
		let view = document.getElementById('view');
		if (!view) {
			view = document.createElement('div');
			view.id = 'view';
			document.body.prepend(view);
		}
		const none = () => {};
		const scene = { window: view, arrived: none, state: none, step: none, afterwards: none };
		const subject = { id: %s };
		return perform(subject, await api.plan(subject), scene, new AbortController().signal);
	}).catch((error) => ({ failed: String(error), steps: [] }))`, &got, id)
	assert.Empty(tab, got.Failed, id)
	for i, step := range got.Steps {
		if known := elsewhereOnly[tab.engine+" "+id]; known != "" {
			assert.Contains(tab, strings.Join(step.Differences, "; "), known, id)
			continue
		}
		assert.True(tab, step.Agrees, "%s, step %d: %s: %q", id, i+1, step.Read, step.Differences)
	}
}
