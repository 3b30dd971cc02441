package lab

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/scenarios"
)

// cases is the catalogue, and where each case of it can run.
type cases struct {
	all     []*scenarios.Permutation
	byID    map[string]*scenarios.Permutation
	places  places
	settled chan struct{} // closed when all have been looked at
	stopped atomic.Bool

	mu    sync.Mutex
	where map[string]settled
}

// settled is where a case can run.
type settled struct {
	moved *scenarios.Permutation // here; nil: not here
	why   string                 // not
	never bool                   // nor in any browser
}

func (s settled) where() string {
	if s.moved != nil && s.why == "" {
		return here
	}
	if s.never {
		return nowhere
	}
	return headless
}

// in is where the case can run if the learner's browser is of an engine.
func (s settled) in(engine string) settled {
	if s.where() != here {
		return s
	}
	if engine == "webkit" && hasCookies(s.moved) {
		s.why = "a WebKit takes each name that ends in .localhost for a site of its own, and keeps no cookie that another sets"
		return s
	}
	guest, err := harness.NewGuest(s.moved, "where", engine)
	if err != nil {
		s.why = err.Error()
		return s
	}
	s.why = guest.NotApplicable()
	return s
}

// hasCookies says whether a case begins with a cookie, or its server sets one.
func hasCookies(p *scenarios.Permutation) bool {
	return slices.ContainsFunc(p.Steps, func(s scenarios.Step) bool {
		return len(s.Cookies) > 0 || slices.ContainsFunc(s.Server.Replies(), func(r scenarios.Reply) bool {
			return r.Raw != nil || slices.ContainsFunc(r.Headers, func(line scenarios.Line) bool { return strings.EqualFold(line.Name, "Set-Cookie") })
		})
	})
}

func newCases(all []*scenarios.Permutation, at places) *cases {
	c := &cases{all: all, byID: map[string]*scenarios.Permutation{}, places: at, settled: make(chan struct{}), where: map[string]settled{}}
	for _, p := range all {
		c.byID[p.ID] = p
	}
	return c
}

// settle looks at every case, so that the list of them says where each runs.
func (c *cases) settle() {
	for _, p := range c.all {
		if c.stopped.Load() {
			return
		}
		c.of(p)
	}
	close(c.settled)
}

func (c *cases) stop() { c.stopped.Store(true) }

// of is where a permutation of the catalogue can run.
func (c *cases) of(p *scenarios.Permutation) settled {
	c.mu.Lock()
	s, found := c.where[p.ID]
	c.mu.Unlock()
	if !found {
		s = c.places.settled(p)
		c.mu.Lock()
		c.where[p.ID] = s
		c.mu.Unlock()
	}
	return s
}

// topic is a part of the list of cases.
type topic struct {
	Topic string     `json:"topic"`
	About string     `json:"about"`
	Cases []listCase `json:"cases"`
}

type listCase struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Via   string `json:"via"`
	Where string `json:"where"`
}

// list is the catalogue by topic, in its order, when all of it has been looked at.
func (c *cases) list(ctx context.Context) ([]topic, error) {
	select {
	case <-c.settled:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var topics []topic
	for _, p := range c.all {
		if len(topics) == 0 || topics[len(topics)-1].Topic != p.Topic {
			topics = append(topics, topic{Topic: p.Topic, About: p.File.About})
		}
		t := &topics[len(topics)-1]
		t.Cases = append(t.Cases, listCase{p.ID, p.Title, string(p.Via), c.of(p).where()})
	}
	return topics, nil
}
