package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWantedOrigin(t *testing.T) {
	for address, want := range map[string]string{
		"https://app.site.test/a?b":   "https://app.site.test",
		"https://app.site.test:443/":  "https://app.site.test",
		"https://app.site.test:8443/": "https://app.site.test:8443",
		"http://app.site.test:80/":    "http://app.site.test",
		"http://app.site.test:443/":   "http://app.site.test:443",
		"about:blank":                 "",
		"ftp://app.site.test/":        "",
		"https:///page":               "",
		"https://%zz/":                "",
	} {
		got, err := Document{URL: address}.WantedOrigin()
		assert.Equal(t, want, got, address)
		assert.Equal(t, want == "", err != nil, address)
	}
	got, err := Document{URL: "about:blank", Origin: "null"}.WantedOrigin()
	assert.NoError(t, err)
	assert.Equal(t, "null", got)
}

func TestPending(t *testing.T) {
	_, err := NewPending([]Probe{{ID: "a"}, {ID: "a"}})
	assert.ErrorContains(t, err, `"a"`)
	pending, err := NewPending([]Probe{{ID: "a"}, {ID: "b"}})
	assert.NoError(t, err)
	var ids []string
	take := func(message string) error {
		return pending.Take([]byte(message), func(o Outcome) { ids = append(ids, o.ID) })
	}
	assert.NoError(t, take(`{"outcomes": [{"id": "a"}, {"id": "a"}, {"id": "c"}]}`))
	assert.Equal(t, []string{"a"}, ids, "each once, and no others")
	assert.ErrorContains(t, take(`{"done": true}`), "1 outcomes are missing")
	assert.ErrorContains(t, take(`{"error": "no luck"}`), "no luck")
	assert.ErrorContains(t, take(`{`), "the page says")
	assert.NoError(t, take(`{"outcomes": [{"id": "b"}]}`))
	assert.NoError(t, take(`{"done": true}`))
}
