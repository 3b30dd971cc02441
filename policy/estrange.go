package policy

import (
	"slices"

	"github.com/corsproof/corsproof/oracle"
)

// estrange lets strangers ask: without credentials, with them, and what needs a
// preflight. All of them ask the first endpoint, one of each kind every other.
// One asks for everything that there is, since each method may be answered by
// another part of the server.
func (pl *plan) estrange() {
	strangers := pl.strangers()
	for i, e := range pl.endpoints {
		var had []Who
		for n, s := range strangers {
			if i > 0 && slices.Contains(had, s.who) && !pl.options.Thorough {
				continue
			}
			had = append(had, s.who)
			questions := pl.askedBy(s.asker, e, n == 0 || i == 0 && !s.brief)
			if n == 0 {
				questions = append(questions, pl.everyVerb(s.asker, e)...)
			}
			for _, q := range questions {
				pl.spy(s, q)
			}
		}
	}
}

// spy asks what a stranger may not read.
func (pl *plan) spy(s stranger, q question) {
	p := q.probe(Leak, s.who)
	p.Subject = s.like
	p.Meant = s.String() + " may not read what " + q.String() + " answers."
	pl.add(p, q.name(), pl.step(q, oracle.Blocked))
}

// askedBy are the questions of a stranger; where others have asked much already,
// the one that most servers would answer.
func (pl *plan) askedBy(who asker, e endpoint, all bool) []question {
	plain := question{from: who, at: e, verb: e.reads()}
	if !all && !pl.options.Thorough {
		return []question{plain}
	}
	credentialed := plain
	credentialed.credentials = true
	out := []question{plain, credentialed}
	if q, ok := pl.preflighted(who, e); ok {
		out = append(out, q)
	}
	if pl.options.Thorough {
		for _, via := range []oracle.Via{"xhr", "worker-fetch", "module", "font", "eventsource", "img-cors"} {
			if !takesSettings(via) && (e.preflights() || plain.verb.method != "GET") {
				continue
			}
			q := plain
			q.via = via
			out = append(out, q)
		}
	}
	return out
}

// everyVerb are the questions with what else the endpoint serves than what all
// strangers ask for.
func (pl *plan) everyVerb(who asker, e endpoint) []question {
	var out []question
	for _, v := range e.verbs {
		if !v.served || v == e.reads() {
			continue
		}
		q := question{from: who, at: e, verb: v}
		out = append(out, q)
		q.credentials = true
		out = append(out, q)
	}
	return out
}

// preflighted is a question that needs a preflight, and that the policy would
// answer if who were allowed: with a declared header, else a declared method.
func (pl *plan) preflighted(who asker, e endpoint) (question, bool) {
	q := question{from: who, at: e, verb: e.reads()}
	var alone []string
	for _, set := range pl.headerSets() {
		if len(set) == 1 && !oracle.IsSafelistedRequestHeader(set[0], headerValue(set[0])) {
			alone = append(alone, set[0])
		}
	}
	// A GET with the type of a body is a rare thing to ask.
	other := slices.IndexFunc(alone, func(name string) bool { return !isContentType(name) })
	if len(alone) > 0 {
		q.headers = []string{alone[max(other, 0)]}
		return q, true
	}
	for _, v := range e.verbs {
		if v.served && !oracle.IsSafelistedMethod(v.method) {
			q.verb = v
			return q, true
		}
	}
	return question{}, false
}
