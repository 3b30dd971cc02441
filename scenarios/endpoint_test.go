package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEndpoints(t *testing.T) {
	p, err := ReadItem([]byte(`{"request": {"to": "api", "path": "/a?q"}, "server": {
		"preflight": {"headers": [["X", "{request-method}"]]},
		"redirects": [{"to": "third", "path": "/b"}, {"location": "/c?d=e#f", "preflight": {"status": 404}}, {"location": "g"}],
		"response": {"body": "{url:dep.js} '{url:evil}'", "headers": [["X", "{request-origin}"]]},
		"resources": {"dep.js": {"at": "sub", "path": "/x/dep.js"}}}}`))
	require.NoError(t, err)
	b, err := p.Bind("t0", plainAssets{})
	require.NoError(t, err)
	q := Query{Origin: "o", RequestMethod: "m", RequestHeaders: "h"}
	var at, locations []string
	all := b.Endpoints(0, q)
	for _, e := range all {
		at = append(at, e.At.String()+e.Path)
		if location, found := e.Answer.Headers.Get("Location"); found {
			locations = append(locations, location)
		}
	}
	assert.Equal(t, []string{"https://api.other.test/a?q", "https://api.third.test/b", "https://api.third.test/c?d=e", "https://api.third.test/g", "https://api.site.test/x/dep.js"}, at)
	assert.Equal(t, []string{"https://api.third.test/b", "/c?d=e#f", "g"}, locations)
	last := all[3]
	assert.Equal(t, "https://api.site.test/x/dep.js 'https://evil.test/g'", string(last.Answer.Body))
	value, _ := last.Answer.Headers.Get("X")
	assert.Equal(t, "o", value)
	require.NotNil(t, last.Preflight)
	value, _ = last.Preflight.Headers.Get("X")
	assert.Equal(t, "m", value)
	assert.Nil(t, all[2].Preflight, "answered as by a server that knows nothing of preflights")

	setUp, err := ReadItem([]byte(`{"request": {"to": "api"}, "server": {"set-up": "express-cors"}}`))
	require.NoError(t, err)
	b, err = setUp.Bind("t0", plainAssets{})
	require.NoError(t, err)
	assert.Empty(t, b.Endpoints(0, q))
}
