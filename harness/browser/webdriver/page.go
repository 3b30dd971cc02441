package webdriver

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/corsproof/corsproof/harness/browser"
)

var errGone = errors.New("webdriver: the page has crashed or was closed")

//go:embed document.js
var documentJS string

// page is a document in a window of its own.
type page struct {
	profile *profile
	window  string
	life    context.Context // ends with the document
	end     context.CancelCauseFunc

	mu      sync.Mutex
	lastRun int

	places browser.Places
}

func newPage(p *profile, window string) *page {
	opened := &page{profile: p, window: window}
	opened.places.Bring = opened.bringScript
	opened.life, opened.end = context.WithCancelCause(p.life)
	return opened
}

// load navigates to the page and makes it ready.
func (p *page) load(ctx context.Context, d browser.Document, want string) error {
	err := p.profile.in(ctx, p.window, func() error { return p.profile.navigate(ctx, d.URL) })
	if err == nil {
		err = p.await(ctx, documentJS, nil, nil)
	}
	if err == nil {
		var bring func() error
		if p.profile.browser.options.Script != "" {
			bring = func() error { return p.await(ctx, p.bringing(), nil, nil) }
		}
		err = browser.Ready(ctx, p, d, want, bring)
	}
	if err != nil {
		return fmt.Errorf("webdriver: open %s: %w", d.URL, err)
	}
	go p.watch()
	return nil
}

// bringing is the body of a function that puts probe.js into a document.
func (p *page) bringing() string {
	return p.profile.browser.options.Script + "\nself.corsproof = corsproof;"
}

// watch notes when the document can answer no more: it waits for an answer, and
// for the next. If one fails its session has gone as well. One that waited for
// ever would be given up by what stands between here and a browser elsewhere.
func (p *page) watch() {
	var err error
	for err == nil {
		err = p.await(p.life, "return new Promise((resolve) => setTimeout(resolve, 60000))", nil, nil)
	}
	switch {
	case p.life.Err() != nil:
	case errors.Is(err, errGone):
		p.profile.stop(errGone)
	default:
		p.profile.lost(err)
	}
	p.end(errGone)
}

func (p *page) Run(ctx context.Context, probes []browser.Probe, onOutcome func(browser.Outcome)) error {
	if len(probes) == 0 {
		return nil
	}
	pending, err := browser.NewPending(probes)
	if err != nil {
		return fmt.Errorf("webdriver: run: %w", err)
	}
	if err := p.places.Enter(ctx, p, probes); err != nil {
		return fmt.Errorf("webdriver: run: %w", err)
	}
	list, err := json.Marshal(probes)
	if err != nil {
		return fmt.Errorf("webdriver: run: %w", err)
	}
	p.mu.Lock()
	p.lastRun++
	run := p.lastRun
	p.mu.Unlock()
	if err := p.await(ctx, "corsproofDriver.run(args[0], JSON.parse(args[1]))", []any{run, string(list)}, nil); err != nil {
		return fmt.Errorf("webdriver: run: %w", err)
	}
	for len(pending) > 0 {
		var message json.RawMessage
		if err := p.await(ctx, "return corsproofDriver.take(args[0])", []any{run}, &message); err != nil {
			return fmt.Errorf("webdriver: run: %d of %d probes are out: %w", len(pending), len(probes), err)
		}
		if err := pending.Take(message, onOutcome); err != nil {
			return fmt.Errorf("webdriver: run: %w", err)
		}
	}
	return nil
}

func (p *page) Sentinel(ctx context.Context, urls []string) error {
	list, err := json.Marshal(urls)
	if err != nil {
		return fmt.Errorf("webdriver: sentinel: %w", err)
	}
	// Which of them arrived, the servers know.
	return p.Eval(ctx, fmt.Sprintf("corsproof.sentinel(%s)", list), nil)
}

// Manifest fails: WebKitGTK installs no web applications, and Safari does so by
// hand only.
func (p *page) Manifest(context.Context) error {
	return fmt.Errorf("webdriver: manifest: %s fetches none unless a person asks it to", p.profile.browser.engine.name)
}

func (p *page) Eval(ctx context.Context, expression string, out any) error {
	if err := p.await(ctx, "return (\n"+expression+"\n)", nil, out); err != nil {
		return fmt.Errorf("webdriver: eval: %w", err)
	}
	return nil
}

func (p *page) Screenshot(ctx context.Context) ([]byte, error) {
	ctx, cancel := within(ctx, p.life)
	defer cancel()
	var encoded string
	err := p.profile.in(ctx, p.window, func() error {
		return p.profile.call(ctx, http.MethodGet, "/screenshot", nil, &encoded)
	})
	if err != nil {
		return nil, fmt.Errorf("webdriver: screenshot: %w", err)
	}
	image, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, fmt.Errorf("webdriver: screenshot: %w", err)
	}
	return image, nil
}

// Close lets go of the document and its window.
func (p *page) Close() error {
	p.end(errGone)
	ctx, cancel := context.WithTimeout(p.profile.life, closeTimeout)
	defer cancel()
	_ = p.profile.in(ctx, p.window, func() error { return p.profile.closeWindow(ctx, p.window) })
	return nil
}
