package scenarios

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

func bind1(t *testing.T, keys string) *Bound {
	t.Helper()
	f := parse1(t, one(keys))
	b, err := Permutations([]*File{f})[0].Bind("t0", plainAssets{})
	require.NoError(t, err)
	return b
}

func origin(t *testing.T, name string) oracle.Origin {
	t.Helper()
	o, _, err := ResolveOrigin(name)
	require.NoError(t, err)
	return o
}

func TestBindRequest(t *testing.T) {
	b := bind1(t, `    request:
      to: api
      path: /items?page=2#part
      userinfo: user:pass
      method: PUT
      headers: {X-Where: "{origin:sub}", X-Self: "{url:port}"}
      body: {type: text/x, text: é}
      credentials: include
    expect: {read: blocked}
`)
	r := b.Steps[0].Request
	assert.Equal(t, "https://user:pass@api.other.test/~t0/items?page=2#part", r.URL)
	assert.Equal(t, oracle.Via("fetch"), r.Via)
	assert.Equal(t, App, r.Client.Page)
	assert.Equal(t, oracle.Headers{{Name: "X-Where", Value: "https://api.site.test"}, {Name: "X-Self", Value: "https://app.site.test:8443/~t0/items?page=2"}}, r.Headers)
	assert.Equal(t, []byte{0xe9}, r.Body.Bytes)
	assert.Equal(t, "text/x", r.Body.Type)
	assert.Equal(t, "include", r.Credentials)
	assert.Equal(t, []oracle.Origin{App, origin(t, "api"), origin(t, "port")}, b.Origins())
	assert.Empty(t, b.Steps[0].NotSupported)
}

func TestBindOpaqueAndData(t *testing.T) {
	b := bind1(t, "    request: {from: opaque-sandbox, to: \"data:\", path: /}\n    expect: {read: allowed}\n")
	r := b.Steps[0].Request
	assert.Equal(t, oracle.Client{Page: App, Opaque: true}, r.Client)
	assert.Equal(t, "data:text/plain;base64,ZGVmYXVsdA==", r.URL)
}

func TestBindRefusesBadTokens(t *testing.T) {
	p := bind1(t, "    request: {to: api}\n    expect: {read: blocked}\n").Permutation
	for _, token := range []string{"", "a b", "a/b", "a.b", "é"} {
		_, err := p.Bind(token, plainAssets{})
		assert.Error(t, err, "%q", token)
	}
	_, err := p.Bind("t", nil)
	assert.Error(t, err)
}

const redirected = `    request: {to: sub, path: /a?b#c, method: PUT}
    server:
      preflight: {headers: {X-At: first, Access-Control-Allow-Origin: "{request-origin}", Access-Control-Allow-Methods: "{request-method}", Access-Control-Allow-Headers: "{request-headers}"}}
      redirects:
        - {to: api, status: 307, headers: {X: y}, userinfo: "u:p", preflight: {status: 200, headers: {X-At: second}}}
        - {path: /z#f}
        - {location: "{url:third}?q"}
      response: {headers: {Access-Control-Allow-Origin: "{request-origin}", Content-Type: text/x}, delay: 100ms}
    expect: {read: allowed}
`

func TestAnswer(t *testing.T) {
	b := bind1(t, redirected)
	sub, api, third := origin(t, "sub"), origin(t, "api"), origin(t, "third")
	for _, test := range []struct {
		name string
		q    Query
		want Answer
	}{
		{"the preflight", Query{At: sub, Path: "/a?b", Preflight: true, Origin: "null", RequestMethod: "PUT", RequestHeaders: "x"},
			Answer{Status: 204, Headers: oracle.Headers{{Name: "X-At", Value: "first"}, {Name: "Access-Control-Allow-Origin", Value: "null"}, {Name: "Access-Control-Allow-Methods", Value: "PUT"}, {Name: "Access-Control-Allow-Headers", Value: "x"}}}},
		{"the first redirect", Query{At: sub, Path: "/a?b"},
			Answer{Status: 307, Headers: oracle.Headers{{Name: "X", Value: "y"}, {Name: "Location", Value: "https://u:p@api.other.test/~t0/a;~1?b"}}}},
		{"its preflight", Query{At: api, Hop: 1, Path: "/a?b", Preflight: true},
			Answer{Status: 200, Headers: oracle.Headers{{Name: "X-At", Value: "second"}}}},
		{"the second redirect", Query{At: api, Hop: 1, Path: "/a?b"},
			Answer{Status: 302, Headers: oracle.Headers{{Name: "Location", Value: "https://api.other.test/~t0/z;~2#f"}}}},
		{"a literal location", Query{At: api, Hop: 2, Path: "/z"},
			Answer{Status: 302, Headers: oracle.Headers{{Name: "Location", Value: "https://api.third.test/~t0/z;~3?q"}}}},
		{"the response", Query{At: third, Hop: 3, Path: "/z?q", Origin: "https://o.test"},
			Answer{Status: 200, Body: []byte("default"), Delay: 100 * time.Millisecond, Headers: oracle.Headers{{Name: "Access-Control-Allow-Origin", Value: "https://o.test"}, {Name: "Content-Type", Value: "text/x"}}}},
		{"another origin", Query{At: api, Path: "/a?b"}, Answer{Status: 404}},
		{"another path", Query{At: sub, Path: "/b"}, Answer{Status: 404}},
		{"another hop", Query{At: sub, Hop: 9, Path: "/a?b"}, Answer{Status: 404}},
		{"a negative hop", Query{At: sub, Hop: -1, Path: "/a?b"}, Answer{Status: 404}},
	} {
		assert.Equal(t, test.want, b.Answer(0, test.q), test.name)
	}
	assert.Equal(t, Answer{Status: 404}, b.Answer(1, Query{At: sub, Path: "/a?b"}), "another step")
	assert.Equal(t, Answer{Status: 404}, b.Answer(-1, Query{At: sub, Path: "/a?b"}), "another step")
	assert.Equal(t, []oracle.Origin{App, sub, api, third}, b.Origins())
}

// The oracle's server and the wire's give one answer.
func TestOracleServer(t *testing.T) {
	b := bind1(t, redirected)
	server := b.Steps[0].Server
	reply := server.Reply(oracle.WireRequest{Method: "PUT", URL: "https://api.site.test/~t0/a?b", Origin: "null"})
	assert.Equal(t, 307, reply.Status)
	reply = server.Reply(oracle.WireRequest{Method: "OPTIONS", Preflight: true, URL: "https://api.other.test/~t0/a;~1?b"})
	assert.Equal(t, 200, reply.Status)
	for _, url := range []string{"https://api.site.test/~other/a?b", "https://api.site.test/a?b", "https://api.site.test", "data:,x", "", "https://A.test/~t0/a?b"} {
		assert.Equal(t, oracle.Reply{Status: 404}, server.Reply(oracle.WireRequest{Method: "GET", URL: url}), url)
	}
}

func TestAnswerDefaults(t *testing.T) {
	api := Query{At: origin(t, "api"), Path: "/"}
	preflight := api
	preflight.Preflight = true
	for _, test := range []struct {
		name, server string
		q            Query
		want         Answer
	}{
		{"nothing is said", "{}", api, Answer{Status: 200, Headers: oracle.Headers{{Name: "Content-Type", Value: "text/plain"}}, Body: []byte("default")}},
		{"no preflight", "{}", preflight, Answer{Status: 404}},
		{"an empty preflight", "{preflight: {}}", preflight, Answer{Status: 204, Headers: oracle.Headers{}}},
		{"an author's body brings no type", "{response: {body: x}}", api, Answer{Status: 200, Headers: oracle.Headers{}, Body: []byte("x")}},
		{"an empty body", "{response: {body: \"\"}}", api, Answer{Status: 200, Headers: oracle.Headers{}, Body: []byte{}}},
		{"bytes", "{response: {body: !!binary e3t7}}", api, Answer{Status: 200, Headers: oracle.Headers{}, Body: []byte("{{{")}},
		{"an author's type", "{response: {headers: {content-type: a/b}}}", api, Answer{Status: 200, Headers: oracle.Headers{{Name: "content-type", Value: "a/b"}}, Body: []byte("default")}},
		{"a status without a body", "{response: {status: 204}}", api, Answer{Status: 204, Headers: oracle.Headers{}}},
		{"an error has the default body", "{response: {status: 500, abort: in-body}}", api, Answer{Status: 500, Abort: "in-body", Headers: oracle.Headers{{Name: "Content-Type", Value: "text/plain"}}, Body: []byte("default")}},
	} {
		b := bind1(t, "    request: {to: api}\n    server: "+test.server+"\n    expect: {read: blocked}\n")
		assert.Equal(t, test.want, b.Answer(0, test.q), test.name)
	}
}

func TestCookiesStayInTheCase(t *testing.T) {
	b := bind1(t, `    request: {to: api}
    server: {redirects: [{to: sub}]}
    cookies:
      - {on: api, name: a, value: b, attributes: "SameSite=None; Secure"}
      - {on: sub, name: c, value: d, attributes: "path=/x; Secure"}
    expect: {read: blocked}
`)
	api, sub := origin(t, "api"), origin(t, "sub")
	assert.Equal(t, []oracle.Cookie{
		{On: api, Path: "/~t0/", Name: "a", Value: "b", Attributes: "SameSite=None; Secure"},
		{On: sub, Path: "/~t0/x", Name: "c", Value: "d", Attributes: "Secure"},
	}, b.Steps[0].Cookies)
}

func TestSetUp(t *testing.T) {
	b := bind1(t, "    request: {to: api, path: \"/with-cors?x=1\"}\n    server: {set-up: {name: express-cors, options: {origin: 010, methods: [GET, PUT]}}}\n    expect: {read: allowed}\n")
	assert.Equal(t, "https://api.other.test/with-cors?x=1&corsproof=t0", b.Steps[0].Request.URL)
	assert.Nil(t, b.Steps[0].Server)
	assert.Equal(t, map[string]string{"origin": "010", "methods": "GET,PUT"}, b.Steps[0].Step.Server.SetUp.Options)
}

func TestResources(t *testing.T) {
	b := bind1(t, `    request: {to: api, via: module}
    server:
      response: {headers: {Access-Control-Allow-Origin: "*", Content-Type: text/javascript}, body: "import '{url:dep}'"}
      resources:
        dep: {at: sub, path: /dep.js, headers: {Content-Type: text/javascript}, body: "export default '{url:dep}'"}
    expect: {read: blocked}
`)
	assert.Equal(t, "import 'https://api.site.test/~t0/dep.js'", string(b.Answer(0, Query{At: origin(t, "api"), Path: "/"}).Body))
	assert.Equal(t, "export default 'https://api.site.test/~t0/dep.js'", string(b.Answer(0, Query{At: origin(t, "sub"), Path: "/dep.js"}).Body))
	assert.Empty(t, b.Steps[0].NotSupported)
}

type fewAssets struct{}

func (fewAssets) Default(via oracle.Via) (string, []byte) {
	if via == "fetch" {
		return "text/plain", nil
	}
	return "", nil
}

func TestNotSupported(t *testing.T) {
	f := parse1(t, one("    request: {to: api, via: [fetch, prefetch]}\n    server: {response: {headers: {Content-Encoding: br}}}\n    expect: {read: blocked}\n"))
	perms := Permutations([]*File{f})
	b, err := perms[0].Bind("t", fewAssets{})
	require.NoError(t, err)
	assert.Equal(t, "Content-Encoding br or zstd is not supported yet", b.Steps[0].NotSupported)
	b, err = perms[1].Bind("t", fewAssets{})
	require.NoError(t, err)
	assert.Equal(t, "via: prefetch and Content-Encoding br or zstd are not supported yet", b.Steps[0].NotSupported)
}

// Places in a page of app, by which script has an origin and runs in a worker.
func TestPlaces(t *testing.T) {
	for from, want := range map[string]oracle.Client{
		"opaque-data":               {Page: App, Opaque: true, DataURL: true},
		"opaque-data-worker":        {Page: App, Opaque: true, Worker: "data"},
		"opaque-data-shared-worker": {Page: App, Opaque: true, Worker: "shared"},
		"blob-worker":               {Page: App, Worker: "dedicated"},
		"worker":                    {Page: App, Worker: "dedicated"},
	} {
		b := bind1(t, "    request: {from: "+from+", to: \"blob:\", path: \"/#a\"}\n    server: {response: {headers: {Content-Type: text/css}, body: x}}\n    expect: {read: allowed}\n")
		assert.Equal(t, want, b.Steps[0].Request.Client, from)
		assert.Equal(t, "blob:"+want.Origin().String()+"/t0#a", b.Steps[0].Request.URL, from)
		local, ok := b.Local(0)
		assert.True(t, ok)
		assert.Equal(t, Local{Type: "text/css", Bytes: []byte("x")}, local)
		reply := b.Steps[0].Server.Reply(oracle.WireRequest{Method: "GET", URL: b.Steps[0].Request.URL})
		assert.Equal(t, oracle.Reply{Status: 200, Headers: oracle.Headers{{Name: "Content-Type", Value: "text/css"}}, Body: []byte("x")}, reply)
	}
	b := bind1(t, "    request: {to: \"blob:\"}\n    server: {response: {abort: before-headers}}\n    expect: {read: blocked}\n")
	local, _ := b.Local(0)
	assert.True(t, local.Revoked)
	assert.Equal(t, "before-headers", b.Steps[0].Server.Reply(oracle.WireRequest{URL: b.Steps[0].Request.URL}).Abort)
	_, ok := bind1(t, "    request: {to: api}\n    expect: {read: blocked}\n").Local(0)
	assert.False(t, ok)
}

func TestClient(t *testing.T) {
	b := bind1(t, "    request: {from: sub, to: api}\n    page: {top: evil, sandbox: [allow-scripts], address-space: public, permissions: {geolocation: denied}, headers: {Content-Security-Policy: \"connect-src {origin:api}\"}, service-worker: {responds: cors}}\n    expect: {read: blocked}\n")
	assert.Equal(t, oracle.Client{
		Page: origin(t, "sub"), Opaque: true, Top: origin(t, "evil"), AddressSpace: "public", Sandbox: []string{"allow-scripts"},
		Headers:       oracle.Headers{{Name: "Content-Security-Policy", Value: "connect-src https://api.other.test"}},
		Permissions:   map[string]string{"geolocation": "denied"},
		ServiceWorker: &oracle.ServiceWorker{Responds: "cors"},
	}, b.Steps[0].Request.Client)

	// A step has the scenario's page, with what it says of its own laid over it.
	b = bind1(t, "    request: {to: api}\n    page: {top: evil, headers: {A: b}}\n    steps:\n      - {expect: {read: blocked}}\n      - {page: {top: third}}\n      - {page: fresh}\n")
	assert.Equal(t, origin(t, "evil"), b.Steps[0].Request.Client.Top)
	assert.Equal(t, origin(t, "third"), b.Steps[1].Request.Client.Top)
	assert.Equal(t, oracle.Headers{{Name: "A", Value: "b"}}, b.Steps[1].Request.Client.Headers)
	assert.Equal(t, origin(t, "evil"), b.Steps[2].Request.Client.Top)
	assert.True(t, b.Steps[2].Step.Fresh)
}

func TestExpandClaims(t *testing.T) {
	b := bind1(t, "    request: {to: api, path: /a}\n    server: {redirects: [{to: sub, path: /b}]}\n    expect: {url: \"{url:sub}\", body: \"{origin:app}{{\", origin: app}\n")
	e := b.Steps[0].Step.Expect
	assert.Equal(t, "https://api.site.test/~t0/b;~1", b.Expand(0, *e.URL))
	assert.Equal(t, "https://app.site.test{", b.Expand(0, *e.Body))
	assert.Equal(t, "https://app.site.test", e.Origin)
}

// FuzzRaw: whatever a server sends, reading it never panics.
// TestLiteralLocations follows what a server may write into Location: the case
// goes on where it leads.
func TestLiteralLocations(t *testing.T) {
	for location, want := range map[string]struct{ location, at, path string }{
		"next":                       {"next", "api", "/a/next"},
		"./next?x#f":                 {"./next?x#f", "api", "/a/next?x"},
		"../up":                      {"/~t0/up;~1", "api", "/up"},
		"?q":                         {"?q", "api", "/a/b?q"},
		"/next?q":                    {"/~t0/next;~1?q", "api", "/next?q"},
		"//api.third.test/x":         {"//api.third.test/~t0/x;~1", "third", "/x"},
		"HTTPS://api.third.test":     {"HTTPS://api.third.test/~t0/;~1", "third", "/"},
		"https://api.third.test?q#f": {"https://api.third.test/~t0/;~1?q#f", "third", "/?q"},
		`\\api.third.test\x`:         {`\\api.third.test/~t0\x;~1`, "third", "/x"},
		" https://api.third.test/x":  {" https://api.third.test/~t0/x;~1", "third", "/x"},
		"https:///api.third.test/x":  {"https:///api.third.test/~t0/x;~1", "third", "/x"},
		"https://":                   {"https://", "", ""},
		"//":                         {"//", "", ""},
		"https://[":                  {"https://[", "", ""},
		"https://a.test:99999/":      {"https://a.test:99999/", "", ""},
		"javascript:1":               {"javascript:1", "", ""},
	} {
		b := bind1(t, fmt.Sprintf(`    request: {to: api, path: /a/b}
    server: {redirects: [{location: %q}], response: {status: 203}}
    expect: {read: blocked}
`, location))
		api := origin(t, "api")
		a := b.Answer(0, Query{At: api, Path: "/a/b"})
		assert.Equal(t, want.location, a.Headers[0].Value, location)
		if want.at == "" {
			continue
		}
		at, target, ok := oracle.ResolveURL(a.Headers[0].Value, "https://api.other.test/~t0/a/b")
		require.True(t, ok, location)
		assert.Equal(t, origin(t, want.at), at, location)
		assert.Contains(t, b.Origins(), at, location)
		address, path, ok := ParseTarget(target)
		require.True(t, ok, location)
		assert.Equal(t, want.path, path, location)
		assert.Equal(t, 203, b.Answer(0, Query{At: at, Hop: address.Hop, Path: path}).Status, location)
	}
}
