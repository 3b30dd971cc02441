package check

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// survey is all that one engine showed of a server.
type survey struct {
	policy *policy.Policy
	items  []item
	// works has the requests that were answered with a status below 400 at least
	// once, whoever asked: a status of 400 or more to somebody else is then an
	// answer to who asks, and not what the server has to say of the request.
	works map[order]bool
	// removed has the paths that a DELETE has reached: what is not found there
	// later was there before.
	removed map[string]bool
	// reached has the origins from which CORS requests came to the server.
	reached map[string]bool
}

// place is a request as a router sees it.
type place struct{ method, path string }

// order is a request as what is behind the router sees it, whoever asks: a token
// or the type of a body may be what it is refused for the lack of.
type order struct {
	place
	headers string
}

func orderOf(i item, e record.Exchange) order {
	lines := make([]string, len(i.Request.Headers))
	for n, h := range i.Request.Headers {
		lines[n] = strings.ToLower(h.Name) + ":" + h.Value
	}
	slices.Sort(lines)
	return order{place{e.Method, e.Path}, strings.Join(lines, "\n")}
}

func newSurvey(p *policy.Policy, items []item) survey {
	s := survey{policy: p, items: items, works: map[order]bool{}, removed: map[string]bool{}, reached: map[string]bool{}}
	for _, i := range items {
		for _, e := range i.Observed.Wire {
			s.reached[i.Origin] = s.reached[i.Origin] || crosses(e)
			if !e.Preflight && e.Status > 0 && e.Status < 400 {
				s.works[orderOf(i, e)] = true
				s.removed[e.Path] = s.removed[e.Path] || e.Method == http.MethodDelete
			}
		}
	}
	return s
}

// errorStatus is the status of a response that says no to the request itself.
func (s survey) errorStatus(i item) (int, bool) {
	n := i.actual()
	if n < 0 {
		return 0, false
	}
	e := i.Observed.Wire[n]
	return e.Status, e.Status >= 400 && (e.Status == tooManyRequests || i.What == policy.ErrorResponse || s.gone(e) || !s.works[orderOf(i, e)])
}

// gone is true for a response that says no because of a probe before it, whoever
// asks.
func (s survey) gone(e record.Exchange) bool {
	return (e.Status == http.StatusNotFound || e.Status == http.StatusGone) && s.removed[e.Path]
}

const tooManyRequests = 429

// showing is a request that shows a finding.
type showing struct {
	item
	at      int // the exchange that shows it, -1 for none
	reason  oracle.Reason
	subject string
	// headers are the names of the header lines of the reply that matter.
	headers []string
}

// fromCache is true where a cache has answered what is meant to be read, and the
// browser has blocked that.
func (s showing) fromCache() bool {
	return s.What == policy.Cached && s.claims(oracle.Allowed) && s.blocked()
}

// exchange is the one that shows it; nil for none.
func (s showing) exchange() *record.Exchange {
	if s.at < 0 || s.at >= len(s.Observed.Wire) {
		return nil
	}
	return &s.Observed.Wire[s.at]
}

// cluster is a finding before it has words: a class, a cause and all that shows it.
type cluster struct {
	class policy.Class
	cause string
	shown []showing
	// credentialed is true when the user's credentials are at stake.
	credentialed bool
	// grave is true when hardly anything works.
	grave bool
	// local is true when it is only some paths that go wrong.
	local bool
}

func (g *cluster) add(s showing) { g.shown = append(g.shown, s) }

// plainest is the example that is shown: one that a browser has run, if there is one.
func (g cluster) plainest() showing {
	spared := func(s showing) int {
		if s.spared {
			return 1
		}
		return 0
	}
	return slices.MinFunc(g.shown, func(a, b showing) int {
		return cmp.Or(cmp.Compare(spared(a), spared(b)), cmp.Compare(g.rank(a), g.rank(b)), plainness(a.item, b.item))
	})
}

// rank puts first what shows the finding in its worst form.
func (g cluster) rank(s showing) int {
	switch {
	case g.class == policy.Leak && causeOfStranger(s.Who) != g.cause:
		return 2
	case (g.credentialed || g.cause == wildcardInList) && !s.credentialed():
		return 1
	}
	return 0
}

// clusters are found by class and cause.
type clusters map[[2]string]*cluster

func (g clusters) at(class policy.Class, cause string) *cluster {
	key := [2]string{string(class), cause}
	if g[key] == nil {
		g[key] = &cluster{class: class, cause: cause}
	}
	return g[key]
}
