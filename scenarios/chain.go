package scenarios

import (
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// chain is where a step's request goes: the first URL, then one for each
// redirect.
type chain []link

type link struct {
	at   oracle.Origin
	path string // as it goes over the wire: with query, without fragment
	// anywhere is true after a literal `location`: only the browser knows
	// where that leads.
	anywhere bool
}

func newChain(step *Step) chain {
	at, _, _ := ResolveOrigin(step.Request.To)
	c := chain{{at: at, path: wirePath(step.Request.Path)}}
	for _, hop := range step.Server.Redirects {
		next := c[len(c)-1]
		next.anywhere = hop.Location != nil
		if hop.To != "" {
			next.at, _, _ = ResolveOrigin(hop.To)
		}
		if hop.Path != "" {
			next.path = wirePath(hop.Path)
		}
		c = append(c, next)
	}
	return c
}

// wirePath is a path as a browser sends it.
func wirePath(path string) string {
	path, _, _ = strings.Cut(path, "#")
	return oracle.WirePath(path)
}

// has reports whether a request belongs to a hop of the chain.
func (c chain) has(q Query) bool {
	if q.Hop < 0 || q.Hop >= len(c) {
		return false
	}
	l := c[q.Hop]
	return l.anywhere || l.at == q.At && l.path == q.Path
}
