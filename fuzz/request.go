package fuzz

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// The request, key by key. What a way to load cannot take is not given; what an
// API refuses by throwing is.

// requestKeys begin with what the others depend on: from, to and via are there
// already when the rest is made.
var requestKeys = []key{
	{"path", 200, nil, word(paths)},
	{"userinfo", 8, toServer, word(words("user:pass user :pass u%40:p"))},
	{"mode", 450, nil, modeValue},
	{"credentials", 500, nil, credentialsValue},
	{"method", 550, takes(oracle.KnobMethod), methodValue},
	{"headers", 600, takes(oracle.KnobHeaders), requestHeaders},
	{"body", 450, takesBody, bodyValue},
	{"redirect", 150, takes(oracle.KnobRedirect), word(words("follow error manual"))},
	{"cache", 90, takes(oracle.KnobCache), word(words("default no-store reload no-cache force-cache only-if-cached"))},
	{"referrer-policy", 120, takes(oracle.KnobReferrerPolicy), word(words(
		"no-referrer no-referrer-when-downgrade same-origin origin strict-origin origin-when-cross-origin strict-origin-when-cross-origin unsafe-url"))},
	{"integrity", 70, takes(oracle.KnobIntegrity), func(g *gen) *node { return text(g.vary(integrity)) }},
	{"keepalive", 12, takes(oracle.KnobKeepalive), yes},
	{"upload-listener", 150, takes(oracle.KnobUploadListener), yes},
	{"sync", 15, takes(oracle.KnobSync), yes},
	{"response-type", 150, takes(oracle.KnobResponseType), word(words("arraybuffer blob document json text"))},
}

// pages are where scripts run.
var pages = choices{
	{120, "app"}, {6, "port"}, {6, "sub"}, {4, "parent"}, {4, "api"}, {3, "evil"}, {10, "http"}, {3, "http-port"}, {3, "http-api"},
	{4, "app-h2"}, {8, "opaque-sandbox"}, {5, "opaque-srcdoc"}, {5, "opaque-data"},
	{2, "opaque-data-worker"}, {1, "opaque-data-shared-worker"}, {3, "worker"}, {2, "shared-worker"}, {2, "blob-worker"},
	{2, "https://app.example.com"}, {1, "https://app_x.test"}, {2, "http://localhost:8080"}, {1, "https://xn--bcher-kva.test"},
}

// targets are where requests and redirects go.
var targets = choices{
	{90, "api"}, {25, "app"}, {10, "sub"}, {8, "port"}, {6, "parent"}, {10, "third"}, {6, "api-port"}, {3, "evil"},
	{6, "http-api"}, {6, "http"}, {4, "http-sub"}, {2, "http-port"}, {8, "api-h2"}, {3, "app-h2"}, {3, "sub-h2"},
	{2, "https://app.example.com"}, {2, "https://api.other.test:444"}, {2, "http://localhost:8080"}, {1, "http://127.0.0.1:8081"}, {1, "https://a-b_c.other.test"},
}

var paths = choices{
	{4, "/items"}, {2, "/a/b?x=1&y=2"}, {2, "/a#frag"}, {1, "/a?b#c?d"}, {1, "/x%20y"}, {1, "/x y"}, {1, "/a/../b"}, {1, "/a/./b"},
	{1, "//double"}, {1, "/a;b=c"}, {1, "/?q='\"<>"}, {1, "/a/%2e%2e/b"}, {1, "/a%"}, {1, "/?"}, {1, "/#"}, {1, "/a@b:c"}, {1, `/a\b`},
}

func toServer(g *gen) bool { return !strings.HasSuffix(g.to, ":") }

// modeValue is one of the way's modes.
func modeValue(g *gen) *node {
	settings := slices.Clone(g.way.Settings)
	// These two are mostly refused before anything is sent.
	settings = slices.DeleteFunc(settings, func(s oracle.Setting) bool {
		return s.Mode == "navigate" && len(settings) > 1 && !g.odd() || s.Mode == "same-origin" && g.to != g.from && !g.chance(250)
	})
	if len(settings) == 0 {
		return nil
	}
	g.mode = settings[g.IntN(len(settings))].Mode
	if len(g.way.Settings) == 1 {
		return nil
	}
	return text(g.mode)
}

// credentialsValue is one that the way can have in its mode.
func credentialsValue(g *gen) *node {
	for _, s := range g.way.Settings {
		if s.Mode == g.mode {
			if slices.Contains(s.Credentials, "include") && g.chance(500) {
				return text("include")
			}
			return text(g.one(s.Credentials...))
		}
	}
	return nil
}

var methods = variants{
	usual: choices{{20, "GET"}, {30, "POST"}, {25, "PUT"}, {15, "DELETE"}, {15, "PATCH"}, {12, "HEAD"}, {6, "OPTIONS"}},
	odd: choices{{2, "get"}, {2, "post"}, {2, "put"}, {2, "delete"}, {2, "head"}, {2, "options"}, {4, "patch"}, {1, "Patch"}, {1, "pOsT"}, {1, "GeT"},
		{1, "PUt"}, {1, "FOO"}, {1, "foo"}, {1, "QUERY"}, {1, "query"}, {1, "*"}, {1, "a|b"}, {1, "!"}, {1, "PROPFIND"},
		{1, "TRACE"}, {1, "trace"}, {1, "CONNECT"}, {1, "TRACK"}, {1, "Connect"}, {1, "GETX"}, {1, "PUT1"}},
}

// integrity are hashes of what the server says, and what is none or nearly one.
var integrity = variants{
	usual: choices{{6, "{sha256}"}, {3, "{sha384}"}, {3, "{sha512}"}, {2, "sha256-AAAA"}, {1, "{sha256} {sha512}"}},
	odd: choices{{2, ""}, {1, " "}, {2, "tea"}, {1, "sha256"}, {1, "sha256-"}, {2, "sha1-AAAA"}, {1, "md5-AAAA {sha256}"}, {2, "sha512-AAAA {sha256}"}, {2, "{sha512} sha256-AAAA"}, {2, "sha256-AAAA {sha256}"},
		{1, "sha256-AAAA,{sha256}"}, {1, "{sha256}?ct=text/plain"}, {1, "?{sha256}"}, {1, "SHA256-AAAA"}, {1, "Sha256-AAAA"}, {1, "sha-256-AAAA"}, {1, "sha-512-AAAA"}, {1, "sha256-t*a"}, {1, "sha256-AA-A"}, {1, "sha256-AA_A"},
		{1, "{sha256}="}, {1, "sha256-AAA"}, {1, "sha256-AAA="}, {1, "sha256-AA="}, {1, "sha256-A"}, {1, "sha256-AAAA===="}, {1, "\t{sha256}\n"}, {1, "\v{sha256}"}, {1, "'{sha256}'"}, {1, "{sha384}\f{sha256}"}},
}

func methodValue(g *gen) *node {
	from := methods.usual
	if g.odd() {
		from = methods.odd
	}
	if g.way.Via == "form" {
		from = words("GET POST post")
	}
	g.method = g.pick(from)
	return text(g.method)
}

// takesBody: a GET with a body throws, which is worth a look now and then.
func takesBody(g *gen) bool {
	if !g.way.CanTake(oracle.KnobBody) {
		return false
	}
	safe := g.method == "" || g.method == "GET" || g.method == "HEAD"
	return !safe || g.way.Via == "beacon" || g.chance(60)
}

var bodyTexts = choices{{5, "body"}, {3, "a=1&b=2"}, {3, `{{"a":1}`}, {1, ""}, {1, "\u0000\u00ff"}, {1, "<p>\n</p>"}}

var bodyKeys = []key{
	{"type", 600, nil, func(g *gen) *node { return text(g.vary(contentTypes)) }},
	{"text", 1000, nil, word(bodyTexts)},
	{"stream", 250, func(g *gen) bool { return isH2(g.to) && g.way.Via == "fetch" }, yes},
}

func bodyValue(g *gen) *node {
	if g.chance(300) {
		return text(g.pick(bodyTexts))
	}
	return g.mapping(bodyKeys)
}
