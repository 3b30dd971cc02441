package policy

import (
	"time"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// caches asks one URL twice in one HTTP cache: what was stored for one must not
// decide for another. Only origins of one site share a cache.
//
// https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
func (pl *plan) caches() {
	if len(pl.declared) == 0 {
		return
	}
	for i, e := range pl.endpoints {
		if e.reads().method != "GET" {
			continue // which no cache keeps
		}
		if a, b, found := pl.neighbours(); found {
			pl.after(e, a, b)
			pl.after(e, b, a)
		}
		pl.afterPlainLoad(e)
		if i == 0 || pl.options.Thorough {
			pl.afterStranger(e)
		}
	}
}

// neighbours are two of those who may read, of one site.
func (pl *plan) neighbours() (a, b asker, found bool) {
	for i, a := range pl.declared {
		for _, b := range pl.declared[i+1:] {
			if !a.opaque && !b.opaque && oracle.SameSite(a.page, b.page) {
				return a, b, true
			}
		}
	}
	return a, b, false
}

// after lets b ask what a has asked.
func (pl *plan) after(e endpoint, a, b asker) {
	first := question{from: a, at: e, verb: e.reads(), credentials: pl.policy.Credentials}
	second := first
	second.from = b
	p := second.probe(Cache, Declared)
	p.What, p.Subject = Cached, a.String()
	p.Meant = b.String() + " may " + second.String() + ", also when " + a.String() + " has just done so."
	pl.add(p, second.name()+"-after-"+a.String(), pl.step(first, oracle.Allowed), pl.step(second, oracle.Allowed))
}

// afterPlainLoad asks for what the page has loaded without CORS.
func (pl *plan) afterPlainLoad(e endpoint) {
	who := pl.declared[0]
	if e.preflights() || who.opaque {
		return // what is loaded without CORS has no such headers, and no frame shares a cache with its page
	}
	for _, way := range []struct {
		name string
		load question
	}{
		{"image", question{via: "img"}},
		{"no-cors", question{mode: "no-cors", credentials: pl.policy.Credentials}},
	} {
		first := way.load
		first.from, first.at, first.verb = who, e, verb{method: "GET"}
		second := question{from: who, at: e, verb: verb{method: "GET"}, credentials: pl.policy.Credentials}
		p := second.probe(Cache, Declared)
		p.What, p.Subject = Cached, way.name
		p.Meant = who.String() + " may " + second.String() + ", also when its page has loaded that without CORS."
		pl.add(p, second.name()+"-after-"+way.name, pl.step(first, ""), pl.step(second, oracle.Allowed))
	}
}

// afterStranger lets a stranger and one who may read ask for the same, in both
// orders.
func (pl *plan) afterStranger(e endpoint) {
	for _, s := range pl.strangers() {
		for _, who := range pl.declared {
			if s.opaque || who.opaque || !oracle.SameSite(s.page, who.page) {
				continue
			}
			reads := question{from: who, at: e, verb: e.reads(), credentials: pl.policy.Credentials}
			spies := reads
			spies.from = s.asker
			allowed, blocked := pl.step(reads, oracle.Allowed), pl.step(spies, oracle.Blocked)

			p := reads.probe(Cache, Declared)
			p.What, p.Subject = Cached, s.String()
			p.Meant = who.String() + " may " + reads.String() + ", also when " + s.String() + " has just tried."
			pl.add(p, reads.name()+"-after-"+s.String(), blocked, allowed)

			p = spies.probe(Cache, s.who)
			p.What, p.Subject = Cached, who.String()
			p.Meant = s.String() + " may not read what " + spies.String() + " answers, also when " + who.String() + " has just read it."
			pl.add(p, spies.name()+"-after-"+who.String(), allowed, blocked)
			return
		}
	}
}

// longestWait is the longest bound that a probe waits for.
const longestWait = 5 * time.Second

// maxAge asks twice what needs a preflight, and, where the bound is short, once
// more when it is over. Of a longer bound the header tells.
func (pl *plan) maxAge() {
	bound := pl.policy.MaxAge
	if bound <= 0 || len(pl.declared) == 0 {
		return
	}
	e := pl.endpoints[0]
	q, ok := pl.preflighted(pl.declared[0], e)
	if !ok {
		return
	}
	q.cache = "no-store"
	first, again := pl.step(q, oracle.Allowed), pl.step(q, oracle.Allowed)
	first.Expect.Preflights = new(1)
	steps := []scenarios.Step{first, again}
	p := q.probe(OverPermissive, Declared)
	p.What = MaxAge
	p.Meant = "The answer to the preflight of " + q.String() + " may be kept for " + bound.String() + " at most."
	if bound <= longestWait {
		late := pl.step(q, oracle.Allowed)
		late.Wait = bound + time.Second
		late.Expect.Preflights = new(1)
		steps = append(steps, late)
	}
	pl.add(p, q.name()+"-max-age", steps...)
}
