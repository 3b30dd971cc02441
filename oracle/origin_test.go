package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// origin is that of a URL, for a test's literals.
func origin(t testing.TB, s string) Origin {
	t.Helper()
	u, ok := parseURL(s, nil)
	require.True(t, ok, s)
	return u.origin
}

// An origin serialises to scheme, host and the port that is not the default,
// in lower case and ASCII.
func TestOriginSerialisation(t *testing.T) {
	for in, want := range map[string]string{
		"https://app.example.com":       "https://app.example.com",
		"https://app.example.com:443":   "https://app.example.com",
		"http://a.test:8080":            "http://a.test:8080",
		"HTTP://A.Test:80":              "http://a.test",
		"http://a.test:":                "http://a.test",
		"https://bücher.test":           "https://xn--bcher-kva.test",
		"https://BÜCHER。test":           "https://xn--bcher-kva.test",
		"https://例え.テスト":                "https://xn--r8jz45g.xn--zckzah",
		"http://[::1]:3000":             "http://[::1]:3000",
		"http://[2001:DB8:0:0:1:0:0:1]": "http://[2001:db8::1:0:0:1]",
		"http://[1:2:3:4:5:6:7:0]":      "http://[1:2:3:4:5:6:7:0]",
		"http://[::]":                   "http://[::]",
		"http://[1::]":                  "http://[1::]",
		"http://[::ffff:1.2.3.4]":       "http://[::ffff:102:304]",
		"http://127.1:80":               "http://127.0.0.1",
		"http://0x7f.1":                 "http://127.0.0.1",
		"http://017700000001":           "http://127.0.0.1",
		"http://1.2.3.4.":               "http://1.2.3.4",
		"https://app_x.test":            "https://app_x.test",
		"https://a`!b.test":             "https://a`!b.test",
		"https://app.test.":             "https://app.test.",
		"https://a%62c.test":            "https://abc.test",
	} {
		assert.Equal(t, want, origin(t, in).String(), in)
	}
	assert.Equal(t, "null", Origin{}.String())
}

func TestHostsAndPortsRefused(t *testing.T) {
	for _, in := range []string{
		"https://", "https://a.test:99999", "https://a.test:-1", "https://a.test:+1", "https://a b.test", "https://[::1", "https://[x]", "https://[1.2.3.4]", "https://[fe80::1%25eth0]",
		"https://a%00.test", "https://*<.test", "http://1.2.3.256", "http://1.2.3.4.5", "http://1.256.3.4", "http://a.0x", "http://1..2", "https://\xff.test",
		"http://256.256.256.256", "http://0xffffffffff",
	} {
		_, ok := parseURL(in, nil)
		assert.False(t, ok, in)
	}
}

// Two origins are the same when scheme, host and port are; the same site when
// scheme and registrable domain are.
func TestSameOriginAndSameSite(t *testing.T) {
	for _, c := range []struct {
		a, b         string
		origin, site bool
		schemeless   bool
	}{
		{"https://app.site.test", "https://app.site.test:443", true, true, true},
		{"https://app.site.test", "https://app.site.test:8443", false, true, true},
		{"https://app.site.test", "https://api.site.test", false, true, true},
		{"https://app.site.test", "https://site.test", false, true, true},
		{"https://app.site.test", "http://app.site.test", false, false, true},
		{"https://app.site.test", "https://api.other.test", false, false, false},
		{"http://a.x.localhost", "http://b.x.localhost", false, true, true},
		{"http://app.localhost", "http://api.localhost", false, false, false},
		{"http://127.0.0.1", "http://127.0.0.1:81", false, true, true},
		{"http://127.0.0.1", "http://127.0.0.2", false, false, false},
		{"https://a.github.io", "https://b.github.io", false, false, false},
		{"https://app.test.", "https://app.test", false, false, false},
		{"https://a.app.test.", "https://b.app.test.", false, true, true},
	} {
		a, b := origin(t, c.a), origin(t, c.b)
		assert.Equal(t, c.origin, SameOrigin(a, b), "%s %s", a, b)
		assert.Equal(t, c.site, SameSite(a, b), "%s %s", a, b)
		assert.Equal(t, c.schemeless, SchemelesslySameSite(a, b), "%s %s", a, b)
	}
	assert.False(t, SameOrigin(Origin{}, Origin{}), "an opaque origin is nobody's")
	assert.False(t, SameSite(Origin{}, Origin{}))
}

func TestPotentiallyTrustworthy(t *testing.T) {
	for in, want := range map[string]bool{
		"https://a.test": true, "http://a.test": false, "http://localhost": true, "http://a.localhost:81": true,
		"http://127.3.2.1": true, "http://[::1]": true, "http://10.0.0.1": false, "http://localhost.": true, "http://notlocalhost": false,
	} {
		assert.Equal(t, want, origin(t, in).IsPotentiallyTrustworthy(), in)
	}
}

// A location is resolved against the URL that sent it, as the URL Standard
// says.
func TestParseURL(t *testing.T) {
	base, ok := parseURL("https://a.test/dir/file?q#f", nil)
	require.True(t, ok)
	for in, want := range map[string]string{
		"":                             "https://a.test/dir/file?q",
		"x":                            "https://a.test/dir/x",
		"/x":                           "https://a.test/x",
		`\x\y`:                         "https://a.test/x/y",
		"//b.test":                     "https://b.test/",
		`\\b.test\x`:                   "https://b.test/x",
		"?r":                           "https://a.test/dir/file?r",
		"#g":                           "https://a.test/dir/file?q",
		"../../x":                      "https://a.test/x",
		"./x/..":                       "https://a.test/dir/",
		"x/.":                          "https://a.test/dir/x/",
		"%2e%2E/x":                     "https://a.test/x",
		"https:x":                      "https://a.test/dir/x",
		"http:x":                       "http://x/",
		"HTTPS://B.test:443/":          "https://b.test/",
		"  https://b.test/a b\"c'd\n ": "https://b.test/a%20b%22c'd",
		"https://b.test/?a b'c":        "https://b.test/?a%20b%27c",
		"https://u:p@b.test/":          "https://b.test/",
		"ht\ntps://b.test":             "https://b.test/",
		"data:text/plain,x y":          "data:text/plain,x y",
		"1x:y":                         "https://a.test/dir/1x:y",
		"/é":                           "https://a.test/%C3%A9",
		"ws://b.test:80/x":             "ws://b.test/x",
	} {
		u, ok := parseURL(in, base)
		if assert.True(t, ok, in) {
			assert.Equal(t, want, u.wire(), in)
		}
	}
	for _, in := range []string{"https://", "https://a b/", "//x:99999/"} {
		_, ok := parseURL(in, base)
		assert.False(t, ok, in)
	}
	_, ok = parseURL("x", nil)
	assert.False(t, ok, "a relative reference needs a base")
	data, _ := parseURL("data:x", nil)
	_, ok = parseURL("y", data)
	assert.False(t, ok, "nothing is relative to data:")

	u, _ := parseURL("https://u%40:p%zz@b.test/x#f", nil)
	name, password := u.credentials()
	assert.Equal(t, []string{"u@", "p%zz", "https://u%40:p%zz@b.test/x", "#f"}, []string{name, password, u.href(), u.fragment})
	empty, _ := parseURL("https://:@b.test/", nil)
	assert.Empty(t, empty.userinfo)
	assert.Equal(t, "http://b.test:81/", must(parseURL("https://b.test:81/", nil)).withScheme("http").wire())
}

func must(u *urlRecord, ok bool) *urlRecord {
	if !ok {
		panic("no URL")
	}
	return u
}
