package scenarios

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// Endpoint is a place where a step's servers answer, as its author wrote it
// down: a hop or a resource.
type Endpoint struct {
	At     oracle.Origin
	Path   string // with query, without token
	Answer Answer
	// Preflight is the answer to an OPTIONS with Access-Control-Request-Method;
	// nil: 404 without CORS headers.
	Preflight *Answer
}

// Endpoints are where a step's servers answer, hops first: to a request with the
// header values of q, and without the case's token. A set-up has none, and a step
// to data: or blob: only its resources.
func (b *Bound) Endpoints(step int, q Query) []Endpoint {
	s := b.Steps[step].Step
	if s.Server.SetUp != nil {
		return nil
	}
	var all []Endpoint
	add := func(at oracle.Origin, hop int, path string) {
		q := q
		q.At, q.Hop, q.Path, q.Preflight = at, hop, path, false
		e := Endpoint{At: at, Path: path, Answer: b.untokened(b.Answer(step, q))}
		q.Preflight = true
		if a := b.untokened(b.Answer(step, q)); a.Status != 404 || len(a.Headers) > 0 || len(a.Body) > 0 || a.Raw != nil || a.Abort != "" || a.Delay != 0 {
			e.Preflight = &a
		}
		all = append(all, e)
	}
	if !strings.HasSuffix(s.Request.To, ":") {
		for _, l := range b.chains[step] {
			add(l.at, l.label, l.path)
		}
	}
	for _, name := range sortedKeys(s.Server.Resources) {
		r := s.Server.Resources[name]
		add(r.origin(s), 0, wirePath(r.Path))
	}
	return all
}

// untokened is an answer as its author wrote it.
func (b *Bound) untokened(a Answer) Answer {
	a.Headers = slices.Clone(a.Headers)
	for i, h := range a.Headers {
		a.Headers[i].Value = b.withoutToken(h.Value)
	}
	if a.Raw == nil {
		a.Body = []byte(b.withoutToken(string(a.Body)))
	}
	return a
}

// withoutToken takes the token and the hops out of the URLs of a text.
func (b *Bound) withoutToken(s string) string {
	before, after, found := strings.Cut(s, "/~"+b.Token)
	if !found {
		return s
	}
	end := strings.IndexAny(after, "?# \t\r\n\"'<>()")
	if end < 0 {
		end = len(after)
	}
	_, path := cutHop(after[:end])
	return before + path + b.withoutToken(after[end:])
}
