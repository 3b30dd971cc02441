// Package bidi drives Firefox over WebDriver BiDi, on the socket that Firefox
// itself opens.
//
// It starts the browser, opens pages, hands them probes and listens. It never
// intercepts a request; only the question for a name and a password that
// Firefox would put to a person.
package bidi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"github.com/corsproof/corsproof/harness/browser"
)

type firefox struct {
	options browser.Options
	info    browser.Info
	process *process // nil for a browser that somebody else ends
	*client

	mu      sync.Mutex
	pages   map[string]*page  // by browsing context
	windows []string          // that show no page, by their first tab
	runs    map[string]*batch // by channel
	last    int               // of the channels

	closing sync.Once
	closed  error // what Close gave
	done    chan struct{}
}

// Start starts the browser of the options. ctx limits the start, not the
// browser's life.
func Start(ctx context.Context, o browser.Options) (browser.Browser, error) {
	list, err := prefs(o)
	if err != nil {
		return nil, fmt.Errorf("bidi: start %s: %w", o.Binary, err)
	}
	return startWith(ctx, o, list)
}

func startWith(ctx context.Context, o browser.Options, prefs []pref) (browser.Browser, error) {
	b := newBrowser(o)
	p, address, err := launch(ctx, o, prefs)
	if err != nil {
		return nil, fmt.Errorf("bidi: start %s: %w", o.Binary, err)
	}
	b.process = p
	if err := b.connect(ctx, address); err != nil {
		if end := p.end(); end != nil {
			b.options.Log("bidi: end %s: %v", o.Binary, end)
		}
		return nil, fmt.Errorf("bidi: start %s: %w", o.Binary, err)
	}
	go func() {
		select {
		case <-p.ended:
		case <-b.gone:
		}
		close(b.done)
	}()
	return b, nil
}

// Attach attaches, by its socket, to a session that a WebDriver server has made
// for us. Close leaves it to that server.
func Attach(ctx context.Context, o browser.Options, address string, header http.Header, info browser.Info) (browser.Browser, error) {
	b := newBrowser(o)
	b.info = info
	var err error
	if b.client, err = dial(ctx, address, header, b.hearEvent); err == nil {
		if err = b.listen(ctx); err != nil {
			b.socket.CloseNow()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bidi: attach to %s: %w", address, err)
	}
	b.done = b.gone
	return b, nil
}

func newBrowser(o browser.Options) *firefox {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.OnFailure == nil {
		o.OnFailure = func(browser.Failure) {}
	}
	return &firefox{options: o, pages: map[string]*page{}, runs: map[string]*batch{}, done: make(chan struct{})}
}

// connect begins the session that all commands belong to.
func (b *firefox) connect(ctx context.Context, address string) error {
	var err error
	if b.client, err = dial(ctx, address, nil, b.hearEvent); err != nil {
		return err
	}
	var session struct {
		Capabilities struct{ BrowserName, BrowserVersion string }
	}
	// The certificates that the servers show are nobody's: no name leads to any
	// other server.
	err = b.call(ctx, "session.new", map[string]any{"capabilities": map[string]any{
		"alwaysMatch": map[string]any{"acceptInsecureCerts": true},
	}}, &session)
	if err != nil {
		return err
	}
	b.info = browser.Info{Key: "firefox", Name: "Firefox", Version: session.Capabilities.BrowserVersion, Binary: b.options.Binary}
	return b.listen(ctx)
}

// listen makes the browser tell what happens, and finds its windows.
func (b *firefox) listen(ctx context.Context) error {
	err := b.call(ctx, "session.subscribe", map[string]any{"events": []string{
		"log.entryAdded", "script.message", "browsingContext.contextDestroyed", "network.authRequired",
	}}, nil)
	if err != nil {
		return err
	}
	if b.info.Asks { // a Chrome would stop each request to intercept that
		return b.findWindows(ctx)
	}
	// The one thing that is intercepted is the question to a person.
	if err := b.call(ctx, "network.addIntercept", map[string]any{"phases": []string{"authRequired"}}, nil); err != nil {
		return err
	}
	return b.findWindows(ctx)
}

func (b *firefox) Info() browser.Info    { return b.info }
func (b *firefox) Done() <-chan struct{} { return b.done }

// Close ends the browser. When it returns its processes and its profile are
// gone.
func (b *firefox) Close() error {
	b.closing.Do(func() {
		if b.process == nil {
			b.socket.Close(websocket.StatusNormalClosure, "")
			<-b.done
			return
		}
		if err := b.process.end(); err != nil {
			b.closed = fmt.Errorf("bidi: close %s: %w", b.info.Name, err)
		}
		<-b.done
	})
	return b.closed
}

// hearEvent is called for each event, in order.
func (b *firefox) hearEvent(method string, params json.RawMessage) {
	switch method {
	case "script.message":
		var m struct {
			Channel string
			Data    struct{ Value string }
		}
		if json.Unmarshal(params, &m) == nil {
			b.deliver(m.Channel, m.Data.Value)
		}
	case "browsingContext.contextDestroyed":
		var c struct{ Context string }
		if json.Unmarshal(params, &c) == nil {
			b.forget(c.Context)
		}
	case "network.authRequired":
		var asked struct{ Request struct{ Request string } }
		if json.Unmarshal(params, &asked) == nil {
			go b.decline(asked.Request.Request)
		}
	case "log.entryAdded":
		if failure, ok := hearLog(params); ok {
			b.options.OnFailure(failure)
		}
	}
}

// decline leaves a question for a name and a password unanswered, as a person
// does who presses Cancel.
func (b *firefox) decline(request string) {
	err := b.call(context.Background(), "network.continueWithAuth", map[string]any{"request": request, "action": "cancel"}, nil)
	if err != nil {
		b.options.Log("bidi: decline to authenticate: %v", err)
	}
}

// batch is a run of probes on its way: what its page says.
type batch struct{ queue chan string }

// newRun gives a run a channel of its own, for as many messages.
func (b *firefox) newRun(messages int) (channel string, r *batch) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	channel, r = fmt.Sprintf("run %d", b.last), &batch{queue: make(chan string, messages)}
	b.runs[channel] = r
	return channel, r
}

func (b *firefox) endRun(channel string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.runs, channel)
}

func (b *firefox) deliver(channel, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.runs[channel]; r != nil {
		select {
		case r.queue <- text:
		default: // more messages than probes: the page is not ours any more
		}
	}
}

func (b *firefox) NewContext(ctx context.Context) (browser.Context, error) {
	var made struct{ UserContext string }
	if err := b.call(ctx, "browser.createUserContext", noParams, &made); err != nil {
		return nil, fmt.Errorf("bidi: new context: %w", err)
	}
	return &profile{browser: b, id: made.UserContext}, nil
}
