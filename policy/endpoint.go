package policy

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// endpoint is an [Endpoint] as the plan asks it.
type endpoint struct {
	Endpoint
	verbs []verb
}

// verb is a way to ask an endpoint.
type verb struct {
	method string
	json   bool // with a body of type application/json
	// served is true where the endpoint says so: of what it does not serve, the
	// answer must be readable.
	served bool
}

// places are the endpoints of the policy, or else the target's own URL.
func (pl *plan) places() []endpoint {
	named := pl.policy.Endpoints
	if len(named) == 0 {
		named = []Endpoint{{Path: cmp.Or(pl.options.Path, "/")}}
	}
	var out []endpoint
	for _, e := range named {
		out = append(out, endpoint{Endpoint: e, verbs: pl.verbs(e)})
	}
	return out
}

// verbs are the methods that anybody may use, and those of the policy.
func (pl *plan) verbs(e Endpoint) []verb {
	methods := []string{"GET", "HEAD", "POST"}
	for _, m := range slices.Concat(pl.policy.Methods, e.Methods) {
		if m = oracle.NormalizeMethod(m); !slices.Contains(methods, m) && !oracle.IsForbiddenMethod(m) && oracle.IsToken(m) {
			methods = append(methods, m)
		}
	}
	var verbs []verb
	for _, m := range methods {
		served := len(e.Methods) == 0 || slices.ContainsFunc(e.Methods, func(own string) bool { return oracle.NormalizeMethod(own) == m }) ||
			m == "HEAD" && slices.Contains(e.Methods, "GET")
		verbs = append(verbs, verb{method: m, served: served})
		if m == "POST" && pl.declaresHeader("Content-Type") {
			verbs = append(verbs, verb{method: m, json: true, served: served})
		}
	}
	return verbs
}

// reads is the plainest way to read the endpoint: GET where it is served, else
// POST.
func (e endpoint) reads() verb {
	for _, method := range []string{"GET", "POST"} {
		for _, v := range e.verbs {
			if v.method == method && v.served {
				return v
			}
		}
	}
	return verb{method: "GET"}
}

// status is what the question must be answered with; 0 is any. The author means
// a plain request: GET, or what else the endpoint serves if not that. A header
// that we have put a value to, or a body, may have a status of its own.
func (q question) status() int {
	given := q.at.lines()
	invented := slices.ContainsFunc(q.headers, func(name string) bool {
		return !slices.ContainsFunc(given, func(line scenarios.Line) bool { return strings.EqualFold(line.Name, name) })
	})
	served := func(method string) bool {
		return slices.ContainsFunc(q.at.verbs, func(v verb) bool { return v.method == method && v.served })
	}
	if invented || q.verb.json || q.bare || q.path != "" || !served(q.verb.method) || served("GET") && q.verb.method != "GET" {
		return 0
	}
	return q.at.ExpectStatus
}

// lines are the headers that go with every request to the endpoint, by name.
func (e endpoint) lines() scenarios.Lines {
	var lines scenarios.Lines
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		lines = append(lines, scenarios.Line{Name: name, Value: scenarios.Literal(e.Headers[name])})
	}
	return lines
}

// preflights says whether the headers of the endpoint alone need a preflight.
func (e endpoint) preflights() bool {
	for name, value := range e.Headers {
		if !oracle.IsSafelistedRequestHeader(name, value) {
			return true
		}
	}
	return false
}

// headerNames are the request headers that the policy declares, those of its
// endpoints among them.
func (pl *plan) headerNames() []string {
	names := slices.Clone(pl.policy.RequestHeaders)
	for _, e := range pl.policy.Endpoints {
		names = append(names, slices.Sorted(maps.Keys(e.Headers))...)
	}
	return names
}

// declaresHeader says whether a request header is one of the policy's.
func (pl *plan) declaresHeader(name string) bool {
	return slices.ContainsFunc(pl.headerNames(), func(h string) bool { return h == "*" || strings.EqualFold(h, name) })
}
