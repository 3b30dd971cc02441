package browser

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/oracle"
)

func TestCookieOf(t *testing.T) {
	now := time.Unix(1000, 0)
	for attributes, want := range map[string]Cookie{
		"":                               {Path: "/"},
		"Secure; HttpOnly":               {Path: "/", Secure: true, HTTPOnly: true},
		"path=/a; domain=.site.test":     {Path: "/a", Domain: ".site.test"},
		"Path=a; SAMESITE=none; unknown": {Path: "/", SameSite: "None"},
		"SameSite=odd; Partitioned":      {Path: "/", Partitioned: true},
		"Expires=Thu, 01 Jan 1970 01:00:00 GMT; Max-Age=60": {Path: "/", Expires: new(int64(1060))},
		"Max-Age=60; Expires=Thu, 01 Jan 1970 01:00:00 GMT": {Path: "/", Expires: new(int64(1060))},
		"Max-Age=x; Expires=Thu, 01 Jan 1970 01:00:00 GMT":  {Path: "/", Expires: new(int64(3600))},
		"Max-Age=0":  {Path: "/", Expires: new(int64(1))},
		"Max-Age=-9": {Path: "/", Expires: new(int64(1))},
	} {
		assert.Equal(t, want, CookieOf(oracle.Cookie{Name: "n", Value: "v", Attributes: attributes}, now), attributes)
	}
	assert.Equal(t, "/c", CookieOf(oracle.Cookie{Path: "/c"}, now).Path)
}
