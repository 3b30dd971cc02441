package scenarios

import (
	nethttp "net/http"
	"path"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// Answer is what the case's server answers to q in the given step (0 is the
// first). What belongs to no hop and no resource of the case gets a 404
// without CORS headers; so does a preflight when the scenario has no
// `preflight`. The body is there for every method: whoever sends it leaves it
// out for HEAD.
func (b *Bound) Answer(step int, q Query) Answer {
	if step < 0 || step >= len(b.Steps) {
		return notFound()
	}
	a := b.author(step, q)
	if a.Raw == nil {
		a.Headers = b.keepCookies(a.Headers)
	}
	return a
}

// author is the answer as the scenario's author wrote it.
func (b *Bound) author(step int, q Query) Answer {
	s := b.Steps[step].Step
	q.Path, _, _ = strings.Cut(q.Path, "#")
	hop := b.chains[step].find(q)
	if hop < 0 {
		return b.resource(s, q)
	}
	q.Hop = hop
	names := caseNames{bound: b, step: s, hop: q.Hop}
	if q.Preflight {
		return b.preflight(s, q, names)
	}
	if q.Hop < len(s.Server.Redirects) {
		return b.redirect(s, q, names)
	}
	return b.response(s, q, names)
}

func notFound() Answer { return Answer{Status: 404} }

func (b *Bound) preflight(s *Step, q Query, names Names) Answer {
	reply := s.Server.Preflight
	if q.Hop > 0 {
		if own := s.Server.Redirects[q.Hop-1].Preflight; own != nil {
			reply = own
		}
	}
	if reply == nil {
		return notFound()
	}
	return reply.answer(204, q, names)
}

func (b *Bound) redirect(s *Step, q Query, names caseNames) Answer {
	hop := s.Server.Redirects[q.Hop]
	a := Answer{Status: hop.Status, Headers: hop.Headers.expand(q, names)}
	if a.Status == 0 {
		a.Status = 302
	}
	next := caseNames{bound: b, step: s, hop: q.Hop + 1}
	location := ""
	if hop.Location != nil {
		location = tokened(hop.Location.Expand(q, next), b.address(next.hop), b.chainOf(s)[next.hop].path, q.At.Scheme)
	} else {
		origin, path := q.At, q.Path
		if hop.To != "" {
			origin, _, _ = ResolveOrigin(hop.To)
		}
		if hop.Path != "" {
			path = hop.Path
		}
		location = b.address(next.hop).URL(origin, path, hop.Userinfo)
	}
	a.Headers = append(a.Headers, oracle.Header{Name: "Location", Value: location})
	return a
}

func (b *Bound) response(s *Step, q Query, names Names) Answer {
	return b.answer(s.Server.Response, s.Request.loads(), q, names)
}

// loads is the way to load that uses what the request gets: of a preload link,
// the one that it preloads for.
func (r Request) loads() oracle.Via {
	if via, found := preloadedFor[r.As]; found && r.As != "" {
		return via
	}
	return r.Via
}

var preloadedFor = map[string]oracle.Via{
	"fetch": "fetch", "font": "font", "image": "img", "json": "json-module", "script": "dynamic-import", "style": "style", "track": "track",
}

// answer is a reply with what via can load where it has no body of its own.
func (b *Bound) answer(reply Reply, via oracle.Via, q Query, names Names) Answer {
	if via == "websocket" {
		return b.handshake(reply, q, names)
	}
	a := reply.answer(200, q, names)
	if reply.Body != nil || reply.Raw != nil || !mayHaveBody(a.Status) {
		return a
	}
	contentType, body := b.assets.Default(via)
	if contentType == "" {
		return a // a way without machinery: nothing will ask
	}
	a.Body = body
	return withType(a, contentType)
}

func (b *Bound) resource(s *Step, q Query) Answer {
	for _, name := range sortedKeys(s.Server.Resources) {
		r := s.Server.Resources[name]
		if r.origin(s) != q.At || !samePath(wirePath(r.Path), q.Path) {
			continue
		}
		q.Hop = 0
		names := caseNames{bound: b, step: s}
		switch {
		case !q.Preflight:
			return b.answer(r.Reply, r.via(s), q, names)
		case r.Preflight != nil:
			return r.Preflight.answer(204, q, names)
		}
		return b.preflight(s, q, names)
	}
	return notFound()
}

// via is a way to load that can use the resource, by how its path ends: whose
// body it has when it has none of its own.
func (r Resource) via(s *Step) oracle.Via {
	file, _, _ := strings.Cut(wirePath(r.Path), "?")
	switch path.Ext(file) {
	case ".js", ".mjs":
		return "dynamic-import"
	case ".css":
		return "style"
	case ".json":
		return "json-module"
	case ".png":
		return "img"
	case ".ttf", ".woff", ".woff2":
		return "font"
	case ".html":
		return "iframe"
	}
	return s.Request.Via
}

// origin is where a resource lives: where the request goes, unless it says; at
// the page's when that is no server.
func (r Resource) origin(s *Step) oracle.Origin {
	for _, name := range []string{r.At, s.Request.To, s.Request.From} {
		if origin, _, err := ResolveOrigin(name); err == nil {
			return origin
		}
	}
	return App
}

func mayHaveBody(status int) bool { return status >= 200 && status != 204 && status != 304 }

// withType adds the default body's Content-Type unless the author's headers
// have one.
func withType(a Answer, contentType string) Answer {
	for _, h := range a.Headers {
		if strings.EqualFold(h.Name, "Content-Type") {
			return a
		}
	}
	a.Headers = append(a.Headers, oracle.Header{Name: "Content-Type", Value: contentType})
	return a
}

func (r *Reply) answer(status int, q Query, names Names) Answer {
	if r.Raw != nil {
		head, rest, _ := finalHead(r.Raw)
		return Answer{Status: head.status, StatusText: &head.text, Headers: head.headers, Body: rest, Raw: r.Raw, Delay: r.Delay, Abort: r.Abort}
	}
	a := Answer{Status: r.Status, StatusText: r.StatusText, Headers: r.Headers.expand(q, names), Delay: r.Delay, Abort: r.Abort}
	if a.Status == 0 {
		a.Status = status
	}
	if r.Body != nil {
		a.Body = tree.IsomorphicEncode(r.Body.Expand(q, names))
	}
	return a
}

// Phrase is what stands behind the status.
func (a Answer) Phrase() string {
	if a.StatusText == nil {
		return nethttp.StatusText(a.Status)
	}
	return *a.StatusText
}

func (l Lines) expand(q Query, names Names) oracle.Headers {
	headers := make(oracle.Headers, len(l), len(l)+1)
	for i, line := range l {
		headers[i] = oracle.Header{Name: line.Name, Value: line.Value.Expand(q, names)}
	}
	return headers
}

// caseNames resolves the placeholders of one case at one hop.
type caseNames struct {
	bound *Bound
	step  *Step
	hop   int
}

func (n caseNames) Origin(name string) string { return originsOnly{}.Origin(name) }

func (n caseNames) URL(name string) string {
	if r, ok := n.step.Server.Resources[name]; ok {
		return n.bound.address(0).URL(r.origin(n.step), r.Path, "")
	}
	origin, _, _ := ResolveOrigin(name)
	c := n.bound.chainOf(n.step)
	path := c[min(n.hop, len(c)-1)].path
	return n.bound.address(n.hop).URL(origin, path, "")
}
