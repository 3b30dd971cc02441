package policy

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Ports that a page can be loaded from, beside the schemes' own.
const (
	otherTLS   = 8443
	otherPlain = 8080
)

// representatives are those who may read: of each entry of the policy the
// origins that a server could tell apart.
func (pl *plan) representatives() []asker {
	var out []asker
	seen := map[string]bool{}
	add := func(a asker) {
		if s := a.String(); !seen[s] {
			seen[s] = true
			out = append(out, a)
		}
	}
	for i, pattern := range pl.patterns {
		for _, origin := range pl.samples(pattern) {
			if origin != pl.options.Server { // which needs no CORS
				add(asker{page: origin, like: pl.policy.Origins[i]})
			}
		}
	}
	if pl.policy.Allows("null") {
		null := pl.null()
		null.like = "null"
		add(null)
	}
	return out
}

// null is a sandboxed document in a page that can reach the server.
func (pl *plan) null() asker {
	page := oracle.Origin{Scheme: "https", Host: pl.evil, Port: 443}
	if !pl.reaches(page) {
		page.Scheme, page.Port = "http", 80
	}
	return asker{page: page, opaque: true}
}

// samples are origins that a pattern stands for: one label, two, one with a
// hyphen and a digit; the scheme's own port and another.
func (pl *plan) samples(p Pattern) []oracle.Origin {
	if p.everyone {
		return pl.anybody()
	}
	hosts := []string{p.origin.Host}
	if p.subdomain {
		hosts = []string{"app." + p.origin.Host, "a.b." + p.origin.Host, "app-2." + p.origin.Host}
	}
	var out []oracle.Origin
	for i, host := range hosts {
		o := p.origin
		o.Host = host
		if !p.anyPort {
			out = append(out, o)
			continue
		}
		own := oracle.Origin{Scheme: o.Scheme, Host: host, Port: ownPort(o.Scheme)}
		other := own
		other.Port = otherPort(o.Scheme)
		switch {
		case len(hosts) == 1 || pl.options.Thorough:
			out = append(out, own, other)
		case i%2 == 0:
			out = append(out, own)
		default:
			out = append(out, other)
		}
	}
	// A long name under a long host may be none.
	return slices.DeleteFunc(out, func(o oracle.Origin) bool { return !canLive(o) })
}

// anybody are origins that have nothing in common.
func (pl *plan) anybody() []oracle.Origin {
	all := []oracle.Origin{
		{Scheme: "https", Host: "anybody.test", Port: 443},
		{Scheme: "http", Host: "somebody.test", Port: otherPlain},
	}
	return slices.DeleteFunc(all, func(o oracle.Origin) bool { return !pl.reaches(o) })
}

func ownPort(scheme string) int {
	if scheme == "http" {
		return 80
	}
	return 443
}

func otherPort(scheme string) int {
	if scheme == "http" {
		return otherPlain
	}
	return otherTLS
}

// canLive says whether a browser can load a page from the origin.
func canLive(o oracle.Origin) bool {
	same, _, err := scenarios.ResolveOrigin(o.String())
	return err == nil && same == o && !oracle.IsBadPort(o.Port)
}

// headerSets are the headers that a request may have: none, each alone, some
// that stand beside each other in the list that a browser sorts, all together.
func (pl *plan) headerSets() [][]string {
	sets := [][]string{nil}
	var all []string
	for _, name := range pl.headerNames() {
		if name == "*" || oracle.IsForbiddenRequestHeader(name, headerValue(name)) ||
			slices.ContainsFunc(all, func(h string) bool { return strings.EqualFold(h, name) }) {
			continue
		}
		all = append(all, name)
		sets = append(sets, []string{name})
	}
	if slices.Contains(pl.policy.RequestHeaders, "*") {
		any := []string{"X-Corsproof-Any", "Content-Type"}
		sets = append(sets, any[:1], any[1:])
		all = append(all, any...)
		for _, letter := range "abcdefghijklmnop" {
			all = append(all, "X-Corsproof-"+strings.ToUpper(string(letter)))
		}
	}
	if len(all) > 1 {
		sets = append(sets, all)
	}
	if few := len(all) > 2 && !slices.Contains(pl.policy.RequestHeaders, "*"); few {
		sorted := slices.SortedFunc(slices.Values(all), func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
		for i := range sorted[1:] {
			sets = append(sets, sorted[i:i+2])
		}
		sets = append(sets, []string{sorted[0], sorted[len(sorted)-1]})
	}
	return sets
}

// declare asks for what the policy declares: every two of an origin, an
// endpoint, a method, headers and credentials together.
func (pl *plan) declare() {
	if len(pl.declared) == 0 {
		return
	}
	var verbs []verb
	for _, e := range pl.endpoints {
		for _, v := range e.verbs {
			v.served = true
			if !slices.Contains(verbs, v) {
				verbs = append(verbs, v)
			}
		}
	}
	serves := func(e, v int) bool {
		wanted := verbs[v]
		return slices.Contains(pl.endpoints[e].verbs, wanted)
	}
	headers := pl.headerSets()
	credentials := []bool{false}
	if pl.policy.Credentials {
		credentials = append(credentials, true)
	}
	sizes := []int{len(pl.declared), len(pl.endpoints), len(verbs), len(headers), len(credentials)}
	may := func(row []int) bool {
		e, v, h := row[1], row[2], row[3]
		switch {
		case v < 0:
			return true
		case h >= 0 && verbs[v].json && slices.ContainsFunc(headers[h], isContentType):
			return false // it has one
		case e >= 0:
			return serves(e, v)
		}
		return slices.ContainsFunc(pl.endpoints, func(e endpoint) bool { return slices.Contains(e.verbs, verbs[v]) })
	}
	rows := pairs(sizes, may, pl.plainFirst(sizes, serves))
	if pl.options.Thorough {
		rows = product(sizes, may)
	}
	ways := []oracle.Via{scenarios.DefaultVia}
	if pl.options.Thorough {
		ways = append(ways, "xhr", "worker-fetch")
	}
	for _, row := range rows {
		for _, via := range ways {
			q := question{
				from: pl.declared[row[0]], at: pl.endpoints[row[1]], verb: verbs[row[2]],
				headers: headers[row[3]], credentials: credentials[row[4]], via: via,
			}
			pl.allowed(q, q.probe(Refused, Declared))
		}
	}
}

// plainFirst are the rows that differ from the plainest in one choice, so that
// what a server refuses is asked for by itself.
func (pl *plan) plainFirst(sizes []int, serves func(e, v int) bool) [][]int {
	verbAt := func(e int) int {
		for v := range sizes[2] {
			if serves(e, v) {
				return v
			}
		}
		return 0
	}
	var rows [][]int
	for f, size := range sizes {
		for choice := range size {
			row := make([]int, len(sizes))
			row[f] = choice
			switch {
			case f == 1:
				row[2] = verbAt(choice)
			case f == 2:
				for e := range sizes[1] {
					if row[1] = e; serves(e, choice) {
						break
					}
				}
			default:
				row[2] = verbAt(0)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// allowed asks what must be answered so that script can read it.
func (pl *plan) allowed(q question, p Probe) {
	step := pl.step(q, oracle.Allowed)
	if status := q.status(); status != 0 {
		step.Expect.Status = &status
	}
	p.Meant = q.from.String() + " may " + q.String() + "."
	pl.add(p, q.name(), step)
}

// repeat asks the same twice in a row: a server must not change its mind.
func (pl *plan) repeat() {
	for _, who := range pl.declared {
		q := question{from: who, at: pl.endpoints[0], verb: pl.endpoints[0].reads(), cache: "no-store"}
		p := q.probe(Refused, Declared)
		p.What = Repeated
		p.Meant = who.String() + " may " + q.String() + ", and again."
		step := pl.step(q, oracle.Allowed)
		pl.add(p, q.name()+"-again", step, step)
	}
}

// expose reads a response for its headers: which ones script can see, the
// replies tell.
func (pl *plan) expose() {
	for i, who := range pl.declared {
		for _, e := range pl.endpoints {
			q := question{from: who, at: e, verb: e.reads()}
			p := q.probe(Refused, Declared)
			p.What, p.Subject = Exposed, strings.Join(pl.policy.ExposeHeaders, ", ")
			p.Meant = who.String() + " may read of " + q.String() + " " + pl.exposedWords() + "."
			pl.add(p, q.name()+"-headers", pl.step(q, oracle.Allowed))
			if pl.policy.Credentials && i == 0 {
				q.credentials = true
				p.Meant = who.String() + " may read of " + q.String() + " " + pl.exposedWords() + "."
				pl.add(p, q.name()+"-headers", pl.step(q, oracle.Allowed))
			}
			if !pl.options.Thorough && i > 0 {
				break
			}
		}
	}
}

func (pl *plan) exposedWords() string {
	switch {
	case len(pl.policy.ExposeHeaders) == 0:
		return "the safelisted headers and no other"
	case slices.Contains(pl.policy.ExposeHeaders, "*"):
		return "every header"
	}
	return "the safelisted headers, " + strings.Join(pl.policy.ExposeHeaders, ", ") + ", and no other"
}
