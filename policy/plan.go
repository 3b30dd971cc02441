package policy

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Options say what a plan is made for.
type Options struct {
	// Server is the origin by which browsers know the server.
	Server oracle.Origin
	// Path is that of the target's own URL, with its query: what is asked when
	// the policy names no endpoints. "" is "/".
	Path string
	// Thorough asks for everything that the default plan asks for a part of:
	// each combination, each stranger at each endpoint, other ways to load.
	Thorough bool
}

// Scenarios turns the policy into probes: what it declares must work, and what
// it does not must not. It is a pure function, and quick; the ids of its probes
// stay the same as long as the policy does. The error says what is wrong with
// the policy or the options.
func (p *Policy) Scenarios(o Options) ([]Probe, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	pl, err := newPlan(p, o)
	if err != nil {
		return nil, err
	}
	pl.declare()
	pl.repeat()
	pl.expose()
	pl.failures()
	pl.redirects()
	pl.plainTraffic()
	pl.estrange()
	pl.exceed()
	pl.caches()
	pl.maxAge()
	return pl.probes, nil
}

// plan is a list of probes in the making.
type plan struct {
	policy    *Policy
	options   Options
	patterns  []Pattern
	exact     map[oracle.Origin]bool // the patterns that stand for one origin
	wide      []Pattern              // and the others
	endpoints []endpoint
	// declared are those who may read, at least one for each pattern.
	declared []asker
	// evil is a domain that the policy has nothing to do with.
	evil   string
	probes []Probe
	ids    map[string]bool
}

func newPlan(p *Policy, o Options) (*plan, error) {
	if o.Server.IsOpaque() {
		return nil, errors.New("policy: a plan is made for a server: its origin is missing")
	}
	pl := &plan{policy: p, options: o, exact: map[oracle.Origin]bool{}, ids: map[string]bool{}}
	for _, s := range p.Origins {
		pattern, err := ParsePattern(s)
		if err != nil {
			return nil, err
		}
		pl.patterns = append(pl.patterns, pattern)
		if pattern.everyone || pattern.subdomain || pattern.anyPort {
			pl.wide = append(pl.wide, pattern)
		} else {
			pl.exact[pattern.origin] = true
		}
	}
	pl.endpoints = pl.places()
	pl.evil = pl.strangeDomain()
	pl.declared = pl.representatives()
	return pl, nil
}

// allows is [Policy.Allows] for an origin that is no opaque one, in a policy that
// may have very many.
func (pl *plan) allows(o oracle.Origin) bool {
	return pl.exact[o] || slices.ContainsFunc(pl.wide, func(p Pattern) bool { return p.Matches(o) })
}

// strangeDomain is a domain that no entry of the policy, nor the server, names.
func (pl *plan) strangeDomain() string {
	for _, domain := range []string{"evil.test", "attacker.test", "stranger.test", "intruder.test"} {
		named := func(s string) bool { return strings.Contains(s, domain) }
		if !slices.ContainsFunc(pl.policy.Origins, named) && !named(pl.options.Server.Host) {
			return domain
		}
	}
	return "corsproof-stranger.test"
}

// reaches says whether a page of the origin can ask the server at all: a secure
// page loads nothing over plain http.
//
// https://w3c.github.io/webappsec-mixed-content/#should-block-fetch
func (pl *plan) reaches(from oracle.Origin) bool {
	return from.Scheme == "http" && !from.IsPotentiallyTrustworthy() || pl.options.Server.IsPotentiallyTrustworthy()
}

// add makes a probe of what is asked.
func (pl *plan) add(p Probe, name string, steps ...scenarios.Step) {
	via := steps[len(steps)-1].Request.Via
	id := pl.id(p, name, via)
	spec := specs[p.What]
	why := whyOf(p)
	timeout := scenarios.DefaultTimeout
	for _, s := range steps {
		timeout += s.Wait
		method := cmp.Or(s.Request.Method, "GET")
		p.Writes = p.Writes || method != "GET" && method != "HEAD" && method != "OPTIONS"
	}
	topic, rest, _ := strings.Cut(id, "/")
	source := &scenarios.Scenario{
		Topic: topic, ID: strings.TrimSuffix(rest, "/"+string(via)), Title: p.Meant, Why: why, Spec: spec,
		Steps: steps, Via: []oracle.Via{via}, MultiStep: len(steps) > 1, Timeout: timeout,
	}
	p.Permutation = &scenarios.Permutation{
		ID: id, Topic: topic, Title: p.Meant, Why: why, Spec: spec,
		Via: via, Steps: steps, Timeout: timeout, Scenario: source, File: file,
	}
	pl.probes = append(pl.probes, p)
}

// id names a probe in words: who asks, for what, and how.
func (pl *plan) id(p Probe, name string, via oracle.Via) string {
	base := "policy/" + slug(string(p.Who)+"-"+spelled(p.Origin)) + "/" + slug(p.Endpoint+"-"+name)
	id := base + "/" + string(via)
	for n := 0; pl.ids[id]; n++ { // what differs in a character that no id has
		hash := fnv.New32a()
		fmt.Fprintf(hash, "%q%d", []string{p.Origin, p.Endpoint, p.Method, p.Subject, p.Meant}, n)
		id = fmt.Sprintf("%s-x%x/%s", base, hash.Sum32(), via)
	}
	pl.ids[id] = true
	return id
}

// spelled has the characters that few hosts have by their numbers: x5f is "_".
func spelled(origin string) string {
	var b strings.Builder
	for _, c := range origin {
		if strings.ContainsRune(specials, c) {
			fmt.Fprintf(&b, "-x%x-", c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// slug writes a name as ids are written: lower-case words joined by hyphens.
func slug(name string) string {
	const most = 60
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
	s := strings.Join(words, "-")
	if len(s) > most {
		hash := fnv.New32a()
		hash.Write([]byte(name))
		s = fmt.Sprintf("%s-x%x", strings.Trim(s[:most], "-"), hash.Sum32())
	}
	return s
}

// file is what the probes would stand in.
var file = &scenarios.File{
	Topic: "policy", About: "What a policy declares, and what it does not.",
	Spec: "https://fetch.spec.whatwg.org/#http-cors-protocol",
}
