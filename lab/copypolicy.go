package lab

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// corsPolicy is what the header lines of a server amount to.
type corsPolicy struct {
	policy.Policy
	// everySite is true for a server that repeats every Origin: no policy that
	// anybody should have, but one that products can be told.
	everySite bool
	// anyHeader is true for a list of headers that repeats what was asked for.
	anyHeader bool
}

// corsLines are the header lines that a policy stands for: a product writes them.
var corsLines = []string{
	"access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods", "access-control-allow-headers",
	"access-control-max-age", "access-control-expose-headers", "vary",
}

// policy finds out what the replies of the one address of a case amount to; nil
// where they say something that no product's options say, and where a product's
// own lines would let the page read otherwise.
func (s *serving) policy(step scenarios.BoundStep) *corsPolicy {
	if len(s.hosts) != 1 || len(s.hosts[0].routes) != 1 {
		return nil
	}
	r := s.hosts[0].routes[0]
	answer := r.answer
	if answer.raw != nil || answer.abort != "" || !answer.has("Access-Control-Allow-Origin") {
		return nil
	}
	p := &corsPolicy{}
	ok := p.origin(answer) && p.credentials(answer) && p.exposed(answer)
	for _, l := range answer.headers {
		name := strings.ToLower(l.name)
		ok = ok && (!strings.HasPrefix(name, "access-control-") || slices.Contains(corsLines, name)) &&
			name != "access-control-allow-methods" && name != "access-control-allow-headers" && name != "access-control-max-age"
	}
	if !ok || r.preflight != nil && !p.preflight(*r.preflight) || p.Validate() != nil {
		return nil
	}
	literally, _ := oracle.Predict(oracle.State{}, step.Request, step.Server)
	if r.preflight == nil && slices.ContainsFunc(literally.Wire, func(w oracle.WireRequest) bool { return w.Preflight }) {
		return nil // a product would answer it
	}
	byPolicy, _ := oracle.Predict(oracle.State{}, step.Request, oracle.ServerFunc(func(w oracle.WireRequest) oracle.Reply { return p.reply(w, answer) }))
	if byPolicy.Read != literally.Read {
		return nil
	}
	return p
}

// reply is what a product answers that is told the policy, in front of an
// application that answers so.
func (p *corsPolicy) reply(w oracle.WireRequest, answer literal) oracle.Reply {
	var h oracle.Headers
	add := func(name, value string) { h = append(h, oracle.Header{Name: name, Value: value}) }
	switch {
	case p.everySite:
		add("Access-Control-Allow-Origin", w.Origin)
	case p.Origins[0] == "*" || p.Origins[0] == w.Origin:
		add("Access-Control-Allow-Origin", p.Origins[0])
	}
	if p.Credentials {
		add("Access-Control-Allow-Credentials", "true")
	}
	if w.Preflight {
		add("Access-Control-Allow-Methods", strings.Join(p.methods(), ", "))
		if headers := strings.Join(p.RequestHeaders, ", "); headers != "" {
			add("Access-Control-Allow-Headers", headers)
		} else if p.anyHeader {
			add("Access-Control-Allow-Headers", w.RequestHeaders)
		}
		return oracle.Reply{Status: 204, Headers: h, HTTP1: true}
	}
	if exposed := strings.Join(p.ExposeHeaders, ", "); exposed != "" {
		add("Access-Control-Expose-Headers", exposed)
	}
	for _, l := range answer.ownLines() {
		add(l.name, l.value.answering(w))
	}
	var body []byte
	for _, r := range answer.body.answering(w) {
		body = append(body, byte(r))
	}
	return oracle.Reply{Status: answer.status, Headers: h, Body: body, HTTP1: true}
}

// answering is the text of a value in an answer to a request.
func (v value) answering(w oracle.WireRequest) string {
	asked := map[string]string{"Origin": w.Origin, "Access-Control-Request-Method": w.RequestMethod, "Access-Control-Request-Headers": w.RequestHeaders}
	var b strings.Builder
	for _, p := range v {
		b.WriteString(p.text + asked[p.header])
	}
	return b.String()
}

// one is the value of a header that stands in a reply once.
func (r literal) one(name string) (v value, found, once bool) {
	for _, l := range r.headers {
		if strings.EqualFold(l.name, name) {
			if found {
				return nil, true, false
			}
			v, found = l.value, true
		}
	}
	return v, found, true
}

func (p *corsPolicy) origin(r literal) bool {
	v, _, once := r.one("Access-Control-Allow-Origin")
	if text, ok := v.literal(); ok {
		pattern, err := policy.ParsePattern(text)
		p.Origins = []string{text}
		return once && err == nil && (text == "*" || !strings.Contains(pattern.String(), "*"))
	}
	p.everySite = true
	return once && len(v) == 1 && v[0].header == "Origin"
}

func (p *corsPolicy) credentials(r literal) bool {
	v, found, once := r.one("Access-Control-Allow-Credentials")
	text, ok := v.literal()
	p.Credentials = found
	return once && (!found || ok && text == "true")
}

func (p *corsPolicy) exposed(r literal) bool {
	var ok bool
	p.ExposeHeaders, ok = r.list("Access-Control-Expose-Headers")
	return ok
}

// list is a header as a list of tokens.
func (r literal) list(name string) (items []string, ok bool) {
	v, found, once := r.one(name)
	text, isLiteral := v.literal()
	if !found || !once || !isLiteral {
		return nil, !found
	}
	for item := range strings.SplitSeq(text, ",") {
		item = strings.Trim(item, " \t")
		if !oracle.IsToken(item) {
			return nil, false
		}
		items = append(items, item)
	}
	return items, true
}

// preflight takes in what a preflight's answer says besides.
func (p *corsPolicy) preflight(r literal) bool {
	same := &corsPolicy{}
	if r.raw != nil || r.abort != "" || r.delay > 0 || r.status < 200 || r.status > 299 || !same.origin(r) || !same.credentials(r) ||
		same.everySite != p.everySite || same.Credentials != p.Credentials || !slices.Equal(same.Origins, p.Origins) {
		return false
	}
	for _, l := range r.headers {
		name := strings.ToLower(l.name)
		if !slices.Contains(corsLines, name) && name != "content-type" && name != "content-length" {
			return false
		}
	}
	methods, ok := r.list("Access-Control-Allow-Methods")
	if !ok {
		return false
	}
	p.Methods = methods
	if v, found, _ := r.one("Access-Control-Allow-Headers"); found && len(v) == 1 && v[0].header == "Access-Control-Request-Headers" {
		p.anyHeader = true
	} else if p.RequestHeaders, ok = r.list("Access-Control-Allow-Headers"); !ok {
		return false
	}
	if slices.Contains(p.RequestHeaders, "*") {
		return false // products take it for a list that repeats what was asked for
	}
	v, found, once := r.one("Access-Control-Max-Age")
	text, isLiteral := v.literal()
	seconds, err := strconv.Atoi(text)
	if found && (!once || !isLiteral || err != nil || strconv.Itoa(seconds) != text) {
		return false
	}
	p.MaxAge = time.Duration(seconds) * time.Second
	return !found || seconds > 0
}

// methods are those that the policy lets be used, the safelisted ones first: the
// products want all of them.
func (p *corsPolicy) methods() []string {
	list := []string{"GET", "HEAD", "POST"}
	for _, m := range p.Methods {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// ownLines are the headers of a reply that the policy does not stand for.
func (r literal) ownLines() []line {
	return slices.DeleteFunc(slices.Clone(r.headers), func(l line) bool {
		return slices.Contains(corsLines, strings.ToLower(l.name)) && (!strings.EqualFold(l.name, "Vary") || l.ofPolicy())
	})
}

// ofPolicy says of a Vary whether a CORS product writes it.
func (l line) ofPolicy() bool {
	text, _ := l.value.literal()
	for name := range strings.SplitSeq(text, ",") {
		name = strings.ToLower(strings.Trim(name, " \t"))
		if name != "origin" && !strings.HasPrefix(name, "access-control-request-") {
			return false
		}
	}
	return true
}

// everySiteNote is what stands at a server that repeats every Origin.
const everySiteNote = "Careful: this lets in every site that asks, as the case does. A real server looks for the Origin in a list."
