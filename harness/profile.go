package harness

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/servers"
)

// profile is a browser context and its open pages.
type profile struct {
	context browser.Context
	mu      sync.Mutex
	pages   map[string]browser.Page // by document
	opening map[string]*sync.Mutex  // by document: its tab is opened once
	publish func(servers.Document)
	jar     *semaphore.Weighted // room for cookies of cases
}

// close closes what the session keeps open.
func (s *session) close() {
	if s.shared != nil {
		s.shared.close()
	}
	for _, profile := range s.worlds {
		profile.close()
	}
}

// world is the profile that the documents of a world share. It is none of those of
// the long pages: a profile has six connections to a host, and what a browser
// finds less pressing (a picture) would get none of them before such a page ends.
func (s *session) world(ctx context.Context, d document) (*profile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := d.world()
	if p := s.worlds[key]; p != nil {
		return p, nil
	}
	p, err := s.newProfile(ctx)
	if err != nil {
		return nil, err
	}
	s.worlds[key] = p
	return p, nil
}

func (s *session) newProfile(ctx context.Context) (*profile, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	c, err := s.browser.NewContext(ctx)
	if err != nil {
		return nil, err
	}
	return &profile{context: c, pages: map[string]browser.Page{}, opening: map[string]*sync.Mutex{}, publish: s.documents.Publish, jar: semaphore.NewWeighted(cookiesSize)}, nil
}

// page opens a document's tab, once.
func (p *profile) page(ctx context.Context, d document) (browser.Page, error) {
	key := d.key()
	p.mu.Lock()
	if p.opening[key] == nil {
		p.opening[key] = &sync.Mutex{}
	}
	turn := p.opening[key]
	p.mu.Unlock()
	turn.Lock()
	defer turn.Unlock()
	p.mu.Lock()
	page := p.pages[key]
	p.mu.Unlock()
	if page != nil {
		return page, nil
	}
	page, err := p.open(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("harness: opening a page of %s: %w", d.top, err)
	}
	p.mu.Lock()
	p.pages[key] = page
	p.mu.Unlock()
	return page, nil
}

// open opens a tab, in a bounded time: a browser may lose the word that a page is
// ready.
func (p *profile) open(ctx context.Context, d document) (browser.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	p.publish(d.served)
	permissions := withNewNames(d.permissions)
	if !d.top.IsPotentiallyTrustworthy() {
		permissions = nil // an insecure page can be given none
	}
	for _, name := range slices.Sorted(maps.Keys(permissions)) {
		if err := p.context.SetPermission(ctx, d.top.String(), d.page.String(), name, permissions[name]); err != nil {
			return nil, err
		}
	}
	return p.context.Open(ctx, d.tab())
}

// withNewNames says the permission that covers all local networks for each of
// them, too, where nothing else is said: a browser keeps them apart.
func withNewNames(permissions map[string]string) map[string]string {
	state, found := permissions[oracle.LocalNetworkPermission]
	if !found {
		return permissions
	}
	out := map[string]string{"local-network": state, "loopback-network": state}
	maps.Copy(out, permissions)
	return out
}

func (p *profile) setCookies(ctx context.Context, cookies []oracle.Cookie) error {
	if len(cookies) == 0 {
		return nil
	}
	return p.context.SetCookies(ctx, cookies)
}

// forget closes a document's tab, so that the next one is fresh.
func (p *profile) forget(d document) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if page := p.pages[d.key()]; page != nil {
		page.Close()
		delete(p.pages, d.key())
	}
}

func (p *profile) close() {
	for _, page := range p.pages {
		page.Close()
	}
	p.context.Close()
}
