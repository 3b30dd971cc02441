package cdp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"github.com/corsproof/corsproof/harness/browser"
)

// Connect attaches to a browser that somebody else has started with a debugging
// port. It gets contexts that go through the forward proxy and, while we are
// attached, takes any certificate. Close leaves it running, without them.
func Connect(ctx context.Context, o browser.Options) (browser.Browser, error) {
	address, header, err := socketOf(ctx, o.Remote)
	if err == nil {
		var b *chromium
		if b, err = attachTo(ctx, o, address, header, true); err == nil {
			return b, nil
		}
	}
	return nil, fmt.Errorf("cdp: connect to %s: %w", o.Remote, err)
}

// Attach attaches, by its socket, to a browser that was started with [Arguments].
// Close leaves it to the one who has started it.
func Attach(ctx context.Context, o browser.Options, address string, header http.Header) (browser.Browser, error) {
	b, err := attachTo(ctx, o, address, header, false)
	if err != nil {
		return nil, fmt.Errorf("cdp: attach to %s: %w", address, err)
	}
	return b, nil
}

func attachTo(ctx context.Context, o browser.Options, address string, header http.Header, bare bool) (*chromium, error) {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.OnFailure == nil {
		o.OnFailure = func(browser.Failure) {}
	}
	base, kill := context.WithCancel(context.Background())
	allocator, cancelAllocator := remote.NewAllocator(base, address, remote.NoModifyURL, remote.WithDialHTTPHeader(header))
	life, cancelLife := chromedp.NewContext(allocator, chromedp.WithLogf(o.Log), chromedp.WithErrorf(o.Log))
	cancel := func() error {
		kill()
		cancelLife()
		cancelAllocator()
		return nil
	}
	stop := context.AfterFunc(ctx, kill)
	version, err := chromedp.CallBrowser(life, cdpbrowser.GetVersion, cdp.Empty{})
	if err == nil && bare {
		// The servers' throw-away certificate. For a page alone it would not
		// hold for the script of its service worker.
		_, err = chromedp.CallBrowser(life, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
	}
	b := &chromium{options: o, theirs: true, proxied: bare, contexts: map[cdp.BrowserContextID]bool{}, ctx: life, cancel: cancel}
	if err == nil {
		b.conn = chromedp.FromContext(life).Browser
		err = b.hearEnds(ctx)
	}
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(err, cancel())
	}
	b.info.Binary = o.Remote.String()
	b.info.Key, b.info.Name = identify("", version.Product)
	_, b.info.Version, _ = strings.Cut(version.Product, "/")
	return b, nil
}

// socketOf is the address of a browser's socket, and what its server is told
// with the first request. An address without a path is that of a debugging port,
// which names the socket.
func socketOf(ctx context.Context, remote *browser.Remote) (string, http.Header, error) {
	header := remote.Header()
	u := *remote.URL
	u.User = nil
	if u.Scheme == "ws" {
		host, err := numeric(ctx, u.Host)
		if err != nil {
			return "", nil, err
		}
		u.Host = host
	}
	if u.Path != "" && u.Path != "/" {
		return u.String(), header, nil
	}
	asked := u
	asked.Scheme, asked.Path, asked.RawQuery = map[string]string{"ws": "http", "wss": "https"}[u.Scheme], "/json/version", ""
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, asked.String(), nil)
	if err != nil {
		return "", nil, err
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return "", nil, err
	}
	var version struct{ WebSocketDebuggerURL string }
	socket := &url.URL{}
	if json.Unmarshal(data, &version) == nil {
		socket, err = url.Parse(version.WebSocketDebuggerURL)
	}
	if err != nil || socket == nil || !strings.HasPrefix(socket.Path, "/") {
		return "", nil, fmt.Errorf("no browser's debugging port: it answers to /json/version with %s: %.80q", response.Status, data)
	}
	u.Path = socket.Path
	return u.String(), header, nil
}

// numeric is a host and port with the host's address for its name: to others
// Chromium does not listen.
func numeric(ctx context.Context, hostPort string) (string, error) {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		host, port = strings.Trim(hostPort, "[]"), "80"
	}
	if net.ParseIP(host) == nil && host != "localhost" {
		found, err := net.DefaultResolver.LookupIPAddr(ctx, host)
		if err != nil {
			return "", err
		}
		host = found[0].IP.String()
	}
	return net.JoinHostPort(host, port), nil
}

// newContext makes a fresh profile.
func (b *chromium) newContext(ctx context.Context) (cdp.BrowserContextID, error) {
	dispose := true
	params := target.CreateBrowserContextParams{DisposeOnDetach: &dispose}
	if b.proxied {
		// Loopback and localhost are origins like any other here.
		params.ProxyServer, params.ProxyBypassList = "http://"+b.options.Proxy, "<-loopback>"
	}
	created, err := cdp.Call(ctx, b.conn, target.CreateBrowserContext, params)
	if err == nil {
		b.mu.Lock()
		b.contexts[created.BrowserContextID] = true
		b.mu.Unlock()
	}
	return created.BrowserContextID, err
}

// Lend is the browser for one of the runs that share it.
func (b *chromium) Lend(o browser.Options) browser.Browser {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.OnFailure == nil {
		o.OnFailure = func(browser.Failure) {}
	}
	return &chromium{
		options: o, info: b.info, theirs: true, proxied: true, contexts: map[cdp.BrowserContextID]bool{},
		ctx: b.ctx, conn: b.conn, cancel: func() error { return nil },
	}
}

// Group is the id of the process group that a browser with a folder has.
func (b *chromium) Group() int { return b.conn.Process().Pid }

// leave closes what we have opened in somebody else's browser. By the end of the
// connection it would do so itself, some time later; by that of a lent one, never.
func (b *chromium) leave() {
	b.mu.Lock()
	contexts := slices.Collect(maps.Keys(b.contexts))
	b.mu.Unlock()
	for _, id := range contexts {
		if err := (&profile{browser: b, id: id}).Close(); err != nil {
			b.options.Log("cdp: leave %s: %v", b.info.Name, err)
		}
	}
}
