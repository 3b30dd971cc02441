package cdp

import (
	"context"
	"fmt"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// profile is a browser context: what an incognito window has of its own.
type profile struct {
	browser *chromium
	id      cdp.BrowserContextID
}

func (c *profile) Close() error {
	c.browser.mu.Lock()
	delete(c.browser.contexts, c.id)
	c.browser.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_, err := cdp.Call(ctx, c.browser.conn, target.DisposeBrowserContext,
		target.DisposeBrowserContextParams{BrowserContextID: c.id})
	if err != nil {
		return fmt.Errorf("cdp: close context: %w", err)
	}
	return nil
}

func (c *profile) SetCookies(ctx context.Context, cookies []oracle.Cookie) error {
	params := storage.SetCookiesParams{BrowserContextID: c.id}
	for _, cookie := range cookies {
		params.Cookies = append(params.Cookies, cookieParam(cookie, time.Now()))
	}
	if _, err := cdp.Call(ctx, c.browser.conn, storage.SetCookies, params); err != nil {
		return fmt.Errorf("cdp: set cookies: %w", err)
	}
	return nil
}

func (c *profile) SetPermission(ctx context.Context, top, origin, name, state string) error {
	params := cdpbrowser.SetPermissionParams{
		Permission: &cdpbrowser.PermissionDescriptor{Name: name}, Setting: cdpbrowser.PermissionSetting(state),
		Origin: top, BrowserContextID: c.id,
	}
	if origin != top {
		params.EmbeddedOrigin = origin
	}
	_, err := cdp.Call(ctx, c.browser.conn, cdpbrowser.SetPermission, params)
	if err != nil {
		return fmt.Errorf("cdp: permission %s: %w", name, err)
	}
	return nil
}

func (c *profile) Open(ctx context.Context, d browser.Document) (browser.Page, error) {
	want, err := d.WantedOrigin()
	if err != nil {
		return nil, fmt.Errorf("cdp: %w", err)
	}
	p := &page{
		browser: c.browser, profile: c.id,
		runs: map[int]chan string{}, heard: map[target.ID]func(){},
		gone: make(chan struct{}),
	}
	p.places = browser.Places{Bring: p.bring, Hear: p.hearFrames}
	session, err := c.browser.attach(ctx, p.hear, unheardInPages, c.tab(ctx, d))
	if err != nil {
		return nil, fmt.Errorf("cdp: open %s: %w", d.URL, err)
	}
	p.session = session
	context.AfterFunc(session.ctx, p.lost)
	if err := p.load(ctx, d, want); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// tab makes the tab that a page opens in. Of a tab that no window shows the full
// build asks nobody for a name and a password; but nor does it paint there.
func (c *profile) tab(ctx context.Context, d browser.Document) chromedp.ContextOption {
	shown := chromedp.WithExistingBrowserContext(c.id)
	if !d.Unattended || c.browser.options.Headed {
		return shown
	}
	hidden := true
	made, err := cdp.Call(ctx, c.browser.conn, target.CreateTarget,
		target.CreateTargetParams{URL: "about:blank", BrowserContextID: c.id, Hidden: &hidden})
	if err != nil { // a browser that has no such tabs
		return shown
	}
	return chromedp.WithTargetID(made.TargetID)
}

// load navigates to the page and makes it ready.
func (p *page) load(ctx context.Context, d browser.Document, want string) error {
	fail := func(err error) error { return fmt.Errorf("cdp: open %s: %w", d.URL, err) }
	if _, err := cdp.Call(ctx, p.target, runtime.AddBinding, runtime.AddBindingParams{Name: binding}); err != nil {
		return fail(err)
	}
	// Of two tabs one is hidden, and a hidden page requests no fonts and no
	// CSS images.
	if _, err := cdp.Call(ctx, p.target, emulation.SetFocusEmulationEnabled,
		emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		return fail(err)
	}
	if _, err := chromedp.Navigate(d.URL)(ctx, p.target); err != nil {
		return fail(err)
	}
	var bring func() error
	if script := p.browser.options.Script; script != "" {
		bring = func() error { return p.Eval(ctx, script, nil) }
	}
	if err := browser.Ready(ctx, p, d, want, bring); err != nil {
		return fail(err)
	}
	return nil
}
