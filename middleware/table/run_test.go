package table

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/middleware"
	"github.com/corsproof/corsproof/policy"
)

// goProducts are those that are compiled in.
func goProducts(t *testing.T) []middleware.Adapter {
	t.Helper()
	systems, err := middleware.ByName("net-http", "rs-cors", "jub0bs-cors", "gorilla-handlers", "chi-cors", "gin-cors", "echo", "fiber2", "fiber3")
	require.NoError(t, err)
	return systems
}

// cells asks, and wants all that was asked proven.
func cells(t *testing.T, o Options) (list []Cell) {
	t.Helper()
	o.Cell = func(c Cell) error {
		list = append(list, c)
		return nil
	}
	require.NoError(t, Run(t.Context(), o))
	require.Len(t, list, len(o.Systems)*len(o.Policies))
	for _, c := range list {
		t.Log(Line(c))
		assert.NotEqual(t, Failed, c.State, c.Said)
		assert.Equal(t, c.State == Checked, c.Probes > 0)
		assert.Empty(t, c.Unproven, "%s, %s", c.System.Name, c.Policy.Name)
	}
	return list
}

// TestRun puts one small policy before four Go products in a real browser: one
// written with care, two that differ, and one on another HTTP server than net/http.
// What differs is known: the releases are pinned. [TestOffline] has them all.
func TestRun(t *testing.T) {
	found, err := browser.Find(browser.Chromium)
	require.NoError(t, err)
	small := middleware.Standard{Name: "small", Policy: policy.Policy{
		Origins: []string{"https://app.example.com"}, Methods: []string{"PUT"}, PublicURL: "https://api.example.com",
		Endpoints: []policy.Endpoint{{Path: "/items/1", Methods: []string{"GET", "PUT"}}},
	}}
	systems, err := middleware.ByName("net-http", "gorilla-handlers", "gin-cors", "fiber3")
	require.NoError(t, err)
	differs := map[string][]count{
		"gorilla-handlers": {{policy.Cache, 1}},
		"gin-cors":         {{policy.Refused, 1}, {policy.Cache, 1}},
	}
	for _, c := range cells(t, Options{Systems: systems, Policies: []middleware.Standard{small}, Browsers: []browser.Found{found}}) {
		assert.Equal(t, Checked, c.State)
		assert.Equal(t, differs[c.System.Name], counts(c), c.System.Name)
	}
}

// TestOffline puts every policy before each Go product, without a browser.
func TestOffline(t *testing.T) {
	standard, err := middleware.PoliciesByName()
	require.NoError(t, err)
	states := map[string]int{}
	for _, c := range cells(t, Options{Systems: goProducts(t), Policies: standard, Offline: true}) {
		for _, m := range summary(c) {
			states[m.Words]++
		}
		if c.System.Name == "net-http" {
			assert.Equal(t, "kept", summary(c)[0].Words, "what is written with care keeps every policy: %s", c.Policy.Name)
		}
	}
	assert.Equal(t, map[string]int{"kept": 51, "cache": 18, "refused": 7, "not expressible": 2, "refused at start": 1}, states)
}
