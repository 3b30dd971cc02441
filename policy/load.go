package policy

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/scenarios"
)

// Load reads a policy file, the YAML of docs/policy.md. path is what errors
// call it. env gives the variables that the headers of endpoints may name as
// ${NAME}; nil is [os.LookupEnv]. The error is a *[scenarios.Errors] with every
// problem of the file, those that [Policy.Validate] finds among them.
func Load(path string, data []byte, env func(string) (string, bool)) (*Policy, error) {
	if env == nil {
		env = os.LookupEnv
	}
	p := tree.NewProblems(path, strings.TrimPrefix(string(data[:min(len(data), tree.MaxBytes)]), "\ufeff"))
	r := &reader{Problems: p, env: env, policy: &Policy{}, places: map[string]tree.Pos{}, wrong: map[string]bool{}}
	if root := tree.Parse(p, data, form); root != nil {
		r.Mapping(root, keys, func(key string, n *tree.Node) { r.value(key, n) })
		r.validate(root)
	}
	if problems := p.Sorted(); len(problems) > 0 {
		return nil, &scenarios.Errors{List: problems}
	}
	return r.policy, nil
}

// Secrets are the values that the policy has from variables of the environment.
// No report may show one. What stands in the policy itself is not among them,
// be it YAML or Go: a report tells by a header's name that its value is secret.
func (p *Policy) Secrets() []string { return p.secrets }

var form = tree.Form{
	Begins:  `a mapping, such as origins: ["https://app.example.com"]`,
	Sharing: "write it out",
}

// The keys of a policy file, of an endpoint and of what is accepted, in the
// order in which the manual explains them. schema.json has the same (tested).
var (
	keys         = []string{"origins", "methods", "request-headers", "expose-headers", "credentials", "max-age", "null-origin", "public-url", "endpoints", "accept"}
	endpointKeys = []string{"path", "methods", "headers", "expect-status"}
	acceptKeys   = []string{"class", "endpoint", "why", "until"}
)

// reader reads a policy file. It knows where each value stands, by its key in a
// [Problem], and which of them are wrong already.
type reader struct {
	*tree.Problems
	env    func(string) (string, bool)
	policy *Policy
	places map[string]tree.Pos
	wrong  map[string]bool
	within int // how many problems are those of keys that have been read
}

// at reads the value of a key. The value is wrong when there is a problem that
// is not one of a value within it.
func (r *reader) at(key string, n *tree.Node, read func()) {
	r.places[key] = n.Pos
	before, within := r.Len(), r.within
	read()
	r.wrong[key] = r.Len()-before > r.within-within
	r.within = within + r.Len() - before
}

// isWrong says whether the value of a key, or any within it, is wrong.
func (r *reader) isWrong(key string) bool {
	for other, wrong := range r.wrong {
		if wrong && (other == key || strings.HasPrefix(other, key+".") || strings.HasPrefix(other, key+"[")) {
			return true
		}
	}
	return false
}

// validate lets the policy be judged as a literal is, and puts each problem
// where its value stands. Of a value that could not be read, and of what would
// follow from it, enough is said.
func (r *reader) validate(root *tree.Node) {
	invalid, _ := r.policy.Validate().(*Invalid)
	if invalid == nil {
		return
	}
	for _, problem := range invalid.List {
		pos, wrong := root.Pos, r.isWrong(problem.against)
		for key := problem.Key; key != ""; key = key[:max(strings.LastIndexAny(key, ".["), 0)] {
			wrong = wrong || r.wrong[key]
			if place, found := r.places[key]; found {
				pos = place
				break
			}
		}
		if !wrong {
			r.Add(pos, problem.Kind, problem.Found, problem.Expected)
		}
	}
}

func (r *reader) value(key string, n *tree.Node) {
	p := r.policy
	r.at(key, n, func() {
		switch key {
		case "origins":
			p.Origins = r.list(key, n, `a list of origins, or "*"`, "an origin such as https://app.example.com (for opaque ones `null-origin: true`)")
		case "methods":
			p.Methods = r.list(key, n, "a list of methods", "a method")
		case "request-headers":
			p.RequestHeaders = r.list(key, n, `a list of header names, or "*"`, "the name of a header")
		case "expose-headers":
			p.ExposeHeaders = r.list(key, n, `a list of header names, or "*"`, "the name of a header")
		case "credentials":
			p.Credentials = r.Boolean(n)
		case "max-age":
			p.MaxAge = r.maxAge(n)
		case "null-origin":
			p.NullOrigin = r.Boolean(n)
		case "public-url":
			p.PublicURL = r.word(n, "an origin such as https://api.example.com")
		case "endpoints":
			r.mappings(key, n, "a list of endpoints, such as [{path: /items}]", r.endpoint)
		case "accept":
			r.mappings(key, n, "a list of mappings of "+tree.OneOf(acceptKeys), r.accept)
		}
	})
}

func (r *reader) endpoint(key string, n *tree.Node) {
	e := Endpoint{}
	r.Mapping(n, endpointKeys, func(name string, n *tree.Node) {
		key := key + "." + name
		r.at(key, n, func() {
			switch name {
			case "path":
				e.Path = r.word(n, `a path that begins with "/"`)
			case "methods":
				e.Methods = r.list(key, n, "a list of methods", "a method")
			case "headers":
				e.Headers = r.headers(key, n)
			case "expect-status":
				e.ExpectStatus = r.Integer(n, "a status from 200 to 599", 200, 599)
			}
		})
	})
	r.policy.Endpoints = append(r.policy.Endpoints, e)
}

func (r *reader) accept(key string, n *tree.Node) {
	a := Accept{place: n.Pos.String()}
	r.Mapping(n, acceptKeys, func(name string, n *tree.Node) {
		r.at(key+"."+name, n, func() {
			switch name {
			case "class":
				a.Class = tree.Word(r.Problems, n, Classes)
			case "endpoint":
				a.Endpoint = r.word(n, "a path of `endpoints`")
			case "why":
				a.Why = r.Prose(n, "the reason why somebody lives with it")
			case "until":
				a.Until = r.day(n)
			}
		})
	})
	r.policy.Accept = append(r.policy.Accept, a)
}

// list reads a list of words; a lone word is a list of one.
func (r *reader) list(key string, n *tree.Node, what, one string) []string {
	list := []string{}
	r.Items(n, what, func(n *tree.Node) {
		r.at(item(key, len(list)), n, func() { list = append(list, r.word(n, one)) })
	})
	return list
}

// mappings reads a list of mappings; a lone mapping is a list of one.
func (r *reader) mappings(key string, n *tree.Node, what string, read func(key string, n *tree.Node)) {
	nodes, _ := r.Mappings(n, what)
	for i, n := range nodes {
		key := item(key, i)
		r.at(key, n, func() { read(key, n) })
	}
}

// word reads a scalar that stands for itself.
func (r *reader) word(n *tree.Node, what string) string {
	s, ok := r.Scalar(n, what)
	if ok && strings.Contains(s, "${") {
		r.Bad(n, what+", written out: variables stand only in the headers of endpoints")
	}
	return s
}

func (r *reader) maxAge(n *tree.Node) time.Duration {
	const what = "a time with its unit, such as 10m or 2h, up to a year"
	before := r.Len()
	age := r.Time(n, what, maxMaxAge)
	if age == 0 && r.Len() == before {
		r.Bad(n, "1s or more, or no `max-age`, which sets no bound")
	}
	return age
}

func (r *reader) day(n *tree.Node) time.Time {
	const what = "a day such as 2027-06-30, the last one"
	s, ok := r.Scalar(n, what)
	if !ok {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		r.Bad(n, what)
	}
	return day
}

func (r *reader) headers(key string, n *tree.Node) map[string]string {
	if n.Kind != tree.Mapping {
		r.Wrong(n, "a mapping of header names and values")
		return nil
	}
	headers := map[string]string{}
	for _, e := range n.Entries {
		r.places[key+"."+e.Key] = e.Pos
		if value, ok := r.Text(e.Value, "the value of a header"); ok {
			headers[e.Key] = r.expand(e.Value, value)
		}
	}
	return headers
}

// variable is what may stand between ${ and }.
var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand puts the values of variables into that of a header.
func (r *reader) expand(n *tree.Node, s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "${")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		place := r.Within(n, "${"+name)
		s = after
		if !closed || !variable.MatchString(name) {
			r.Add(place, scenarios.BadPlaceholder, tree.Quoted("${"+name), "${NAME}, a variable of the environment")
			continue
		}
		value, _ := r.env(name)
		value = strings.TrimSpace(value) // as it goes over the wire, without a file's last line break
		if value == "" {
			r.Add(place, scenarios.Missing, fmt.Sprintf("no %s in the environment", name), "it set, and not empty")
			continue
		}
		if !slices.Contains(r.policy.secrets, value) {
			r.policy.secrets = append(r.policy.secrets, value)
		}
		b.WriteString(value)
	}
}
