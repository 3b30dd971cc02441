package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRangeInChromium(t *testing.T) {
	chromium := ProfileFor("chromium")
	for value, want := range map[string]struct {
		sent      string
		preflight bool
	}{
		"bytes=0-1":                   {"bytes=0-1", false},
		"bytes=00-01":                 {"bytes=0-1", false},
		"bytes= 0-1":                  {"bytes=0-1", true},
		"BYTES =0 - 1":                {"bytes=0-1", true},
		"bytes=0-1,":                  {"bytes=0-1", true},
		"bytes=+0-1":                  {"bytes=0-1", true},
		"bytes= 5-":                   {"bytes=5-", true},
		"bytes=-05":                   {"bytes=-5", true},
		"bytes=-0":                    {"bytes=-0", true},
		"bytes= 5-1":                  {"bytes= 5-1", true},
		"bytes= 0-1,3-4":              {"bytes= 0-1,3-4", true},
		"junk":                        {"junk", true},
		"bytes=1":                     {"bytes=1", true},
		"bytes=a-b":                   {"bytes=a-b", true},
		"bytes=0-9223372036854775806": {"bytes=0-9223372036854775806", false},
		"bytes=9223372036854775807-":  {"bytes=9223372036854775807-", true},
		"bytes=0-9223372036854775808": {"bytes=0-9223372036854775808", true},
	} {
		p := predictAs(t, chromium, Request{Via: "fetch", URL: api, Headers: h("Range", value)}, permissive)
		last := p.Wire[len(p.Wire)-1]
		assert.Equal(t, h("Range", want.sent), last.Headers, value)
		assert.Equal(t, want.preflight, len(p.Wire) == 2, value)
	}
	for _, r := range []Request{
		{Via: "fetch", URL: api, Method: "HEAD"},
		{Via: "fetch", URL: api, Cache: "no-store"},
	} {
		r.Headers = h("Range", "bytes= 0-1")
		value, _ := predictAs(t, chromium, r, permissive).Wire[1].Headers.Get("Range")
		assert.Equal(t, "bytes= 0-1", value)
	}
	r := Request{Via: "fetch", URL: api, Headers: h("Range", "bytes=0-9223372036854775808")}
	assert.Len(t, predict(t, r, permissive).Wire, 1, "the standard knows no largest number")
}
