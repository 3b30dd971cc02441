package cdp

import (
	"context"
	"fmt"
	"net/url"
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
	address, want := d.URL, d.Origin
	if want == "" {
		var err error
		if want, err = originOf(address); err != nil {
			return nil, err
		}
	}
	p := &page{
		browser: c.browser, profile: c.id,
		runs: map[int]chan string{}, frames: map[string]bool{}, heard: map[target.ID]func(){},
		gone: make(chan struct{}),
	}
	session, err := c.browser.attach(ctx, p.hear, unheardInPages, c.tab(ctx, d))
	if err != nil {
		return nil, fmt.Errorf("cdp: open %s: %w", address, err)
	}
	p.session = session
	context.AfterFunc(session.ctx, p.lost)
	if err := p.load(ctx, address, want, d.Worker); err != nil {
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

// load navigates to the page and asserts what the verdicts rest on.
func (p *page) load(ctx context.Context, address, want, worker string) error {
	fail := func(err error) error { return fmt.Errorf("cdp: open %s: %w", address, err) }
	if _, err := cdp.Call(ctx, p.target, runtime.AddBinding, runtime.AddBindingParams{Name: binding}); err != nil {
		return fail(err)
	}
	// Of two tabs one is hidden, and a hidden page requests no fonts and no
	// CSS images.
	if _, err := cdp.Call(ctx, p.target, emulation.SetFocusEmulationEnabled,
		emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		return fail(err)
	}
	if _, err := chromedp.Navigate(address)(ctx, p.target); err != nil {
		return fail(err)
	}
	var state struct {
		Origin, Visibility string
		Ready              bool
	}
	err := p.Eval(ctx, `({
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
		return "", fmt.Errorf("cdp: open: %w", err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", fmt.Errorf("cdp: open %s: a page has an http or https URL", address)
	}
	host := u.Host
	if u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		host = u.Hostname()
	}
	return u.Scheme + "://" + host, nil
}
