package fuzz

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// The page: the document that the script runs in. Each different one is a tab
// of its own, so few cases have one.

var pageKeys = []key{
	{"headers", 550, ownDocument, func(g *gen) *node {
		headers := g.lines(documentHeaders)
		g.unserved = slices.ContainsFunc(headers.keys, func(name string) bool { return strings.EqualFold(name, "Content-Security-Policy") })
		return headers
	}},
	{"top", 250, func(g *gen) bool { return !strings.HasPrefix(g.from, "http") }, func(g *gen) *node {
		top := g.pick(tops)
		g.unserved = g.unserved || top == "http"
		return text(top)
	}},
	{"sandbox", 120, ownDocument, sandboxValue},
	{"service-worker", 200, servable, func(g *gen) *node {
		return (&node{kind: mapping}).with("responds", text(g.one("pass", "cors", "opaque", "synthetic")))
	}},
}

// seen is true for what tells the page how it ends. The rest is loaded as it is
// painted, and a frame that is not in front paints when the browser finds time.
func seen(g *gen) bool { return !slices.Contains(g.way.Reads, oracle.Unobservable) }

func pageValue(g *gen) *node { return g.mapping(pageKeys) }

// ownDocument is true where the script's document is the page itself, whose
// policies cannot keep it from coming up.
func ownDocument(g *gen) bool {
	return !strings.HasPrefix(g.from, "opaque") && !strings.HasSuffix(g.from, "worker")
}

// tops are pages that embed the document in a frame.
var tops = words("app api sub third http https://app.example.com")

// servable is true where a service worker can be: a secure document with an
// origin, whose policies let it have one.
func servable(g *gen) bool {
	return !g.unserved && (g.from == "app" || g.from == "sub" || g.from == "api")
}

func sandboxValue(g *gen) *node {
	tokens := []string{"allow-scripts"}
	for _, token := range []string{"allow-same-origin", "allow-forms", "allow-downloads"} {
		if g.chance(400) {
			tokens = append(tokens, token)
		}
	}
	g.unserved = g.unserved || !slices.Contains(tokens, "allow-same-origin")
	return texts(tokens...)
}

// documentHeaders are the headers of the document that decide what it may load.
// Their values have no slips: what a policy with a slip in it means is not what
// this is about.
var documentHeaders = []replyHeader{
	{"Content-Security-Policy", 450, exactly(
		"connect-src 'self'", "connect-src *", "connect-src 'none'", "connect-src https://api.other.test", "connect-src https:", "connect-src http:", "connect-src *.other.test",
		"connect-src https://api.other.test/items", "connect-src https://api.other.test:*", "connect-src https://third.test https://*.test", "connect-src", "default-src 'self'", "default-src 'none'",
		"default-src https://api.other.test; connect-src *", "img-src 'self'", "img-src https://api.other.test data:", "script-src 'self'", "script-src https:", "style-src 'none'", "font-src 'self'",
		"media-src 'self'", "frame-src 'self'", "child-src 'none'", "object-src 'none'", "worker-src 'self'", "form-action 'self'", "upgrade-insecure-requests", "sandbox allow-scripts",
		"sandbox allow-scripts allow-same-origin", "img-src *, img-src 'none'", "CONNECT-SRC 'SELF'", "connect-src 'self' 'self'", "connect-src 'self'; connect-src *")},
	{"Cross-Origin-Embedder-Policy", 300, exactly("require-corp", "credentialless", "unsafe-none", "require-corp; report-to=\"x\"", "Require-Corp", "\"require-corp\"", "require-corp, require-corp", "credentialless;a")},
	{"Referrer-Policy", 200, exactly("no-referrer", "same-origin", "origin", "unsafe-url", "strict-origin", "no-referrer, unsafe-url", "x, no-referrer", "no-referrer, x", "NO-REFERRER", "")},
	{"Cross-Origin-Opener-Policy", 40, exactly("same-origin")},
	{"Cross-Origin-Resource-Policy", 40, exactly("same-origin", "cross-origin")},
	{"Document-Isolation-Policy", 30, exactly("isolate-and-require-corp", "isolate-and-credentialless")},
}

// exactly are values that stay as they are.
func exactly(values ...string) func(*gen) variants {
	return func(g *gen) variants { return variants{usual: choices{{1, g.one(values...)}}, exact: true} }
}
