package table

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/middleware"
	"github.com/corsproof/corsproof/policy"
)

// differs has the classes of what a browser finds of the others: the releases are
// pinned, so are these.
var differs = map[string][]count{
	"gorilla-handlers": {{policy.Cache, 1}},
	"gin-cors":         {{policy.Refused, 1}, {policy.Cache, 1}},
}

// TestRun puts one small policy before each Go product in a real browser.
func TestRun(t *testing.T) {
	found, err := browser.Find(browser.Chromium)
	require.NoError(t, err)
	systems, err := middleware.ByName("net-http", "rs-cors", "jub0bs-cors", "gorilla-handlers", "chi-cors", "gin-cors", "echo", "fiber2", "fiber3")
	require.NoError(t, err)
	small := middleware.Standard{Name: "small", Policy: policy.Policy{
		Origins: []string{"https://app.example.com"}, Methods: []string{"PUT"}, PublicURL: "https://api.example.com",
		Endpoints: []policy.Endpoint{{Path: "/items/1", Methods: []string{"GET", "PUT"}}},
	}}
	var cells []Cell
	require.NoError(t, Run(t.Context(), Options{
		Systems: systems, Policies: []middleware.Standard{small}, Browsers: []browser.Found{found},
		Cell: func(c Cell) error {
			t.Log(Line(c))
			cells = append(cells, c)
			return nil
		},
	}))
	require.Len(t, cells, len(systems))
	for _, c := range cells {
		assert.Equal(t, Checked, c.State, c.Said)
		assert.Positive(t, c.Probes)
		assert.Equal(t, differs[c.System.Name], counts(c), c.System.Name)
		assert.Empty(t, c.Unproven, c.System.Name)
	}
}
