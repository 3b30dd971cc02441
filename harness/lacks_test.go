package harness

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/scenarios"
)

func TestLacking(t *testing.T) {
	files, err := scenarios.Catalogue()
	assert.NoError(t, err)
	found, rows := map[string]string{}, map[string]bool{}
	for _, p := range scenarios.Permutations(files) {
		for _, s := range p.Steps {
			assert.Empty(t, lacking("chromium", s))
			for _, engine := range []string{"firefox", "webkit"} {
				if why := lacking(engine, s); why != "" {
					found[p.ID] += why
					rows[why] = true
				}
			}
		}
	}
	for id, why := range map[string]string{
		"request-bodies/stream-asks/allowed/fetch": "this WebKit cannot send a stream",
		"module-graphs/data/css/module":            "import of style sheets",
		"media/redirected/away/audio":              "no page can tell",
	} {
		assert.Contains(t, found[id], why, id)
	}
	assert.NotContains(t, found, "request-bodies/json/fetch")
	// Every row is about some case.
	for _, l := range lacks {
		assert.True(t, rows[l.why], l.why)
	}
}
