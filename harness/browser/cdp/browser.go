// Package cdp drives Chrome, Chromium, Edge and chrome-headless-shell over the
// DevTools protocol, through a pipe or, where somebody else has started the
// browser, a socket.
//
// It starts the browser, opens pages, hands them probes and listens. It never
// intercepts a request.
package cdp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/internal/group"
)

// closeTimeout is how long a browser may take to shut itself down before it is
// killed.
const closeTimeout = 5 * time.Second

// attachTime bounds attaching to a frame or a worker, which may end meanwhile.
const attachTime = 5 * time.Second

// maxTemp is how long, in bytes, the name of a temporary folder of the browser's
// own may be. A browser that is killed leaves files there; but it also makes a
// socket there, whose whole path must stay below 104 bytes.
const maxTemp = 104 - len("/org.chromium.Chromium.XXXXXX/SingletonSocket") - 1

type chromium struct {
	options browser.Options
	info    browser.Info
	theirs  bool            // somebody else has started it, and ends it
	proxied bool            // its profiles find the servers by the forward proxy
	ctx     context.Context // chromedp's, for the browser's life
	conn    *chromedp.Browser
	// cancel stops the browser, waits for its processes and removes its files.
	cancel func() error

	mu       sync.Mutex
	contexts map[cdp.BrowserContextID]bool // that we have made and not closed

	closing sync.Once
	closed  error // what Close gave
}

// Start starts the browser of the options. ctx limits the start, not the
// browser's life.
func Start(ctx context.Context, o browser.Options) (browser.Browser, error) {
	return startWith(ctx, o, flags(o))
}

func startWith(ctx context.Context, o browser.Options, flags []flag) (browser.Browser, error) {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.OnFailure == nil {
		o.OnFailure = func(browser.Failure) {}
	}
	temp, err := os.MkdirTemp(o.Folder, "cp-")
	if err != nil {
		return nil, fmt.Errorf("cdp: start %s: %w", o.Binary, err)
	}
	base, kill := context.WithCancel(context.Background())
	options := allocatorOptions(o, flags)
	if o.Folder != "" {
		options = append(options, chromedp.UserDataDir(filepath.Join(temp, "profile")), chromedp.ModifyCmdFunc(group.Own))
	}
	if len(temp) <= maxTemp {
		options = append(options, chromedp.Env("TMPDIR="+temp))
	}
	allocator, cancelAllocator := chromedp.NewExecAllocator(base, options...)
	life, cancelLife := chromedp.NewContext(allocator, chromedp.WithLogf(o.Log), chromedp.WithErrorf(o.Log))
	cancel := func() error {
		kill()
		cancelLife() // waits; a second call could wait for ever
		cancelAllocator()
		return os.RemoveAll(temp)
	}

	stop := context.AfterFunc(ctx, kill)
	version, err := chromedp.CallBrowser(life, cdpbrowser.GetVersion, cdp.Empty{})
	b := &chromium{options: o, contexts: map[cdp.BrowserContextID]bool{}, ctx: life, cancel: cancel}
	if err == nil {
		b.conn = chromedp.FromContext(life).Browser
		err = b.hearEnds(ctx)
	}
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		err = errors.Join(err, cancel())
		if errors.Is(err, chromedp.ErrNoDisplay) {
			err = errors.New("a headed browser needs a display, and neither DISPLAY nor WAYLAND_DISPLAY is set: run without -headed, or under xvfb-run")
		}
		return nil, fmt.Errorf("cdp: start %s: %w", o.Binary, err)
	}

	b.info.Binary = o.Binary
	b.info.Key, b.info.Name = identify(o.Binary, version.Product)
	_, b.info.Version, _ = strings.Cut(version.Product, "/")
	return b, nil
}

func (b *chromium) Info() browser.Info    { return b.info }
func (b *chromium) Done() <-chan struct{} { return b.conn.LostConnection }

// Close asks the browser to shut down and kills it if it does not. When Close
// returns its processes and its profile are gone.
func (b *chromium) Close() error {
	b.closing.Do(func() {
		select {
		case <-b.Done(): // it has died: nobody to ask
		default:
			if b.proxied {
				b.leave()
			}
			if b.theirs {
				break
			}
			ctx, cancel := context.WithTimeout(b.ctx, closeTimeout)
			defer cancel()
			if err := chromedp.Cancel(ctx); err != nil {
				b.options.Log("cdp: close %s: %v", b.info.Name, err)
			}
		}
		if err := b.cancel(); err != nil {
			b.closed = fmt.Errorf("cdp: close %s: %w", b.info.Name, err)
		}
	})
	return b.closed
}

func (b *chromium) NewContext(ctx context.Context) (browser.Context, error) {
	id, err := b.newContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("cdp: new context: %w", err)
	}
	return &profile{browser: b, id: id}, nil
}
