package oracle

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const app = "https://app.site.test"

func h(pairs ...string) Headers {
	var out Headers
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, Header{pairs[i], pairs[i+1]})
	}
	return out
}

// The value is "*" without credentials, or the origin byte for byte; with
// credentials "true" must stand beside it.
func TestCORSCheck(t *testing.T) {
	const acao, acac = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
	for _, c := range []struct {
		credentials string
		h           Headers
		want        Reason
	}{
		{"omit", nil, MissingAllowOrigin},
		{"omit", h(acao, "*"), ""},
		{"same-origin", h(acao, "*"), ""},
		{"include", h(acao, "*", acac, "true"), WildcardWithCredentials},
		{"omit", h(acao, app), ""},
		{"omit", h(acao, " "+app+"\t"), ""},
		{"include", h(acao, app), InvalidAllowCredentials},
		{"include", h(acao, app, acac, "true"), ""},
		{"include", h(acao, app, acac, "True"), InvalidAllowCredentials},
		{"include", h(acao, app, acac, "true", acac, "true"), InvalidAllowCredentials},
		{"omit", h(acao, app, acao, app), MultipleAllowOrigin},
		{"omit", h(acao, "*", acao, "*"), MultipleAllowOrigin},
		{"omit", h(acao, app+" https://b.test"), MultipleAllowOrigin},
		{"omit", h(acao, app+"/"), AllowOriginMismatch},
		{"omit", h(acao, "https://b.test"), AllowOriginMismatch},
		{"omit", h(acao, "HTTPS://APP.SITE.TEST"), AllowOriginMismatch},
		{"omit", h(acao, "null"), AllowOriginMismatch},
		{"omit", h(acao, "Null"), InvalidAllowOrigin},
		{"omit", h(acao, "app.site.test"), InvalidAllowOrigin},
		{"omit", h(acao, ""), InvalidAllowOrigin},
		{"omit", h(acao, "https://"), InvalidAllowOrigin},
	} {
		assert.Equal(t, c.want, CORSCheck(app, c.credentials, c.h), "%s %v", c.credentials, c.h)
	}
	assert.Empty(t, CORSCheck("null", "include", h(acao, "null", acac, "true")), "null matches null")
}

func TestCheckPreflight(t *testing.T) {
	const acao, acac, acam, acah = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"
	put := Preflight{Origin: app, Credentials: "same-origin", Method: "PUT"}
	putWith := Preflight{Origin: app, Credentials: "include", Method: "PUT"}
	auth := Preflight{Origin: app, Credentials: "omit", Method: "GET", UnsafeHeaders: []string{"authorization"}}
	custom := Preflight{Origin: app, Credentials: "omit", Method: "GET", UnsafeHeaders: []string{"x-a", "x-b"}}
	customWith := custom
	customWith.Credentials = "include"
	lenient := auth
	lenient.Profile = Profile{AuthorizationUnderWildcard: true}
	forced := Preflight{Origin: app, Credentials: "omit", Method: "FOO", Forced: true}
	for _, c := range []struct {
		name   string
		p      Preflight
		status int
		h      Headers
		want   Reason
	}{
		{"listed", put, 204, h(acao, "*", acam, "GET, PUT"), ""},
		{"wildcard", put, 200, h(acao, "*", acam, "*"), ""},
		{"not listed", put, 200, h(acao, "*", acam, "GET"), MethodNotAllowed},
		{"other case", put, 200, h(acao, "*", acam, "put"), MethodNotAllowed},
		{"no list", put, 200, h(acao, "*"), MethodNotAllowed},
		{"wildcard with credentials", putWith, 200, h(acao, app, acac, "true", acam, "*"), MethodNotAllowed},
		{"credentials of the request, not of the OPTIONS", putWith, 200, h(acao, "*", acam, "PUT"), PreflightWildcardWithCredentials},
		{"no CORS", put, 200, nil, PreflightMissingAllowOrigin},
		{"no CORS comes before status", put, 404, nil, PreflightMissingAllowOrigin},
		{"status", put, 404, h(acao, "*", acam, "PUT"), PreflightInvalidStatus},
		{"status 304", put, 304, h(acao, "*", acam, "PUT"), PreflightInvalidStatus},
		{"status 299", put, 299, h(acao, "*", acam, "PUT"), ""},
		{"redirect", put, 302, h("Location", "/x"), PreflightRedirect},
		{"redirect to nowhere", put, 302, h(acao, "*"), PreflightInvalidStatus},
		{"malformed methods", put, 200, h(acao, "*", acam, "P UT"), InvalidAllowMethods},
		{"malformed methods of a GET", custom, 200, h(acao, "*", acam, `"x"`, acah, "x-a, x-b"), InvalidAllowMethods},
		{"malformed headers", put, 200, h(acao, "*", acam, "PUT", acah, "x y"), InvalidAllowHeaders},
		{"empty elements", put, 200, h(acao, "*", acam, ",PUT,,"), ""},
		{"headers in any case", custom, 200, h(acao, "*", acah, "X-B, X-A"), ""},
		{"headers on two lines", custom, 200, h(acao, "*", acah, "X-B", acah, "x-a"), ""},
		{"one header missing", custom, 200, h(acao, "*", acah, "x-a"), HeaderNotAllowed},
		{"header wildcard", custom, 200, h(acao, "*", acah, "*"), ""},
		{"header wildcard with credentials", customWith, 200, h(acao, app, acac, "true", acah, "*"), HeaderNotAllowed},
		{"wildcard leaves out authorization", auth, 200, h(acao, "*", acah, "*"), HeaderNotAllowed},
		{"authorization listed", auth, 200, h(acao, "*", acah, "*, Authorization"), ""},
		{"engines cover it", lenient, 200, h(acao, "*", acah, "*"), ""},
		{"forced without a list", forced, 200, h(acao, "*"), ""},
		{"forced, in Chromium", Preflight{Origin: app, Method: "FOO", Forced: true, Profile: ProfileFor("chromium")}, 200, h(acao, "*"), MethodNotAllowed},
		{"forced with a list", forced, 200, h(acao, "*", acam, "PUT"), MethodNotAllowed},
	} {
		_, got, _ := CheckPreflight(c.p, c.status, c.h)
		assert.Equal(t, c.want, got, c.name)
	}
}

// Max-Age is digits; anything else means 5 s, and engines have caps.
func TestMaxAge(t *testing.T) {
	const name = "Access-Control-Max-Age"
	for _, c := range []struct {
		value   string
		profile Profile
		want    time.Duration
	}{
		{"60", nil, time.Minute},
		{"0", nil, 0},
		{"-1", nil, 5 * time.Second},
		{"abc", nil, 5 * time.Second},
		{"", nil, 5 * time.Second},
		{"+60", nil, 5 * time.Second},
		{"60, 60", nil, 5 * time.Second},
		{"99999999999999999999", nil, (1<<31 - 1) * time.Second},
		{"99999", Profile{MaxAgeCap7200: true}, 2 * time.Hour},
		{"99999", Profile{MaxAgeCap600: true}, 10 * time.Minute},
		{"99999", ProfileFor("firefox"), 24 * time.Hour},
		{"abc", ProfileFor("firefox"), 0},
		{"-1", ProfileFor("chromium"), 0},
		{"+60", ProfileFor("chromium"), time.Minute},
		{"0x10", ProfileFor("chromium"), 5 * time.Second},
		{"99999999999999999999", ProfileFor("chromium"), 5 * time.Second},
	} {
		assert.Equal(t, c.want, c.profile.maxAge(h(name, c.value)), "%q %v", c.value, c.profile)
	}
	assert.Equal(t, 5*time.Second, Profile(nil).maxAge(nil))
}

func TestReadableHeaders(t *testing.T) {
	all := h("Content-Type", "a", "ETag", "b", "Set-Cookie", "c", "X-A", "1", "x-a", "2")
	with := func(value string) Headers { return append(Headers{{"Access-Control-Expose-Headers", value}}, all...) }
	names := func(h Headers) (out []string) {
		for _, line := range h {
			out = append(out, line.Name)
		}
		return out
	}
	assert.Equal(t, []string{"content-type", "etag", "x-a"}, names(ReadableHeaders("basic", "omit", all)))
	assert.Equal(t, []string{"content-type"}, names(ReadableHeaders("cors", "omit", all)))
	assert.Equal(t, []string{"content-type", "x-a"}, names(ReadableHeaders("cors", "include", with("X-A, Set-Cookie"))))
	assert.Equal(t, []string{"access-control-expose-headers", "content-type", "etag", "x-a"}, names(ReadableHeaders("cors", "same-origin", with("*"))))
	assert.Equal(t, []string{"content-type"}, names(ReadableHeaders("cors", "include", with("*"))))
	assert.Equal(t, []string{"content-type"}, names(ReadableHeaders("cors", "omit", with("x a"))), "a malformed list exposes nothing")
	assert.Nil(t, ReadableHeaders("opaque", "omit", all))
}

func TestResourcePolicy(t *testing.T) {
	for _, c := range []struct {
		policy, of string
		want       bool
	}{
		{"same-origin", app, true}, {"same-origin", "https://api.site.test", false}, {"same-site", "https://api.site.test", true},
		{"same-site", "http://api.site.test", true}, {"same-site", "https://api.other.test", false}, {"cross-origin", "https://api.other.test", true},
		{"Same-Origin", "https://api.other.test", true}, {"", "https://api.other.test", true},
	} {
		assert.Equal(t, c.want, resourcePolicyAllows(c.policy, origin(t, app), origin(t, c.of)), "%s %s", c.policy, c.of)
	}
	assert.False(t, resourcePolicyAllows("same-site", origin(t, "http://app.site.test"), origin(t, app)), "http may not use what came over https")
}
