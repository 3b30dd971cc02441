package bidi

import (
	"context"
	"fmt"
	"net/url"
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
	want := d.Origin
	if want == "" {
		var err error
		if want, err = originOf(d.URL); err != nil {
			return nil, err
		}
	}
	p, err := c.browser.newTab(ctx, c.id)
	if err != nil {
		return nil, fmt.Errorf("bidi: open %s: %w", d.URL, err)
	}
	if err := p.load(ctx, d.URL, want, d.Worker); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// load navigates to the page and asserts what the verdicts rest on.
func (p *page) load(ctx context.Context, address, want, worker string) error {
	fail := func(err error) error { return fmt.Errorf("bidi: open %s: %w", address, err) }
	err := p.browser.call(ctx, "browsingContext.navigate", map[string]any{"context": p.id, "url": address, "wait": "complete"}, nil)
	if err != nil {
		return fail(err)
	}
	var state struct {
		Origin, Visibility string
		Ready              bool
	}
	err = p.Eval(ctx, `({
		origin: self.origin,
		visibility: document.visibilityState,
		ready: typeof corsproof === 'object',
	})`, &state)
	if err == nil && !state.Ready && p.browser.options.Script != "" {
		// A policy of the page's keeps probe.js out.
		err = p.Eval(ctx, p.browser.options.Script, nil)
		state.Ready = err == nil
	}
	switch {
	case err != nil:
		return err
	case state.Origin != want:
		return &browser.OriginError{URL: address, Want: want, Got: state.Origin}
	case state.Visibility != "visible":
		return fail(fmt.Errorf("the page is %s", state.Visibility))
	case !state.Ready:
		return fail(fmt.Errorf("probe.js has not run in the page"))
	case worker != "":
		if err := p.Eval(ctx, fmt.Sprintf("corsproof.control(%q)", worker), nil); err != nil {
			return fail(err)
		}
	}
	return nil
}

// originOf serialises the origin of a page's URL.
func originOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("bidi: open: %w", err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", fmt.Errorf("bidi: open %s: a page has an http or https URL", address)
	}
	host := u.Host
	if u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		host = u.Hostname()
	}
	return u.Scheme + "://" + host, nil
}
