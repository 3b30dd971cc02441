package policy

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// asker is who asks: a page, or a sandboxed document in it.
type asker struct {
	page   oracle.Origin
	opaque bool
	// like is the entry of the policy that it comes from, or resembles.
	like string
}

// String is the origin, serialised.
func (a asker) String() string {
	if a.opaque {
		return "null"
	}
	return a.page.String()
}

// question is one request, before it is a step.
type question struct {
	from        asker
	at          endpoint
	path        string // "" is the endpoint's
	verb        verb
	headers     []string // beyond those of the endpoint
	bare        bool     // without the headers of the endpoint
	credentials bool
	cache       string
	via         oracle.Via // "" is fetch
	mode        string
}

// step asks the question of the server under test, and claims what script can
// read.
func (pl *plan) step(q question, read oracle.Read) scenarios.Step {
	r := scenarios.Request{
		From: q.from.page.String(), To: pl.options.Server.String(), Via: q.via, Path: q.path,
		Mode: q.mode, Cache: q.cache,
	}
	s := scenarios.Step{Server: scenarios.Server{SetUp: &scenarios.SetUp{Name: Target}}, Expect: scenarios.Expect{Read: read}}
	if q.from.opaque {
		s.Page = &scenarios.Page{Sandbox: []string{"allow-scripts"}}
	}
	if r.Via == "" {
		r.Via = scenarios.DefaultVia
	}
	if r.Path == "" {
		r.Path = q.at.Path
	}
	if takesSettings(r.Via) {
		switch {
		case q.credentials:
			r.Credentials = "include"
		case r.Via != "xhr": // which sends none across origins, unless it is told to
			r.Credentials = "omit"
		}
		if q.verb.method != "GET" {
			r.Method = q.verb.method
		}
		if !q.bare {
			r.Headers = q.at.lines()
		}
		for _, name := range q.headers {
			r.Headers = withHeader(r.Headers, name, headerValue(name))
		}
		switch {
		case q.verb.json:
			r.Body = &scenarios.Body{Text: scenarios.Literal(`{"corsproof":true}`)}
			r.Headers = withHeader(r.Headers, "Content-Type", "application/json")
		case q.verb.method == "POST":
			r.Body = &scenarios.Body{Text: scenarios.Literal("corsproof")}
		}
	}
	s.Request = r
	return s
}

// takesSettings is true for the ways to load in which script chooses all of the
// request.
func takesSettings(via oracle.Via) bool {
	return via == "fetch" || via == "xhr" || via == "worker-fetch"
}

// withHeader adds a header, unless it is there.
func withHeader(lines scenarios.Lines, name, value string) scenarios.Lines {
	if slices.ContainsFunc(lines, func(line scenarios.Line) bool { return strings.EqualFold(line.Name, name) }) {
		return lines
	}
	return append(lines, scenarios.Line{Name: name, Value: scenarios.Literal(value)})
}

func isContentType(name string) bool { return strings.EqualFold(name, "Content-Type") }

// headerValue is a value that a server may expect, and that no safelist has if
// there is such a one.
func headerValue(name string) string {
	if value, found := headerValues[strings.ToLower(name)]; found {
		return value
	}
	return "corsproof"
}

var headerValues = map[string]string{
	"accept":                 "application/json",
	"accept-language":        "en",
	"authorization":          "Bearer corsproof",
	"content-language":       "en",
	"content-type":           "application/json",
	"if-match":               `"corsproof"`,
	"if-modified-since":      "Thu, 01 Jan 1970 00:00:00 GMT",
	"if-none-match":          `"corsproof"`,
	"if-unmodified-since":    "Fri, 01 Jan 2100 00:00:00 GMT",
	"range":                  "bytes=0-",
	"x-http-method":          "GET",
	"x-http-method-override": "GET",
	"x-method-override":      "GET",
	"x-requested-with":       "XMLHttpRequest",
}

// what is the most that a question asks for, and the method or the headers in
// question.
func (q question) what() (What, string) {
	switch {
	case !oracle.IsSafelistedMethod(q.verb.method):
		return Method, q.verb.method
	case q.verb.json:
		return Header, strings.Join(slices.Compact(append([]string{"Content-Type"}, q.headers...)), ", ")
	case len(q.headers) > 0:
		return Header, strings.Join(q.headers, ", ")
	case q.credentials:
		return Credentialed, ""
	}
	return Read, ""
}

// probe is what is known of a probe by its question.
func (q question) probe(class Class, who Who) Probe {
	p := Probe{Class: class, Who: who, Origin: q.from.String(), Endpoint: q.at.Path, Method: q.verb.method}
	if q.path != "" {
		p.Endpoint = q.path
	}
	p.What, p.Subject = q.what()
	return p
}

// name is the question's part of an id.
func (q question) name() string {
	name := q.verb.method
	if q.verb.json {
		name += "-json"
	}
	if q.credentials {
		name += "-include"
	}
	if len(q.headers) > 3 {
		return name + "-many-headers"
	}
	return strings.Join(append([]string{name}, q.headers...), "-")
}

// String is what is asked, in a sentence's words: "PUT /items with X-Token and
// with credentials".
func (q question) String() string {
	path := q.path
	if path == "" {
		path = q.at.Path
	}
	var with []string
	if q.verb.json {
		with = append(with, "with a JSON body")
	}
	switch {
	case len(q.headers) > 3:
		with = append(with, "with many headers")
	case len(q.headers) > 0:
		with = append(with, "with "+strings.Join(q.headers, ", "))
	}
	if q.bare {
		with = append(with, "without its headers")
	}
	if q.credentials {
		with = append(with, "with credentials")
	}
	return strings.TrimSpace(q.verb.method + " " + path + " " + strings.Join(with, " and "))
}
