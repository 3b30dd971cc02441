package harness

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// profile is a browser context and its open pages.
type profile struct {
	context browser.Context
	mu      sync.Mutex
	pages   map[oracle.Origin]browser.Page
}

// close closes what the session keeps open.
func (s *session) close() {
	if s.shared != nil {
		s.shared.close()
	}
}

func (s *session) newProfile(ctx context.Context) (*profile, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	c, err := s.browser.NewContext(ctx)
	if err != nil {
		return nil, err
	}
	return &profile{context: c, pages: map[oracle.Origin]browser.Page{}}, nil
}

// page opens the harness's page of an origin, once.
func (p *profile) page(ctx context.Context, origin oracle.Origin) (browser.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	if page := p.pages[origin]; page != nil {
		return page, nil
	}
	page, err := p.context.Open(ctx, origin.String()+scenarios.Reserved+"page.html")
	if err != nil {
		return nil, fmt.Errorf("harness: opening a page of %s: %w", origin, err)
	}
	p.pages[origin] = page
	return page, nil
}

// setCookies sets the cookies that a browser keeps: a driver would force the
// others on it.
func (p *profile) setCookies(ctx context.Context, cookies []oracle.Cookie) error {
	cookies = slices.DeleteFunc(slices.Clone(cookies), func(c oracle.Cookie) bool { return !c.Accepted() })
	if len(cookies) == 0 {
		return nil
	}
	return p.context.SetCookies(ctx, cookies)
}

// forget closes the page of an origin, so that the next one is fresh.
func (p *profile) forget(origin oracle.Origin) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if page := p.pages[origin]; page != nil {
		page.Close()
		delete(p.pages, origin)
	}
}

func (p *profile) close() {
	for _, page := range p.pages {
		page.Close()
	}
	p.context.Close()
}
