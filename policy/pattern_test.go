package policy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

func TestAllows(t *testing.T) {
	for _, test := range []struct {
		pattern, origins, not string
	}{
		{"https://app.example.com", "https://app.example.com",
			"http://app.example.com https://app.example.com:8443 https://app.example.com. https://app.example.com.evil.test https://evilapp.example.com https://www.app.example.com https://example.com https://appxexample.com"},
		{"https://app.example.com:8443", "https://app.example.com:8443", "https://app.example.com https://app.example.com:84430"},
		{"https://*.partner.example", "https://a.partner.example https://a.b.partner.example https://a_b.partner.example",
			"https://partner.example https://evilpartner.example http://a.partner.example https://a.partner.example:8443 https://a.partner.example. https://a.partner.example.evil.test"},
		{"https://app.example.com:*", "https://app.example.com https://app.example.com:1 https://app.example.com:65535",
			"http://app.example.com https://www.app.example.com"},
		{"https://*.partner.example:*", "https://a.partner.example https://a.b.partner.example:8443", "https://partner.example:8443"},
		{"https://*.partner.example:8443", "https://a.partner.example:8443", "https://a.partner.example"},
		{"http://localhost:*", "http://localhost http://localhost:3000", "https://localhost http://localhost.evil.test:3000 http://a.localhost"},
		{"http://*.localhost:3000", "http://a.localhost:3000", "http://localhost:3000"},
		{"http://127.0.0.1:3000", "http://127.0.0.1:3000", "http://127.0.0.1"},
		{"http://[::1]:*", "http://[::1] http://[::1]:3000", "http://[::2]"},
		{"https://xn--bcher-kva.example", "https://xn--bcher-kva.example", "https://bcher.example"},
		{"https://app.example.com.", "https://app.example.com.", "https://app.example.com"},
		{"*", "https://app.example.com http://127.0.0.1:3000 null", ""},
	} {
		pattern, err := ParsePattern(test.pattern)
		require.NoError(t, err, test.pattern)
		assert.Equal(t, test.pattern, pattern.String())
		p := &Policy{Origins: []string{test.pattern}}
		assert.NoError(t, p.Validate())
		for _, origin := range strings.Fields(test.origins) {
			assert.True(t, p.Allows(origin), "%s: %s", test.pattern, origin)
		}
		for _, origin := range strings.Fields(test.not) {
			assert.False(t, p.Allows(origin), "%s: %s", test.pattern, origin)
		}
		assert.Equal(t, test.pattern == "*", p.Allows("null"), test.pattern)
		for _, none := range []string{"", "app", "https://App.example.com", "https://app.example.com/", "https://app.example.com:443", "https://*.partner.example", "*", "http://localhost:*"} {
			assert.False(t, p.Allows(none), "%s: %s", test.pattern, none)
		}
	}
	assert.True(t, (&Policy{NullOrigin: true}).Allows("null"))
	assert.False(t, (&Policy{NullOrigin: true}).Allows("https://app.example.com"))
	assert.False(t, (&Policy{}).Allows("https://app.example.com"))
}

// Each entry that is no pattern is refused with what to write instead.
func TestParsePatternErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                                     "an origin such as https://app.example.com",
		" ":                                    "an origin such as https://app.example.com",
		"null":                                 "`null-origin: true`",
		"Null":                                 "`null-origin: true`",
		"app":                                  "with its scheme: https://app",
		"example.com":                          "with its scheme: https://example.com",
		"//example.com":                        "with its scheme: https://example.com",
		"*.example.com":                        "with its scheme: https://*.example.com",
		"localhost:3000":                       "with its scheme: http://localhost:3000",
		"https://":                             "a host name of 1 to 253 characters",
		"*://example.com":                      `one entry for "https://example.com", one for "http://example.com"`,
		"ftp://example.com":                    `an https: or http: origin: no page that could ask has the scheme "ftp"`,
		"chrome-extension://abc":               "an https: or http: origin",
		"https://app.example.com/":             "no slash at the end, where an origin has none: https://app.example.com",
		"https://app.example.com/items":        "without a path: https://app.example.com",
		"https://app.example.com?x":            "without a path: https://app.example.com",
		"https://app.example.com/*":            "without a path: https://app.example.com",
		"https://u:p@app.example.com":          "without user and password: https://app.example.com",
		"https://App.Example.com":              "lower case, as browsers write origins: https://app.example.com",
		"HTTPS://app.example.com":              "lower case, as browsers write origins: https://app.example.com",
		"https://App.Example.com:443/":         "no slash at the end, where an origin has none: https://app.example.com",
		"https://bücher.example":               "in punycode, as browsers write it: https://xn--bcher-kva.example",
		"https://*.bücher.example":             "in punycode, as browsers write it: https://*.xn--bcher-kva.example",
		"https://app.example.com:443":          "no port where it is the scheme's own, 443, which browsers leave out: https://app.example.com",
		"http://*.example.com:80":              "no port where it is the scheme's own, 80, which browsers leave out: http://*.example.com",
		"https://app.example.com:0":            "a port from 1 to 65535",
		"https://app.example.com:70000":        "a port from 1 to 65535",
		"https://app.example.com:08443":        "a port from 1 to 65535",
		"https://app.example.com:":             "a port from 1 to 65535",
		"https://app.example.com:22":           "a port that browsers load pages from: they block 22",
		"https://app.example.com:84*":          `no "*" but "*." at the start`,
		"https://app.example.com:8443:*":       `one port, or ":*"`,
		"https://*":                            `"*" for everyone, or "https://*.example.com"`,
		"http://*:*":                           `"*" for everyone, or "http://*.example.com"`,
		"https://**.example.com":               `no "*" but "*." at the start`,
		"https://*.*.example.com":              `no "*" but "*." at the start`,
		"https://app.*.example.com":            `no "*" but "*." at the start`,
		"https://*app.example.com":             `no "*" but "*." at the start`,
		"https://app*":                         `no "*" but "*." at the start`,
		"https://.example.com":                 "labels of 1 to 63 characters",
		"https://*.":                           "a host name of 1 to 253 characters",
		"https://*.com":                        "anybody can register a name below com",
		"https://*.co.uk":                      "anybody can register a name below co.uk",
		"https://*.github.io":                  "anybody can register a name below github.io",
		"https://*.com.:*":                     "anybody can register a name below com",
		"https://*.127.0.0.1":                  "before an IP address",
		"https://*.[::1]":                      "before an IP address",
		"https://[::1":                         "an IPv6 address in brackets",
		"https://[0::1]":                       "as browsers write it: [::1]",
		"https://127.1":                        "an IPv4 address such as 127.0.0.1",
		"http://app.dev":                       "browsers never load http: from .dev",
		"http://*.app.dev":                     "browsers never load http: from .dev",
		"https://a.example, https://b.example": "one origin in each entry",
		"https://a.example https://b.example":  "one origin in each entry",
		" https://a.example":                   "no white space around the origin: https://a.example",
		`/^https:\/\/.*\.example\.com$/`:       "no regular expression",
		`https://.*\.example\.com`:             "no regular expression",
		`^https://app.example.com$`:            "no regular expression",
		"https://(app|admin).example.com":      "no regular expression",
		"https://[a-z]+.example.com":           "no regular expression",
		"https://.*.example.com":               "no regular expression",
		"https://app.example.com$":             "no regular expression",
	} {
		_, err := ParsePattern(in)
		if assert.Error(t, err, in) {
			assert.Contains(t, err.Error(), want, in)
		}
		assert.ErrorIs(t, (&Policy{Origins: []string{in}}).Validate(), scenarios.BadOrigin)
	}
}

// FuzzParsePattern: reading never panics, a pattern prints as it was written,
// and one without a wildcard stands for itself and nothing else.
func FuzzParsePattern(f *testing.F) {
	for _, s := range []string{"*", "null", "https://app.example.com", "https://*.partner.example:*", "http://[::1]:3000", "https://*.com", `^https://a\.b$`, "https://bücher.example:443/"} {
		f.Add(s, "https://app.example.com")
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, s, origin string) {
		p, err := ParsePattern(s)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		assert.Equal(t, s, p.String())
		p.Matches(oracle.Origin{Host: origin})
		o, _, err := scenarios.ResolveOrigin(origin)
		if err != nil {
			return
		}
		assert.Equal(t, p.Matches(o), (&Policy{Origins: []string{s}}).Allows(o.String()))
		if !strings.Contains(s, "*") {
			assert.Equal(t, o.String() == s, p.Matches(o), "%s: %s", s, o)
		}
	})
}
