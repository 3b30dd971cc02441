package oracle

import "slices"

// source is a response whose body names other resources: where their
// references start from, and where in the conversation it came.
type source struct {
	from *source // what named it; nil for the request itself
	base *urlRecord
	// last is the request that it answered, counted from 1 in the conversation;
	// 0 while nothing was sent.
	last int

	wire [2]int // its requests in the conversation: from, to
	// failed is true when it is a network error: what begins later need not
	// begin at all, where one failure is enough.
	failed bool
}

// root is the source of the response that the page asked for.
func (f *fetching) root() *source {
	return &source{base: f.url(), last: len(f.p.Wire), wire: [2]int{0, len(f.p.Wire)}}
}

// load is a fetch of what a source names, with the settings of way. Its
// requests follow the source's answer; those of its siblings may come before or
// between. use says what becomes of the response, and is false where it is of
// no use; reply is nil then, as for a network error.
func (f *fetching) load(way *Way, s Setting, ref string, from *source, use func(*fetching, Reply) bool) (child *source, sub *fetching, reply *Reply) {
	child = &source{from: from, last: from.last, wire: [2]int{len(f.p.Wire), len(f.p.Wire)}, failed: true}
	sub = newFetching(f.state, Request{
		Via: way.Via, Client: f.asked.Client, URL: from.base.resolve(ref),
		Mode: s.Mode, Credentials: s.Credentials[0], ReferrerPolicy: f.asked.ReferrerPolicy,
	}, f.server)
	sub.way, sub.ofWorker = way, f.isOfWorker()
	if sub.prepare() {
		if r, ok := sub.fetch(); ok && use(sub, r) {
			child.failed, reply = false, &r
		}
	}
	if len(sub.urls) > 0 {
		child.base = sub.url()
	}
	before := len(f.p.Wire)
	if len(sub.p.Wire) > 0 {
		first := &sub.p.Wire[0]
		if first.After = from.last; from.last == 0 {
			first.After = AfterNothing
		}
		f.p.Wire = append(f.p.Wire, sub.p.Wire...)
		child.last = len(f.p.Wire)
		child.wire[1] = child.last
	}
	for _, step := range sub.p.Trace {
		step.Fails = false // that the whole fails is for its user to say
		f.p.Trace = append(f.p.Trace, step.movedBy(before))
	}
	f.state = sub.state
	return child, sub, reply
}

// resolve is a reference against the URL, with its fragment; the reference as
// it is when it is no URL.
func (u *urlRecord) resolve(ref string) string {
	next, ok := parseURL(ref, u)
	if !ok {
		return ref
	}
	return next.href() + next.fragment
}

// maybe marks the requests that a browser may leave out: those that begin when
// a failure elsewhere has decided the whole already, if it came first.
func (f *fetching) maybe(all []*source) {
	for _, s := range all {
		uncertain := slices.ContainsFunc(all, func(other *source) bool {
			return other != s && other.failed && !s.from.isAncestorOf(other)
		})
		for i := s.wire[0]; uncertain && i < s.wire[1]; i++ {
			f.p.Wire[i].Maybe = true
		}
	}
}

// isAncestorOf says whether s was there before other was asked for.
func (s *source) isAncestorOf(other *source) bool {
	for o := other.from; o != nil; o = o.from {
		if o == s {
			return true
		}
	}
	return false
}
