package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Problem is one thing that is wrong with a policy.
type Problem struct {
	// Key is where, as the YAML form has it: "origins[1]", "endpoints[0].methods".
	Key      string
	Kind     scenarios.Kind
	Found    string
	Expected string // what to do
	against  string // the key whose value makes this one wrong, "" if it is so by itself
}

// Error is the problem on one line.
func (p *Problem) Error() string { return p.Key + ": found " + p.Found + ", expected " + p.Expected }

// Is reports whether target is the problem's kind.
func (p *Problem) Is(target error) bool { return target == error(p.Kind) }

// Invalid is every problem of a policy. errors.Is and errors.As look at each.
type Invalid struct {
	List []*Problem
}

// Error has a line for each problem.
func (e *Invalid) Error() string {
	lines := make([]string, len(e.List))
	for i, p := range e.List {
		lines[i] = "policy: " + p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the problems to errors.Is and errors.As.
func (e *Invalid) Unwrap() []error {
	list := make([]error, len(e.List))
	for i, p := range e.List {
		list[i] = p
	}
	return list
}

// maxMaxAge is the longest bound that still bounds something: no browser keeps
// the answer to a preflight for longer than a day, but servers send more.
const maxMaxAge = 365 * 24 * time.Hour

// Validate looks for what no server could meet, what no browser could ask, and
// what this policy language does not have. The error is an *[Invalid] with all
// problems, each of which says what to do.
func (p *Policy) Validate() error {
	v := &validator{policy: p}
	v.origins()
	v.methods("methods", p.Methods)
	v.requestHeaders()
	v.exposeHeaders()
	v.maxAge()
	v.publicURL()
	v.endpoints()
	v.accept()
	if len(v.list) > 0 {
		return &Invalid{v.list}
	}
	return nil
}

type validator struct {
	policy *Policy
	list   []*Problem
}

func (v *validator) add(key string, kind scenarios.Kind, found, expected string) {
	v.list = append(v.list, &Problem{Key: key, Kind: kind, Found: found, Expected: expected})
}

// against says of the last problem what makes the value wrong.
func (v *validator) against(key string) { v.list[len(v.list)-1].against = key }

func item(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }

// everySite ends the explanation of what no policy can want.
const everySite = "every site could read as the user who visits it"

func (v *validator) origins() {
	p := v.policy
	everyone := slices.Contains(p.Origins, "*")
	for i, s := range p.Origins {
		key := item("origins", i)
		if _, expected := readPattern(s); expected != "" {
			v.add(key, scenarios.BadOrigin, "the origin "+tree.Quoted(s), expected)
		} else if slices.Contains(p.Origins[:i], s) {
			v.add(key, scenarios.RepeatedID, "the origin "+tree.Quoted(s)+" again", "each origin once")
		} else if everyone && s != "*" {
			v.add(key, scenarios.Contradiction, "the origin "+tree.Quoted(s)+` beside "*"`, `"*" alone, which is everyone, or a list without "*"`)
		}
	}
	if everyone && p.Credentials {
		v.add("credentials", scenarios.Contradiction, `credentials with "*" in origins`,
			`the origins by name, or no credentials: a browser lets nobody read a credentialed response whose Access-Control-Allow-Origin is "*", and if the server repeats each origin instead, `+everySite)
	}
	if p.NullOrigin && p.Credentials {
		v.add("null-origin", scenarios.Contradiction, "null-origin with credentials",
			"one of the two: any page can put a script into a sandboxed frame, whose origin is null, so "+everySite)
	}
}

// methods looks at a list of methods, the policy's or an endpoint's.
func (v *validator) methods(key string, list []string) {
	for i, method := range list {
		key := item(key, i)
		name := tree.Quoted(method)
		upper := strings.ToUpper(method)
		switch {
		case strings.Contains(method, "*"):
			v.add(key, scenarios.BadValue, "the method "+name, "each method by its name: there is no wildcard for methods")
		case !oracle.IsToken(method):
			v.add(key, scenarios.BadValue, "the method "+name, "one method, such as PUT")
		case oracle.IsForbiddenMethod(method):
			v.add(key, scenarios.BadValue, "the method "+name, "a method that a script can use: browsers refuse CONNECT, TRACE and TRACK")
		case method != upper && (oracle.NormalizeMethod(method) != method || upper == "PATCH"):
			v.add(key, scenarios.BadValue, "the method "+name, upper+": methods differ by case")
		case slices.Contains(list[:i], method):
			v.add(key, scenarios.RepeatedID, "the method "+name+" again", "each method once")
		}
	}
}

// headerNames looks at what all lists of header names have in common. It calls
// further for each name that is one.
func (v *validator) headerNames(key string, list []string, further func(key, name string)) {
	for i, name := range list {
		key := item(key, i)
		again := func(before string) bool { return strings.EqualFold(before, name) }
		switch {
		case slices.ContainsFunc(list[:i], again):
			v.add(key, scenarios.RepeatedID, "the header "+tree.Quoted(name)+" again", "each header once: their names have no case")
		case name == "*":
			further(key, name)
		case strings.Contains(name, "*"):
			v.add(key, scenarios.BadValue, "the header "+tree.Quoted(name), `"*" alone, or each header by its name`)
		case !oracle.IsToken(name):
			v.add(key, scenarios.BadValue, "the header "+tree.Quoted(name), "the name of one header, such as X-Total")
		default:
			further(key, name)
		}
	}
}

func (v *validator) requestHeaders() {
	v.headerNames("request-headers", v.policy.RequestHeaders, func(key, name string) { v.scriptMaySet(key, name, "") })
}

// scriptMaySet refuses the headers that only browsers set.
func (v *validator) scriptMaySet(key, name, value string) {
	if oracle.IsForbiddenRequestHeader(name, value) {
		v.add(key, scenarios.BadValue, "the header "+tree.Quoted(name), "a header that a script can set: browsers keep this one to themselves")
	}
}

func (v *validator) exposeHeaders() {
	v.headerNames("expose-headers", v.policy.ExposeHeaders, func(key, name string) {
		switch {
		case oracle.IsForbiddenResponseHeaderName(name):
			v.add(key, scenarios.BadValue, "the header "+tree.Quoted(name), "a header that a script can read: browsers hide this one from all of them")
		case name == "*" && v.policy.Credentials:
			v.add(key, scenarios.Contradiction, `"*" with credentials`,
				"the headers by name: with credentials a browser takes \"*\" in Access-Control-Expose-Headers for a header of that name")
		}
	})
}

func (v *validator) maxAge() {
	switch age := v.policy.MaxAge; {
	case age < 0:
		v.add("max-age", scenarios.BadValue, age.String(), "a time that is not negative; 0 sets no bound")
	case age%time.Second != 0:
		v.add("max-age", scenarios.BadValue, age.String(), "whole seconds, as Access-Control-Max-Age has them")
	case age > maxMaxAge:
		v.add("max-age", scenarios.BadValue, age.String(), "at most a year; 0 sets no bound")
	}
}

func (v *validator) publicURL() {
	p := v.policy
	if p.PublicURL == "" {
		return
	}
	pattern, expected := readPattern(p.PublicURL)
	if expected == "" && pattern.String() != pattern.origin.String() {
		expected = "one origin, such as https://api.example.com"
	}
	if strings.EqualFold(p.PublicURL, "null") {
		expected = "an origin such as https://api.example.com"
	}
	if expected != "" {
		v.add("public-url", scenarios.BadOrigin, "the origin "+tree.Quoted(p.PublicURL), expected)
		return
	}
	if pattern.origin.IsPotentiallyTrustworthy() {
		return
	}
	for _, s := range p.Origins {
		if strings.HasPrefix(s, "https:") {
			v.add("public-url", scenarios.Contradiction, p.PublicURL+" without TLS, and "+tree.Quoted(s)+" in origins",
				"an https: name: browsers let no https: page load from http: (mixed content)")
			return
		}
	}
}

func (v *validator) endpoints() {
	var paths []string
	for i, e := range v.policy.Endpoints {
		key := item("endpoints", i)
		if e.Path == "" {
			v.add(key+".path", scenarios.Missing, "no `path`", "one, such as /items")
		} else if expected := pathProblem(e.Path); expected != "" {
			v.add(key+".path", scenarios.BadValue, "the path "+tree.Quoted(e.Path), expected)
		} else if slices.Contains(paths, e.Path) {
			v.add(key+".path", scenarios.RepeatedID, "the path "+tree.Quoted(e.Path)+" again", "each path once")
		}
		paths = append(paths, e.Path)
		v.methods(key+".methods", e.Methods)
		for j, method := range e.Methods {
			if oracle.IsToken(method) && !oracle.IsForbiddenMethod(method) && !oracle.IsSafelistedMethod(method) && !slices.Contains(v.policy.Methods, method) {
				v.add(item(key+".methods", j), scenarios.Contradiction, "the method "+tree.Quoted(method)+", which the policy does not have", "it in `methods`, too, or not here")
				v.against("methods")
			}
		}
		v.sent(key+".headers", e.Headers)
		if e.ExpectStatus != 0 && (e.ExpectStatus < 200 || e.ExpectStatus > 599) {
			v.add(key+".expect-status", scenarios.BadValue, fmt.Sprint(e.ExpectStatus), "a status from 200 to 599")
		}
	}
}

// pathProblem says what a path should be that a browser could not ask for as
// it is written, or that corsproof needs itself; "" if nothing is wrong.
func pathProblem(path string) string {
	query := ""
	if _, after, found := strings.Cut(path, "?"); found {
		query = after
	}
	switch {
	case !strings.HasPrefix(path, "/"):
		return `a path that begins with "/": origin and scheme belong to public-url`
	case strings.HasPrefix(path, "//"):
		return `a path that begins with one "/"`
	case strings.Contains(path, "#"):
		return "a path without #, which browsers do not send"
	case oracle.WirePath(path) != path:
		return "the path as browsers send it: " + oracle.WirePath(path)
	case strings.HasPrefix(path, strings.TrimSuffix(scenarios.Reserved, "/")):
		return "another path: corsproof itself answers those that begin with " + scenarios.Reserved
	}
	for pair := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(pair, "="); name == scenarios.TokenParam {
			return "a query without " + scenarios.TokenParam + "=, which corsproof itself uses"
		}
	}
	return ""
}

// sent looks at the headers that are sent to an endpoint. Their values may be
// secrets: no problem shows one.
func (v *validator) sent(key string, headers map[string]string) {
	names := make([]string, 0, len(headers))
	for name := range headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		key := key + "." + name
		again := func(before string) bool { return strings.EqualFold(before, name) }
		switch {
		case !oracle.IsToken(name):
			v.add(key, scenarios.BadValue, "the header "+tree.Quoted(name), "the name of a header, such as Authorization")
		case slices.ContainsFunc(names[:i], again):
			v.add(key, scenarios.RepeatedID, "the header "+tree.Quoted(name)+" again", "each header once: their names have no case")
		case !httpguts.ValidHeaderFieldValue(headers[name]) || strings.ContainsFunc(headers[name], beyondLatin1):
			v.add(key, scenarios.BadValue, "a value that no header can have", "one line, without control characters and with none above U+00FF")
		case strings.Contains(headers[name], "${") && !slices.ContainsFunc(v.policy.secrets, func(s string) bool { return strings.Contains(s, "${") }):
			v.add(key, scenarios.BadPlaceholder, "${", "the value itself, such as os.Getenv gives: variables are put in where a policy is loaded from YAML")
		default:
			v.scriptMaySet(key, name, headers[name])
		}
	}
}

func beyondLatin1(r rune) bool { return r > 0xff }

func (v *validator) accept() {
	for i, a := range v.policy.Accept {
		key := item("accept", i)
		if a.Class == "" {
			v.add(key+".class", scenarios.Missing, "no `class`", tree.OneOf(Classes))
		} else if !slices.Contains(Classes, a.Class) {
			v.add(key+".class", scenarios.UnknownWord, "the unknown class "+tree.Quoted(string(a.Class)), tree.Choice(string(a.Class), Classes))
		}
		if strings.TrimSpace(a.Why) == "" {
			v.add(key+".why", scenarios.Missing, "no `why`", "the reason why somebody lives with it")
		}
		isIts := func(e Endpoint) bool { return e.Path == a.Endpoint }
		if a.Endpoint != "" && len(v.policy.Endpoints) > 0 && !slices.ContainsFunc(v.policy.Endpoints, isIts) {
			v.add(key+".endpoint", scenarios.UnknownWord, "the unknown endpoint "+tree.Quoted(a.Endpoint), "a path of `endpoints`, or none for all of them")
			v.against("endpoints")
		}
		same := func(before Accept) bool { return before.Class == a.Class && before.Endpoint == a.Endpoint }
		if slices.ContainsFunc(v.policy.Accept[:i], same) {
			v.add(key, scenarios.RepeatedID, "the same class and endpoint again", "one entry for them")
		}
	}
}
