package cdp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness/browser"
)

// binding is the function in the page that hands outcomes to this side.
const binding = "corsproofEmit"

var errGone = errors.New("cdp: the page has crashed or was closed")

type page struct {
	session
	browser *chromium
	profile cdp.BrowserContextID

	mu      sync.Mutex
	runs    map[int]chan string // messages of the page, by run
	lastRun int

	framing sync.Mutex
	places  browser.Places
	brings  bool                 // probe.js comes with the frames
	heard   map[target.ID]func() // frames that have a session of their own: what ends it

	gone     chan struct{} // closed when the document can answer no more
	goneOnce sync.Once
}

// hear is called for each event of the page, in order. It must not block.
func (p *page) hear(event any) {
	switch event := event.(type) {
	case *runtime.EventBindingCalled:
		if event.Name == binding {
			p.deliver(event.Payload)
		}
	case *inspector.EventTargetCrashed, *inspector.EventDetached:
		p.lost()
	case *cdppage.EventFrameNavigated:
		if event.Frame.UnreachableURL != "" {
			p.browser.options.OnFailure(browser.Failure{URL: event.Frame.UnreachableURL, Native: "error page", ErrorPage: true})
		}
	default:
		if failure, ok := hearLog(event); ok {
			p.browser.options.OnFailure(failure)
		}
	}
}

func (p *page) deliver(payload string) {
	number, text, _ := strings.Cut(payload, " ")
	run, err := strconv.Atoi(number)
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if queue := p.runs[run]; queue != nil {
		select {
		case queue <- text:
		default: // more messages than probes: the page is not ours any more
		}
	}
}

// lost notes that the document can answer no more.
func (p *page) lost() { p.goneOnce.Do(func() { close(p.gone) }) }

const runScript = `(() => {
	const emit = (message) => %[1]s('%[2]d ' + JSON.stringify(message));
	corsproof.run(%[3]s, (outcomes) => emit({outcomes})).then(
		() => emit({done: true}),
		(error) => emit({error: String(error.message)}));
})()`

func (p *page) Manifest(ctx context.Context) error {
	_, err := cdp.Call(ctx, p.target, cdppage.GetAppManifest, cdppage.GetAppManifestParams{})
	if err != nil {
		return fmt.Errorf("cdp: manifest: %w", err)
	}
	return nil
}

func (p *page) Run(ctx context.Context, probes []browser.Probe, onOutcome func(browser.Outcome)) error {
	if len(probes) == 0 {
		return nil
	}
	pending, err := browser.NewPending(probes)
	if err != nil {
		return fmt.Errorf("cdp: run: %w", err)
	}
	if err := p.enter(ctx, probes); err != nil {
		return fmt.Errorf("cdp: run: %w", err)
	}
	list, err := json.Marshal(probes)
	if err != nil {
		return fmt.Errorf("cdp: run: %w", err)
	}

	queue := make(chan string, len(probes)+1) // no message has less than one outcome
	p.mu.Lock()
	p.lastRun++
	run := p.lastRun
	p.runs[run] = queue
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.runs, run)
		p.mu.Unlock()
	}()

	if err := p.Eval(ctx, fmt.Sprintf(runScript, binding, run, list), nil); err != nil {
		return err
	}
	for len(pending) > 0 {
		select {
		case payload := <-queue:
			if err := pending.Take([]byte(payload), onOutcome); err != nil {
				return fmt.Errorf("cdp: run: %w", err)
			}
		case <-ctx.Done():
			return fmt.Errorf("cdp: run: %d of %d probes are out: %w", len(pending), len(probes), ctx.Err())
		case <-p.gone:
			return errGone
		case <-p.browser.Done():
			return errors.New("cdp: run: the browser has gone")
		}
	}
	return nil
}

func (p *page) Sentinel(ctx context.Context, urls []string) error {
	list, err := json.Marshal(urls)
	if err != nil {
		return fmt.Errorf("cdp: sentinel: %w", err)
	}
	// Which of them arrived, the servers know.
	return p.Eval(ctx, fmt.Sprintf("corsproof.sentinel(%s)", list), nil)
}

func (p *page) Eval(ctx context.Context, expression string, out any) error {
	yes := true
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A crashed page answers nothing, not even with an error.
	watched := make(chan struct{})
	defer close(watched)
	go func() {
		select {
		case <-p.gone:
			cancel(errGone)
		case <-watched:
		}
	}()
	result, err := cdp.Call(ctx, p.target, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, AwaitPromise: &yes, ReturnByValue: &yes,
	})
	switch {
	case context.Cause(ctx) == errGone:
		return errGone
	case err != nil:
		return fmt.Errorf("cdp: eval: %w", err)
	case result.ExceptionDetails != nil:
		return fmt.Errorf("cdp: eval: %w", &chromedp.ExceptionError{ExceptionDetails: result.ExceptionDetails})
	case out == nil || len(result.Result.Value) == 0:
		return nil
	}
	if err := json.Unmarshal(result.Result.Value, out); err != nil {
		return fmt.Errorf("cdp: eval: %w", err)
	}
	return nil
}

func (p *page) Screenshot(ctx context.Context) ([]byte, error) {
	const png = 100 // below it, a JPEG
	image, err := chromedp.FullScreenshot(png)(ctx, p.target)
	if err != nil {
		return nil, fmt.Errorf("cdp: screenshot: %w", err)
	}
	return image, nil
}

func (p *page) Close() error {
	p.lost()
	p.framing.Lock()
	defer p.framing.Unlock()
	for _, detach := range p.heard {
		detach()
	}
	p.cancel()
	return nil
}
