package lab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Where a case can run.
const (
	here     = "here"     // in the learner's own browser
	headless = "headless" // in a browser that corsproof drives, with the names of the catalogue
	nowhere  = "not"
)

// site is the site of the pages that most lessons are about. The lab's own pages
// are of it, so that a frame in them has the cookies and the storage that the same
// page would have in a tab.
const site = "site.localhost"

// places says where the catalogue's origins are in the lab. Browsers find names
// that end in .localhost by themselves, and take no certificate of ours, so all are
// http, and secure contexts still.
type places struct {
	ui   oracle.Origin
	to   map[oracle.Origin]oracle.Origin
	list []place
}

// place is one origin of the lab.
type place struct {
	Name     string        `json:"name"`
	Relation string        `json:"relation"`
	Origin   string        `json:"origin"`
	origin   oracle.Origin // parsed
}

// placesAt lays the lab out over three ports in a row.
func placesAt(port int) places {
	p := places{ui: local("lab."+site, port), to: map[oracle.Origin]oracle.Origin{}}
	for _, o := range []struct {
		name, host string
		second     bool
	}{
		{"app", "app." + site, false},
		{"port", "app." + site, true},
		{"sub", "api." + site, false},
		{"parent", site, false},
		{"api", "api.other.localhost", false},
		{"api-port", "api.other.localhost", true},
		{"third", "api.third.localhost", false},
		{"evil", "evil.localhost", false},
	} {
		at := local(o.host, port+1)
		if o.second {
			at.Port++
		}
		for _, named := range scenarios.Named {
			if named.Name == o.name {
				p.to[named.Origin] = at
				p.list = append(p.list, place{o.name, named.Relation, at.String(), at})
			}
		}
	}
	return p
}

func local(host string, port int) oracle.Origin {
	return oracle.Origin{Scheme: "http", Host: host, Port: port}
}

// has says whether an origin is one of the lab's.
func (p places) has(origin oracle.Origin) bool {
	return slices.ContainsFunc(p.list, func(at place) bool { return at.origin == origin })
}

// sameSite says whether a page of the origin is of the lab's own site.
func sameSite(origin oracle.Origin) bool {
	return origin.Host == site || strings.HasSuffix(origin.Host, "."+site)
}

// settled is where a permutation can run.
func (p places) settled(perm *scenarios.Permutation) settled {
	guest, err := harness.NewGuest(perm, "where", "")
	if err == nil && guest.Impossible() != "" {
		return settled{why: guest.Impossible(), never: true}
	}
	moved, why := p.settle(perm)
	return settled{moved: moved, why: why}
}

// settle finds out where a permutation can run: here, then moved is what runs,
// or not, then why says what stands in the way. Both places are asked by the oracle:
// where the names of the lab would make another case of it, it does not run here.
func (p places) settle(perm *scenarios.Permutation) (moved *scenarios.Permutation, why string) {
	moved = perm.Moved(p.to, p.ui)
	guest, err := harness.NewGuest(moved, "where", "")
	if err != nil {
		return nil, err.Error()
	}
	if why := guest.NotApplicable(); why != "" {
		return nil, why
	}
	bound, err := moved.Bind("where", fixtures.Assets{})
	if err != nil {
		return nil, err.Error()
	}
	for _, origin := range bound.Origins() {
		if !p.has(origin) {
			return nil, "your browser cannot reach " + origin.String() + ": nobody on this machine may have that name, or its certificate"
		}
	}
	elsewhere := slices.ContainsFunc(bound.Origins(), func(o oracle.Origin) bool { return !sameSite(o) })
	if elsewhere && hasCookies(moved) {
		return nil, "what a browser keeps of another site's cookies is a matter of its settings"
	}
	for _, step := range bound.Steps {
		page := step.Step.Page
		if page != nil && page.Top != "" && !inSite(page.Top) {
			return nil, "its page is in a frame of another site, which the lab's own pages are not of"
		}
	}
	return moved, p.differs(perm, moved)
}

func inSite(name string) bool {
	origin, _, err := scenarios.ResolveOrigin(name)
	return err == nil && sameSite(origin)
}

// differs says where a permutation comes to something else among the lab's names,
// by the standard; "" where it does not.
func (p places) differs(perm, moved *scenarios.Permutation) string {
	there, err := harness.Explain(perm, "")
	if err != nil {
		return err.Error()
	}
	here, err := harness.Explain(moved, "")
	if err != nil {
		return err.Error()
	}
	for i := range there.Steps {
		a, b := there.Steps[i].Standard, here.Steps[i].Standard
		same := a.Read == b.Read && a.Reason == b.Reason && a.Type == b.Type && a.Status == b.Status && len(a.Wire) == len(b.Wire)
		for j := 0; same && j < len(a.Wire); j++ {
			same = p.sameRequest(a.Wire[j].Request, b.Wire[j].Request) && a.Wire[j].Reply.Status == b.Wire[j].Reply.Status
		}
		if !same {
			return fmt.Sprintf("with http names of this machine it would be another case: the standard says %s there", outcome(b))
		}
	}
	return ""
}

func outcome(c harness.Course) string {
	if c.Reason != "" {
		return fmt.Sprintf("%s (%s)", c.Read, c.Reason)
	}
	return string(c.Read)
}

// sameRequest says whether b is a at the lab's places.
func (p places) sameRequest(a, b oracle.WireRequest) bool {
	return a.Method == b.Method && a.Preflight == b.Preflight && p.moved(originOf(a.URL)) == originOf(b.URL) && p.moved(a.Origin) == b.Origin &&
		a.RequestMethod == b.RequestMethod && a.RequestHeaders == b.RequestHeaders && a.Cookie == b.Cookie
}

// moved is a serialised origin at its place in the lab.
func (p places) moved(serialised string) string {
	for from, to := range p.to {
		if from.String() == serialised {
			return to.String()
		}
	}
	return serialised
}

// originOf is the origin of a URL, serialised, without its userinfo.
func originOf(url string) string {
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return url
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return scheme + "://" + rest[strings.LastIndexByte(rest, '@')+1:]
}
