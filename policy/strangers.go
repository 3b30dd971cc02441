package policy

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// stranger is an origin that the policy does not allow, and what it is to one
// that it does.
type stranger struct {
	who Who
	asker
	brief bool // one of many: it asks one question
}

// model is a declared origin as strangers resemble it.
type model struct {
	like   string
	origin oracle.Origin // one that the entry stands for
	base   string        // the host that a wildcard stands before; "" for none
}

// host is the one that the entry names.
func (m model) host() string {
	if m.base != "" {
		return m.base
	}
	return m.origin.Host
}

// hosts gives the model's origin with other hosts.
func (m model) hosts(hosts ...string) []oracle.Origin {
	out := make([]oracle.Origin, len(hosts))
	for i, host := range hosts {
		out[i] = m.origin
		out[i].Host = host
	}
	return out
}

// ports gives the model's origin with other ports.
func (m model) ports(ports ...int) []oracle.Origin {
	out := make([]oracle.Origin, len(ports))
	for i, port := range ports {
		out[i] = m.origin
		out[i].Port = port
	}
	return out
}

// models are the entries of the policy that a stranger can resemble.
func (pl *plan) models() []model {
	var out []model
	for i, p := range pl.patterns {
		if p.everyone {
			continue
		}
		m := model{like: pl.policy.Origins[i], origin: p.origin}
		if p.anyPort {
			m.origin.Port = ownPort(p.origin.Scheme)
		}
		if p.subdomain {
			m.base, m.origin.Host = p.origin.Host, "app."+p.origin.Host
		}
		out = append(out, m)
	}
	return out
}

// The entries of a long list are most likely compared in one way. Strangers try
// the first ones with every question, the next with one, and of the rest there
// is one stranger of each kind.
const (
	short = 4
	long  = 8
)

// strangers are those who may not read, each origin once, in the order of their
// kinds: what one proves, those after it need not.
func (pl *plan) strangers() []stranger {
	var out []stranger
	seen := map[string]bool{}
	add := func(who Who, like string, place int, origins ...oracle.Origin) {
		if pl.options.Thorough {
			place = 0
		}
		for _, o := range origins {
			s := o.String()
			if seen[s] || !canLive(o) || pl.allows(o) || o == pl.options.Server || !pl.reaches(o) {
				continue
			}
			seen[s] = true
			out = append(out, stranger{who, asker{page: o, like: like}, place >= short})
			if place >= long {
				return
			}
		}
	}
	models := pl.models()
	for _, kind := range kinds {
		switch kind.who {
		case Foreign:
			add(Foreign, "", 0, pl.foreigners()...)
		case Local:
			add(Local, "", 0, pl.locals(models)...)
		case Null:
			if !pl.policy.Allows("null") {
				out = append(out, stranger{who: Null, asker: pl.null()})
			}
		case Glued:
			for i, two := range pl.couples(models) {
				add(Glued, two[0].like, i/short, glued(two[0], two[1])...)
			}
		case ServerOrigin:
			for _, o := range pl.serverOrigins() {
				if pl.allows(swapped(o)) { // what it resembles more
					add(Scheme, swapped(o).String(), 0, o)
				}
				add(ServerOrigin, "", 0, o)
			}
		default:
			for i, m := range models {
				add(kind.who, m.like, i, kind.of(pl, m)...)
			}
			if besideServer[kind.who] {
				add(kind.who, pl.options.Server.String(), short, kind.of(pl, pl.serverModel())...)
			}
		}
	}
	return out
}

// foreigners have nothing to do with the policy.
func (pl *plan) foreigners() []oracle.Origin {
	return []oracle.Origin{
		{Scheme: "https", Host: pl.evil, Port: 443},
		{Scheme: "http", Host: pl.evil, Port: 80},
	}
}

// locals are where sites are developed, on ports that tools for that take, and
// what a server may have kept from that time.
func (pl *plan) locals(models []model) []oracle.Origin {
	var out []oracle.Origin
	for _, port := range []int{3000, 80, 4200, 5173, 8080} {
		out = append(out, oracle.Origin{Scheme: "http", Host: "localhost", Port: port})
	}
	out = append(out, oracle.Origin{Scheme: "http", Host: "127.0.0.1", Port: 3000})
	return slices.DeleteFunc(out, func(o oracle.Origin) bool { // another port of a known host
		return o.Host == pl.options.Server.Host || slices.ContainsFunc(models, func(m model) bool { return m.host() == o.Host })
	})
}

// serverOrigins share the server's host, and are other origins all the same.
func (pl *plan) serverOrigins() []oracle.Origin {
	server := pl.options.Server
	port, scheme := server, swapped(server)
	port.Port = otherThan(server)
	return []oracle.Origin{port, scheme}
}

// besideServer are the kinds of strangers that a server may take for its own
// company, whatever the policy names.
var besideServer = map[Who]bool{Subdomain: true, Parent: true, Sibling: true}

func (pl *plan) serverModel() model { return model{origin: pl.options.Server} }

// couples are the pairs of models whose hosts may be run together: all of them
// in a short policy, neighbours in a long one.
func (pl *plan) couples(models []model) [][2]model {
	var out [][2]model
	for i, a := range models {
		for j, b := range models {
			next := j == i+1 || i == j+1
			if i != j && a.host() != b.host() && (len(models) <= short || next || pl.options.Thorough) {
				out = append(out, [2]model{a, b})
			}
		}
	}
	return out
}

// glued are the hosts of two models run together: whole, with a dot between
// them, and without the end that both have.
func glued(a, b model) []oracle.Origin {
	x, y := a.host(), b.host()
	common := 0
	for common < min(len(x), len(y)) && x[len(x)-1-common] == y[len(y)-1-common] {
		common++
	}
	return b.hosts(x+"."+y, x+y, x[:len(x)-common]+y)
}

// swapped is the origin with the other scheme: with its own port where it had
// its own.
func swapped(o oracle.Origin) oracle.Origin {
	scheme := "http"
	if o.Scheme == "http" {
		scheme = "https"
	}
	if o.Port == ownPort(o.Scheme) {
		o.Port = ownPort(scheme)
	}
	o.Scheme = scheme
	return o
}

// otherThan is a port that the origin does not have.
func otherThan(o oracle.Origin) int {
	if port := otherPort(o.Scheme); port != o.Port {
		return port
	}
	return otherPort(o.Scheme) + 1000
}

// parent is the domain above a host, "" where there is none that anybody has.
func parent(host string) string {
	_, above, found := strings.Cut(host, ".")
	if !found || oracle.RegistrableDomain(host) == "" || oracle.RegistrableDomain(above) == "" {
		return ""
	}
	return above
}

// kind is a kind of stranger, and who is of it beside a model.
type kind struct {
	who Who
	of  func(pl *plan, m model) []oracle.Origin
}

// kinds are in the order of [Who].
var kinds = []kind{
	{who: Foreign},
	{who: Null},
	{who: Local},
	{Scheme, func(pl *plan, m model) []oracle.Origin { return []oracle.Origin{swapped(m.origin)} }},
	{Port, func(pl *plan, m model) []oracle.Origin {
		own, p := ownPort(m.origin.Scheme), m.origin.Port
		out := m.ports(otherThan(m.origin), own)
		if p != own { // written out, and so it can be compared by its beginning
			out = append(out, m.ports(p*10, p/10)...)
		}
		return out
	}},
	{Prefix, func(pl *plan, m model) []oracle.Origin {
		h := m.origin.Host
		return m.hosts(h+"."+pl.evil, h+pl.evil, h[:len(h)-1])
	}},
	{Suffix, func(pl *plan, m model) []oracle.Origin {
		h := m.host()
		if m.base != "" { // which are glued to a wildcard
			return nil
		}
		out := m.hosts("evil"+h, "evil-"+h)
		if site := oracle.RegistrableDomain(h); site != "" && site != h {
			out = append(out, m.hosts("evil"+site)...)
		}
		return out
	}},
	{Substring, func(pl *plan, m model) []oracle.Origin { return m.hosts("evil" + m.host() + "." + pl.evil) }},
	{Subdomain, func(pl *plan, m model) []oracle.Origin {
		hosts := []string{"sub." + m.origin.Host}
		if pl.options.Thorough {
			hosts = append(hosts, "a.b."+m.origin.Host)
		}
		return m.hosts(hosts...)
	}},
	{Parent, func(pl *plan, m model) []oracle.Origin { return m.hosts(parent(m.host())) }},
	{Sibling, func(pl *plan, m model) []oracle.Origin {
		above := parent(m.host())
		if above == "" {
			return nil
		}
		if m.base != "" {
			return m.hosts("app.other." + above)
		}
		return m.hosts("other." + above)
	}},
	{WildcardApex, func(pl *plan, m model) []oracle.Origin { return m.hosts(m.base) }},
	{WildcardGlued, func(pl *plan, m model) []oracle.Origin {
		if m.base == "" {
			return nil
		}
		return m.hosts("evil"+m.base, "evil-"+m.base)
	}},
	{RegexDot, func(pl *plan, m model) []oracle.Origin {
		before, h := strings.TrimSuffix(m.origin.Host, m.host()), m.host()
		var hosts []string
		for i := range len(h) {
			if h[i] == '.' {
				hosts = append(hosts, before+h[:i]+"x"+h[i+1:])
			}
		}
		if len(hosts) > 1 {
			hosts = append(hosts, before+strings.ReplaceAll(h, ".", "x"))
		}
		return m.hosts(hosts...)
	}},
	{who: Glued},
	{TrailingDot, func(pl *plan, m model) []oracle.Origin { return m.hosts(m.origin.Host + ".") }},
	{Special, func(pl *plan, m model) []oracle.Origin {
		h := m.origin.Host
		hosts := []string{h + "_." + pl.evil, h + "$." + pl.evil, "evil_" + m.host()}
		if pl.options.Thorough {
			hosts = append(hosts, h+"+."+pl.evil, h+"_"+pl.evil, h+"$"+pl.evil, "evil$"+m.host(), "evil+"+m.host())
		}
		return m.hosts(hosts...)
	}},
	{who: ServerOrigin},
}

// specials are the characters that all engines keep in the host of a page, beside
// letters, digits, hyphens and dots. Chromium and WebKit keep others, at which
// Firefox does not find the host: !&'()=~`{}
const specials = "_$+"
