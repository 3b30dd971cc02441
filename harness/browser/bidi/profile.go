package bidi

import (
	"context"
	"fmt"
	"time"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// closeTimeout is how long a tab or a context may take to close.
const closeTimeout = 5 * time.Second

// profile is a user context: what a container tab has of its own. Cookies,
// storage, the HTTP cache and the preflight cache are partitioned by it, and so
// are permissions.
type profile struct {
	browser *firefox
	id      string
}

func (c *profile) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := c.browser.call(ctx, "browser.removeUserContext", map[string]any{"userContext": c.id}, nil); err != nil {
		return fmt.Errorf("bidi: close context: %w", err)
	}
	return nil
}

func (c *profile) SetPermission(ctx context.Context, top, origin, name, state string) error {
	params := map[string]any{
		"descriptor": map[string]any{"name": name}, "state": state, "origin": origin, "userContext": c.id,
	}
	if top != origin {
		params["origin"], params["embeddedOrigin"] = top, origin
	}
	if err := c.browser.call(ctx, "permissions.setPermission", params, nil); err != nil {
		return fmt.Errorf("bidi: permission %s: %w", name, err)
	}
	return nil
}

func (c *profile) SetCookies(ctx context.Context, cookies []oracle.Cookie) error {
	for _, cookie := range cookies {
		if err := c.browser.call(ctx, "storage.setCookie", cookieParams(cookie, c.id, time.Now()), nil); err != nil {
			return fmt.Errorf("bidi: set cookie %s: %w", cookie.Name, err)
		}
	}
	return nil
}

func (c *profile) Open(ctx context.Context, d browser.Document) (browser.Page, error) {
	want, err := d.WantedOrigin()
	if err != nil {
		return nil, fmt.Errorf("bidi: %w", err)
	}
	p, err := c.browser.newTab(ctx, c.id)
	if err != nil {
		return nil, fmt.Errorf("bidi: open %s: %w", d.URL, err)
	}
	if err := p.load(ctx, d, want); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// load navigates to the page and makes it ready.
func (p *page) load(ctx context.Context, d browser.Document, want string) error {
	err := p.browser.call(ctx, "browsingContext.navigate", map[string]any{"context": p.id, "url": d.URL, "wait": "complete"}, nil)
	if err == nil {
		var bring func() error
		if script := p.browser.options.Script; script != "" {
			bring = func() error { return p.Eval(ctx, script, nil) }
		}
		err = browser.Ready(ctx, p, d, want, bring)
	}
	if err != nil {
		return fmt.Errorf("bidi: open %s: %w", d.URL, err)
	}
	return nil
}
