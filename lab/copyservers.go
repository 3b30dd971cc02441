package lab

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// serving is the servers of a case, made ready to be written in the language of a
// product.
type serving struct {
	hosts  []host
	cors   *corsPolicy // what the headers amount to; nil: say them literally
	notes  []string    // what no product can say
	method string      // of the case's request, as script passes it
}

// host is the server of one origin.
type host struct {
	origin oracle.Origin
	routes []route
}

// route is what a path is answered with.
type route struct {
	path      string   // without query
	preflight *literal // nil: 404 without CORS headers
	answer    literal
}

// literal is a literal answer, what it takes from the request left open.
type literal struct {
	status     int
	statusText *string
	headers    []line
	body       value
	raw        []byte
	delay      time.Duration
	abort      string
}

type line struct {
	name  string
	value value
}

// value is a text of which each character is a byte, in pieces: literal ones, and
// ones that are a header of the request.
type value []piece

type piece struct {
	text   string
	header string // "": it is the text
}

// literal is a value's text if it takes nothing from the request.
func (v value) literal() (string, bool) {
	switch {
	case len(v) == 0:
		return "", true
	case len(v) == 1 && v[0].header == "":
		return v[0].text, true
	}
	return "", false
}

// openQuery has header values that no scenario has: where they stand in an answer, it
// takes them from the request.
var openQuery = scenarios.Query{
	Origin: "https://origin.of-the-request.invalid", RequestMethod: "method.of-the-request.invalid", RequestHeaders: "headers.of-the-request.invalid",
}

var openHeaders = []struct{ value, header string }{
	{openQuery.Origin, "Origin"}, {openQuery.RequestMethod, "Access-Control-Request-Method"}, {openQuery.RequestHeaders, "Access-Control-Request-Headers"},
}

func valueOf(s string) value {
	var v value
	for s != "" {
		first, header, length := len(s), "", 0
		for _, a := range openHeaders {
			if i := strings.Index(s, a.value); i >= 0 && i < first {
				first, header, length = i, a.header, len(a.value)
			}
		}
		if first > 0 {
			v = append(v, piece{text: s[:first]})
		}
		if header != "" {
			v = append(v, piece{header: header})
		}
		s = s[first+length:]
	}
	return v
}

// serversOf makes the servers of a case ready.
func serversOf(b *scenarios.Bound) serving {
	var s serving
	first := b.Steps[0].Step
	s.method = first.Request.Method
	endpoints := b.Endpoints(0, openQuery)
	for i := range b.Steps {
		if !reflect.DeepEqual(b.Endpoints(i, openQuery), endpoints) {
			s.note("The case has %d steps, and the servers answer otherwise from step to step: these answer as in the first.", len(b.Steps))
			break
		}
	}
	switch {
	case first.Server.SetUp != nil:
		s.note("The case asks a real server, %s, which corsproof brings along: its answers are nowhere written down.", first.Server.SetUp.Name)
	case len(endpoints) == 0:
		s.note("The case needs no server: nothing goes over the wire.")
	}
	for _, e := range endpoints {
		s.add(e)
	}
	s.cors = s.policy(b.Steps[0])
	return s
}

func (s *serving) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(s.notes, text) {
		s.notes = append(s.notes, text)
	}
}

func (s *serving) add(e scenarios.Endpoint) {
	if e.Answer.Status == 101 && e.Answer.Raw == nil {
		s.note("The answer opens a WebSocket, which takes a library.")
		return
	}
	i := slices.IndexFunc(s.hosts, func(h host) bool { return h.origin == e.At })
	if i < 0 {
		i = len(s.hosts)
		s.hosts = append(s.hosts, host{origin: e.At})
	}
	h := &s.hosts[i]
	path, query, _ := strings.Cut(e.Path, "?")
	if query != "" {
		s.note("A path is answered so whatever its query is.")
	}
	r := route{path: path, answer: s.literal(e.Answer)}
	if e.Preflight != nil {
		preflight := s.literal(*e.Preflight)
		r.preflight = &preflight
	}
	for _, before := range h.routes {
		if before.path == path {
			if !reflect.DeepEqual(before, r) {
				s.note("Several answers of the case are of one address: a server that does not count gives the first.")
			}
			return
		}
	}
	h.routes = append(h.routes, r)
}

// longBody is how long a body is that nobody pastes.
const longBody = 2000

func (s *serving) literal(a scenarios.Answer) literal {
	r := literal{status: a.Status, statusText: a.StatusText, raw: a.Raw, delay: a.Delay, abort: a.Abort}
	if a.Raw != nil {
		return r
	}
	for _, h := range a.Headers {
		r.headers = append(r.headers, line{h.Name, valueOf(h.Value)})
	}
	if len(a.Body) > longBody {
		s.note("A body of %d bytes is left out.", len(a.Body))
	} else {
		r.body = valueOf(isomorphic(a.Body))
	}
	return r
}

// isomorphic gives each byte as the character of its number.
func isomorphic(data []byte) string {
	var b strings.Builder
	for _, c := range data {
		b.WriteRune(rune(c))
	}
	return b.String()
}

// grouped are header lines of one name together, in the order of the names.
func grouped(lines []line) [][]line {
	var groups [][]line
next:
	for _, l := range lines {
		for i := range groups {
			if strings.EqualFold(groups[i][0].name, l.name) {
				groups[i] = append(groups[i], l)
				continue next
			}
		}
		groups = append(groups, []line{l})
	}
	return groups
}

// has says whether a reply has a header.
func (r literal) has(name string) bool {
	return slices.ContainsFunc(r.headers, func(l line) bool { return strings.EqualFold(l.name, name) })
}
