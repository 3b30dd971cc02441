package policy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/scenarios"
)

func TestValidPolicies(t *testing.T) {
	for name, p := range map[string]Policy{
		"nobody":   {},
		"everyone": {Origins: []string{"*"}},
		"any header, which a server can repeat with credentials, too": {Origins: []string{"https://app.example.com"}, RequestHeaders: []string{"*", "Authorization"}, Credentials: true},
		"safelisted": {Origins: []string{"*"}, Methods: []string{"GET", "HEAD", "POST", "OPTIONS", "PROPFIND"}, RequestHeaders: []string{"Accept", "content-type"}, ExposeHeaders: []string{"Content-Length", "*"}},
		"opaque":     {NullOrigin: true, MaxAge: time.Second},
		"overlap":    {Origins: []string{"https://a.example.com", "https://*.example.com", "https://a.example.com:*"}},
		"loopback":   {Origins: []string{"https://app.example.com"}, PublicURL: "http://127.0.0.1:3000"},
		"no TLS":     {Origins: []string{"http://app.example.com"}, PublicURL: "http://api.example.com"},
		"all of it": {
			Origins: []string{"https://app.example.com", "https://admin.example.com:8443", "https://*.partner.example"}, Methods: []string{"GET", "PUT", "DELETE"},
			RequestHeaders: []string{"Content-Type", "X-Token"}, ExposeHeaders: []string{"X-Total"}, Credentials: true, MaxAge: 10 * time.Minute, PublicURL: "https://api.example.com",
			Endpoints: []Endpoint{
				{Path: "/items?page=2", Methods: []string{"GET", "PUT", "DELETE"}},
				{Path: "/account", Headers: map[string]string{"Authorization": "Bearer x"}, ExpectStatus: 200},
			},
			Accept: []Accept{{Class: Cache, Endpoint: "/account", Why: "no cache in front"}, {Class: Cache, Why: "none at all"}},
		},
		"an endpoint that only the address tells": {Accept: []Accept{{Class: Leak, Endpoint: "/items", Why: "public"}}},
	} {
		assert.NoError(t, p.Validate(), name)
	}
}

// Each problem is found, at its key, and says what to do.
func TestInvalidPolicies(t *testing.T) {
	app := []string{"https://app.example.com"}
	at := func(e Endpoint) Policy { return Policy{Endpoints: []Endpoint{e}} }
	why := func(a Accept) Policy {
		return Policy{Endpoints: []Endpoint{{Path: "/items"}}, Accept: []Accept{a}}
	}
	for _, test := range []struct {
		policy Policy
		key    string
		kind   scenarios.Kind
		want   string
	}{
		{Policy{Origins: []string{"*"}, Credentials: true}, "credentials", scenarios.Contradiction, "every site could read as the user who visits it"},
		{Policy{Origins: []string{"*", app[0]}}, "origins[1]", scenarios.Contradiction, `"*" alone`},
		{Policy{Origins: []string{app[0], app[0]}}, "origins[1]", scenarios.RepeatedID, "once"},
		{Policy{Origins: []string{"null"}}, "origins[0]", scenarios.BadOrigin, "null-origin: true"},
		{Policy{Origins: app, NullOrigin: true, Credentials: true}, "null-origin", scenarios.Contradiction, "sandboxed frame"},

		{Policy{Methods: []string{"*"}}, "methods[0]", scenarios.BadValue, "no wildcard for methods"},
		{Policy{Methods: []string{"GET", "P UT"}}, "methods[1]", scenarios.BadValue, "such as PUT"},
		{Policy{Methods: []string{""}}, "methods[0]", scenarios.BadValue, "such as PUT"},
		{Policy{Methods: []string{"Trace"}}, "methods[0]", scenarios.BadValue, "browsers refuse"},
		{Policy{Methods: []string{"CONNECT"}}, "methods[0]", scenarios.BadValue, "browsers refuse"},
		{Policy{Methods: []string{"put"}}, "methods[0]", scenarios.BadValue, "PUT"},
		{Policy{Methods: []string{"Patch"}}, "methods[0]", scenarios.BadValue, "PATCH"},
		{Policy{Methods: []string{"PUT", "PUT"}}, "methods[1]", scenarios.RepeatedID, "once"},

		{Policy{RequestHeaders: []string{"X-A", "x-a"}}, "request-headers[1]", scenarios.RepeatedID, "no case"},
		{Policy{RequestHeaders: []string{"*", "*"}}, "request-headers[1]", scenarios.RepeatedID, "once"},
		{Policy{RequestHeaders: []string{"X-*"}}, "request-headers[0]", scenarios.BadValue, `"*" alone`},
		{Policy{RequestHeaders: []string{"X-A, X-B"}}, "request-headers[0]", scenarios.BadValue, "the name of one header"},
		{Policy{RequestHeaders: []string{"X-A:"}}, "request-headers[0]", scenarios.BadValue, "the name of one header"},
		{Policy{RequestHeaders: []string{"Cookie"}}, "request-headers[0]", scenarios.BadValue, "that a script can set"},
		{Policy{RequestHeaders: []string{"origin"}}, "request-headers[0]", scenarios.BadValue, "that a script can set"},
		{Policy{RequestHeaders: []string{"Sec-Token"}}, "request-headers[0]", scenarios.BadValue, "that a script can set"},

		{Policy{ExposeHeaders: []string{"Set-Cookie"}}, "expose-headers[0]", scenarios.BadValue, "that a script can read"},
		{Policy{Origins: app, Credentials: true, ExposeHeaders: []string{"*"}}, "expose-headers[0]", scenarios.Contradiction, "the headers by name"},
		{Policy{ExposeHeaders: []string{"X Total"}}, "expose-headers[0]", scenarios.BadValue, "such as X-Total"},

		{Policy{MaxAge: -time.Second}, "max-age", scenarios.BadValue, "not negative"},
		{Policy{MaxAge: 1500 * time.Millisecond}, "max-age", scenarios.BadValue, "whole seconds"},
		{Policy{MaxAge: 20000 * time.Hour}, "max-age", scenarios.BadValue, "at most a year"},

		{Policy{PublicURL: "api.example.com"}, "public-url", scenarios.BadOrigin, "with its scheme: https://api.example.com"},
		{Policy{PublicURL: "https://api.example.com/"}, "public-url", scenarios.BadOrigin, "no slash"},
		{Policy{PublicURL: "https://*.example.com"}, "public-url", scenarios.BadOrigin, "one origin"},
		{Policy{PublicURL: "https://api.example.com:*"}, "public-url", scenarios.BadOrigin, "one origin"},
		{Policy{PublicURL: "*"}, "public-url", scenarios.BadOrigin, "one origin"},
		{Policy{PublicURL: "null"}, "public-url", scenarios.BadOrigin, "an origin such as https://api.example.com"},
		{Policy{Origins: app, PublicURL: "http://api.example.com"}, "public-url", scenarios.Contradiction, "mixed content"},

		{at(Endpoint{}), "endpoints[0].path", scenarios.Missing, "such as /items"},
		{at(Endpoint{Path: "items"}), "endpoints[0].path", scenarios.BadValue, `begins with "/"`},
		{at(Endpoint{Path: "https://api.example.com/items"}), "endpoints[0].path", scenarios.BadValue, "belong to public-url"},
		{at(Endpoint{Path: "//items"}), "endpoints[0].path", scenarios.BadValue, `one "/"`},
		{at(Endpoint{Path: "/items#top"}), "endpoints[0].path", scenarios.BadValue, "without #"},
		{at(Endpoint{Path: "/a/../items"}), "endpoints[0].path", scenarios.BadValue, "as browsers send it: /items"},
		{at(Endpoint{Path: "/a b"}), "endpoints[0].path", scenarios.BadValue, "as browsers send it: /a%20b"},
		{at(Endpoint{Path: "/.corsproof/x"}), "endpoints[0].path", scenarios.BadValue, "/.corsproof/"},
		{at(Endpoint{Path: "/items?a=1&corsproof=2"}), "endpoints[0].path", scenarios.BadValue, "corsproof="},
		{at(Endpoint{Path: "/items", Methods: []string{"PUT"}}), "endpoints[0].methods[0]", scenarios.Contradiction, "in `methods`, too"},
		{at(Endpoint{Path: "/items", Methods: []string{"TRACE"}}), "endpoints[0].methods[0]", scenarios.BadValue, "browsers refuse"},
		{at(Endpoint{Path: "/items", Headers: map[string]string{"Cookie": "a=b"}}), "endpoints[0].headers.Cookie", scenarios.BadValue, "that a script can set"},
		{at(Endpoint{Path: "/items", Headers: map[string]string{"X-HTTP-Method": "TRACE"}}), "endpoints[0].headers.X-HTTP-Method", scenarios.BadValue, "that a script can set"},
		{at(Endpoint{Path: "/items", Headers: map[string]string{"X A": "b"}}), "endpoints[0].headers.X A", scenarios.BadValue, "the name of a header"},
		{at(Endpoint{Path: "/items", Headers: map[string]string{"X-A": "a", "x-a": "b"}}), "endpoints[0].headers.x-a", scenarios.RepeatedID, "once"},
		{at(Endpoint{Path: "/items", Headers: map[string]string{"X-A": "sesame\r\nX-B: c"}}), "endpoints[0].headers.X-A", scenarios.BadValue, "one line"},
		{at(Endpoint{Path: "/items", Headers: map[string]string{"X-A": "sesame ☃"}}), "endpoints[0].headers.X-A", scenarios.BadValue, "U+00FF"},
		{at(Endpoint{Path: "/items", Headers: map[string]string{"X-A": "${SESAME}"}}), "endpoints[0].headers.X-A", scenarios.BadPlaceholder, "os.Getenv"},
		{at(Endpoint{Path: "/items", ExpectStatus: 99}), "endpoints[0].expect-status", scenarios.BadValue, "200 to 599"},
		{Policy{Endpoints: []Endpoint{{Path: "/items"}, {Path: "/items"}}}, "endpoints[1].path", scenarios.RepeatedID, "once"},

		{why(Accept{Class: "leek", Why: "."}), "accept[0].class", scenarios.UnknownWord, `did you mean "leak"?`},
		{why(Accept{Why: "."}), "accept[0].class", scenarios.Missing, "leak, over-permissive"},
		{why(Accept{Class: Leak}), "accept[0].why", scenarios.Missing, "the reason"},
		{why(Accept{Class: Leak, Endpoint: "/item", Why: "."}), "accept[0].endpoint", scenarios.UnknownWord, "a path of `endpoints`"},
		{Policy{Accept: []Accept{{Class: Leak, Why: "a"}, {Class: Leak, Why: "b"}}}, "accept[1]", scenarios.RepeatedID, "one entry"},
	} {
		err := test.policy.Validate()
		var invalid *Invalid
		if !assert.ErrorAs(t, err, &invalid, "%+v", test.policy) {
			continue
		}
		require.Len(t, invalid.List, 1, "%v", err)
		p := invalid.List[0]
		assert.Equal(t, test.key, p.Key)
		assert.Equal(t, test.kind, p.Kind, "%v", err)
		assert.ErrorIs(t, err, test.kind)
		assert.Contains(t, p.Expected, test.want)
		assert.NotContains(t, err.Error(), "sesame", "a header's value may be a secret")
	}
}

func TestValidateReportsAll(t *testing.T) {
	p := Policy{Origins: []string{"*", "null", "example.com"}, Methods: []string{"TRACE"}, ExposeHeaders: []string{"Set-Cookie"}, Credentials: true, MaxAge: -1}
	err := p.Validate()
	var invalid *Invalid
	require.ErrorAs(t, err, &invalid)
	var keys []string
	for _, p := range invalid.List {
		keys = append(keys, p.Key)
	}
	assert.Equal(t, []string{"origins[1]", "origins[2]", "credentials", "methods[0]", "expose-headers[0]", "max-age"}, keys)
	assert.Equal(t, len(keys), len(strings.Split(err.Error(), "\n")))
	var one *Problem
	assert.True(t, errors.As(err, &one))
}
