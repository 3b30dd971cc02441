package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func controlled(t testing.TB, responds string, headers ...string) Client {
	return Client{Page: origin(t, app), Headers: h(headers...), ServiceWorker: &ServiceWorker{
		Responds: responds, Response: Reply{Status: 200, Headers: h("Content-Type", "image/png", "X-A", "1"), Body: []byte(png)},
	}}
}

func TestServiceWorkerAnswers(t *testing.T) {
	images := func(w WireRequest) Reply {
		reply := permissive(w)
		reply.Body, reply.Headers = []byte(png), append(reply.Headers, h("Content-Type", "image/png")...)
		return reply
	}
	silent := answers(200, png, "Content-Type", "image/png")
	away := route(map[string]Reply{"/x": redirect(302, "https://third.test/y")})
	for _, c := range []struct {
		name, responds string
		r              Request
		server         ServerFunc
		read           Read
		reason         Reason
		kind           string
		wire           []string
	}{
		{"cors passed", "pass", Request{Via: "fetch", URL: api}, images, Allowed, "", "cors", []string{"GET " + api + " " + app}},
		{"cors passed and refused", "pass", Request{Via: "fetch", URL: api}, silent, Blocked, MissingAllowOrigin, "error", []string{"GET " + api + " " + app}},
		{"preflight is the worker's", "pass", Request{Via: "fetch", URL: api, Method: "PUT"}, images, Allowed, "", "cors",
			[]string{"OPTIONS " + api + " " + app, "PUT " + api + " " + app}},
		{"no preflight for another request", "cors", Request{Via: "fetch", URL: api, Method: "PUT"}, images, Allowed, "", "cors", []string{"GET " + api + " " + app}},
		{"image passed", "pass", Request{Via: "img", URL: api}, images, Opaque, Tainted, "opaque", []string{"GET " + api}},
		{"image by cors", "cors", Request{Via: "img", URL: api}, images, Allowed, "", "cors", []string{"GET " + api + " " + app}},
		{"image by cors, refused", "cors", Request{Via: "img", URL: api}, silent, Blocked, MissingAllowOrigin, "error", []string{"GET " + api + " " + app}},
		{"image, opaque", "opaque", Request{Via: "img", URL: api}, images, Opaque, Tainted, "opaque", []string{"GET " + api}},
		{"own image, opaque", "opaque", Request{Via: "img", URL: own}, images, Allowed, "", "basic", []string{"GET " + own}},
		{"opaque for cors", "opaque", Request{Via: "fetch", URL: api}, images, Blocked, ServiceWorkerResponse, "error", []string{"GET " + api}},
		{"opaque for img-cors", "opaque", Request{Via: "img-cors", URL: api}, images, Blocked, ServiceWorkerResponse, "error", []string{"GET " + api}},
		{"opaque for no-cors", "opaque", Request{Via: "fetch", Mode: "no-cors", URL: api}, images, Opaque, "", "opaque", []string{"GET " + api}},
		{"cors for no-cors", "cors", Request{Via: "fetch", Mode: "no-cors", URL: api}, images, Allowed, "", "cors", []string{"GET " + api + " " + app}},
		{"cors for same-origin", "cors", Request{Via: "fetch", Mode: "same-origin", URL: own}, route(map[string]Reply{"app.site.test/x": redirect(302, api)}),
			Blocked, ServiceWorkerResponse, "error", []string{"GET " + own, "GET " + api + " " + app}},
		{"redirect mode error", "cors", Request{Via: "fetch", Redirect: "error", URL: api}, away, Blocked, ServiceWorkerResponse, "error",
			[]string{"GET " + api + " " + app, "GET https://third.test/y null"}},
		{"redirect mode error passed", "pass", Request{Via: "fetch", Redirect: "error", URL: api}, away, Blocked, RedirectModeError, "error", []string{"GET " + api + " " + app}},
		{"redirect mode manual passed", "pass", Request{Via: "fetch", Redirect: "manual", URL: api}, away, Opaque, "", "opaqueredirect", []string{"GET " + api + " " + app}},
		{"same-origin to another", "cors", Request{Via: "fetch", Mode: "same-origin", URL: api}, images, Blocked, ModeSameOrigin, "error", nil},
		{"synthetic", "synthetic", Request{Via: "fetch", URL: api}, images, Allowed, "", "cors", nil},
		{"synthetic image", "synthetic", Request{Via: "img", URL: api}, images, Opaque, Tainted, "opaque", nil},
		{"synthetic at home", "synthetic", Request{Via: "fetch", URL: own}, images, Allowed, "", "basic", nil},
		{"frames go past it", "synthetic", Request{Via: "iframe", URL: own}, images, Allowed, "", "basic", []string{"GET " + own}},
		{"workers go past it", "synthetic", Request{Via: "worker", URL: own}, images, Blocked, WrongType, "basic", []string{"GET " + own}},
		{"userinfo", "cors", Request{Via: "xhr", URL: "https://u:p@api.other.test/x"}, images, Blocked, InvalidRequest, "error", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.r.Client = controlled(t, c.responds)
			p := predict(t, c.r, c.server)
			assert.Equal(t, c.read, p.Read)
			assert.Equal(t, c.reason, p.Reason)
			if c.read != Blocked {
				assert.Equal(t, c.kind, p.Type)
			}
			assert.Equal(t, c.wire, saw(p))
		})
	}
	p := predict(t, Request{Via: "fetch", URL: api, Client: controlled(t, "cors")}, away)
	assert.Equal(t, "https://third.test/y", p.URL)
	assert.True(t, p.Redirected, "the worker's redirects show")
	p = predict(t, Request{Via: "fetch", URL: api, Client: controlled(t, "synthetic")}, images)
	assert.Equal(t, api, p.URL, "a response without a URL has the request's")
	assert.Equal(t, h("content-type", "image/png"), p.Headers)
	muted := predict(t, Request{Via: "script", URL: api, Client: controlled(t, "cors")}, permissive)
	assert.False(t, muted.Muted)
	sandboxed := controlled(t, "synthetic")
	sandboxed.Opaque = true
	assert.Len(t, predict(t, Request{Via: "fetch", URL: api, Client: sandboxed}, images).Wire, 1, "an opaque origin has no worker")
	byAuthor := controlled(t, "")
	assert.Len(t, predict(t, Request{Via: "fetch", URL: api, Client: byAuthor}, images).Wire, 1)
}

// What an engine does otherwise.
func TestServiceWorkerInChromium(t *testing.T) {
	chromium := ProfileFor("chromium")
	p := predictAs(t, chromium, Request{Via: "canvas", URL: api, Client: controlled(t, "synthetic")}, permissive)
	assert.Equal(t, Allowed, p.Read)
	p = predictAs(t, chromium, Request{Via: "fetch", Mode: "no-cors", URL: api, Client: controlled(t, "synthetic")}, permissive)
	assert.Equal(t, "basic", p.Type)
	assert.Equal(t, h("content-type", "image/png", "x-a", "1"), p.Headers)
	head := Request{Via: "fetch", Method: "HEAD", URL: own, Client: controlled(t, "synthetic")}
	assert.Empty(t, predict(t, head, permissive).Body)
	assert.NotEmpty(t, predictAs(t, chromium, head, permissive).Body)
	module := Request{Via: "module", URL: own, Client: controlled(t, "pass")}
	assert.Equal(t, app, predictAs(t, chromium, module, permissive).Wire[0].Origin)
	sync := Request{Via: "xhr", Sync: true, URL: api, Client: controlled(t, "opaque")}
	assert.Equal(t, ServiceWorkerResponse, predict(t, sync, permissive).Reason)
	assert.Equal(t, Allowed, predictAs(t, chromium, sync, permissive).Read)
	upload := Request{Via: "xhr", Method: "POST", Body: &Body{Type: textUTF8, Bytes: []byte("x")}, UploadListener: true, URL: api, Client: controlled(t, "pass")}
	assert.Len(t, predict(t, upload, permissive).Wire, 1)
	assert.Len(t, predictAs(t, chromium, upload, permissive).Wire, 2)
	imported := Request{Via: "import-scripts", URL: api, Client: controlled(t, "cors")}
	script := answers(200, "1", "Content-Type", "text/javascript", "Access-Control-Allow-Origin", "*")
	assert.Equal(t, Allowed, predict(t, imported, script).Read)
	assert.Equal(t, Opaque, predictAs(t, Profile{WorkerImportsMuted: true}, imported, script).Read)
	imported.URL = own
	assert.Equal(t, Allowed, predictAs(t, Profile{WorkerImportsMuted: true}, imported, script).Read)
	named := Request{Via: "xhr", URL: "https://u:p@api.other.test/x", Client: controlled(t, "pass")}
	assert.Equal(t, Allowed, predict(t, named, permissive).Read)
	assert.Equal(t, EmbeddedCredentials, predictAs(t, chromium, named, permissive).Reason)
}

// The document's policies look at what a service worker answers with.
func TestPoliciesOfWorkerResponses(t *testing.T) {
	images := func(headers ...string) ServerFunc {
		return func(w WireRequest) Reply {
			reply := permissive(w)
			reply.Body, reply.Headers = []byte(png), append(reply.Headers, h(headers...)...)
			return reply
		}
	}
	const coep, corp = "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy"
	for _, c := range []struct {
		name, responds, embedder string
		server                   ServerFunc
		want                     Reason
	}{
		{"opaque without CORP", "opaque", "require-corp", images(), CrossOriginEmbedderPolicy},
		{"opaque with CORP", "opaque", "require-corp", images(corp, "cross-origin"), Tainted},
		{"cors without CORP", "cors", "require-corp", images(), CrossOriginEmbedderPolicy},
		{"synthetic", "synthetic", "require-corp", images(), Tainted},
		{"credentialless", "opaque", "credentialless", images(), Tainted},
		{"same-origin", "opaque", "", images(corp, "same-origin"), CrossOriginResourcePolicy},
		{"nothing", "opaque", "", images(), Tainted},
	} {
		r := Request{Via: "img", URL: api, Client: controlled(t, c.responds, coep, c.embedder)}
		assert.Equal(t, c.want, predict(t, r, c.server).Reason, c.name)
	}
	away := route(map[string]Reply{"/x": redirect(302, "https://third.test/y")})
	r := Request{Via: "fetch", URL: api, Client: controlled(t, "cors", "Content-Security-Policy", "connect-src https://api.other.test")}
	assert.Equal(t, ContentSecurityPolicy, predict(t, r, away).Reason)
	near := route(map[string]Reply{"/x": redirect(302, "https://api.other.test/y")})
	r.Client = controlled(t, "cors", "Content-Security-Policy", "connect-src https://api.other.test/x")
	assert.Equal(t, ContentSecurityPolicy, predict(t, r, near).Reason)
	assert.Equal(t, Allowed, predictAs(t, ProfileFor("chromium"), r, near).Read)
}

// A service worker that refuses.
func TestServiceWorkerError(t *testing.T) {
	for _, via := range []Via{"fetch", "xhr", "img", "script"} {
		p := predict(t, Request{Via: via, URL: api, Client: controlled(t, "error")}, permissive)
		assert.Equal(t, ServiceWorkerResponse, p.Reason, via)
		assert.Empty(t, p.Wire, via)
	}
	frame := Request{Via: "iframe", URL: api, Client: controlled(t, "error")}
	assert.Equal(t, Opaque, predict(t, frame, permissive).Read, "a frame goes past it")
}
