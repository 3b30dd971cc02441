package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

// A draft needs no more than its request.
func TestReadItemFillsIn(t *testing.T) {
	p, err := ReadItem([]byte(`{"request": {"to": "api"}}`))
	require.NoError(t, err)
	assert.Equal(t, "lab/playground/fetch", p.ID)
	assert.Equal(t, DefaultTimeout, p.Timeout)
	assert.NotEmpty(t, p.Title)
	assert.NotEmpty(t, p.Why)
	assert.True(t, isLink(p.Spec))
	assert.Equal(t, oracle.Via("fetch"), p.Steps[0].Request.Via)
	assert.Empty(t, p.Steps[0].Expect.Read)
	assert.JSONEq(t, `{"id": "playground", "title": "`+p.Title+`", "why": "`+p.Why+`", "spec": "`+p.Spec+`", "request": {"to": "api", "via": "fetch"}}`, string(Item(p)))
	require.Len(t, p.File.Scenarios, 1)
}

// What an item does say is its own, in YAML as in JSON.
func TestReadItemKeeps(t *testing.T) {
	p, err := ReadItem([]byte("id: mine\ntitle: Title.\nwhy: Why.\nspec: https://a.test/#b\nrequest: {to: api}\nsteps:\n  - {request: {via: img}}\n  - {request: {via: xhr}, wait: 1s}\n"))
	require.NoError(t, err)
	assert.Equal(t, "lab/mine/xhr", p.ID)
	assert.Equal(t, []string{"Title.", "Why.", "https://a.test/#b"}, []string{p.Title, p.Why, p.Spec})
	require.Len(t, p.Steps, 2)
	assert.Equal(t, oracle.Via("img"), p.Steps[0].Request.Via)
	assert.Equal(t, DefaultTimeout+p.Steps[1].Wait, p.Timeout)
}

// Only an item may claim nothing, and be called nothing.
func TestAFileIsNoDraft(t *testing.T) {
	_, err := Parse("my.yaml", []byte(`{format: 1, topic: t, about: About., scenarios: [{request: {to: api}}]}`))
	var all *Errors
	require.ErrorAs(t, err, &all)
	assert.Len(t, all.List, 5, "id, title, why, spec and expect")
}
