package bidi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/corsproof/corsproof/harness/browser"
)

var errLost = errors.New("bidi: the page has crashed or was closed")

type page struct {
	browser *firefox
	id      string // of its browsing context
	window  string // the first tab of its window

	places browser.Places

	gone     chan struct{} // closed when the document can answer no more
	goneOnce sync.Once
}

// lost notes that the document can answer no more.
func (p *page) lost() { p.goneOnce.Do(func() { close(p.gone) }) }

const runFunction = `(emit, probes) => {
	const say = (message) => emit(JSON.stringify(message));
	corsproof.run(JSON.parse(probes), (outcomes) => say({outcomes})).then(
		() => say({done: true}),
		(error) => say({error: String(error.message)}));
}`

// Manifest has no way in the protocol, and Firefox on desktops asks for no
// manifest of its own accord.
func (p *page) Manifest(context.Context) error {
	return errors.New("bidi: Firefox fetches no manifest")
}

func (p *page) Run(ctx context.Context, probes []browser.Probe, onOutcome func(browser.Outcome)) error {
	if len(probes) == 0 {
		return nil
	}
	pending, err := browser.NewPending(probes)
	if err != nil {
		return fmt.Errorf("bidi: run: %w", err)
	}
	if err := p.places.Enter(ctx, p, probes); err != nil {
		return fmt.Errorf("bidi: run: %w", err)
	}
	list, err := json.Marshal(probes)
	if err != nil {
		return fmt.Errorf("bidi: run: %w", err)
	}
	channel, r := p.browser.newRun(len(probes) + 1) // no message has less than one outcome
	defer p.browser.endRun(channel)
	err = p.evaluate(ctx, "script.callFunction", map[string]any{
		"functionDeclaration": runFunction, "awaitPromise": false,
		"arguments": []any{
			map[string]any{"type": "channel", "value": map[string]any{"channel": channel}},
			map[string]any{"type": "string", "value": string(list)},
		},
	}, nil)
	if err != nil {
		return err
	}
	for len(pending) > 0 {
		select {
		case text := <-r.queue:
			if err := pending.Take([]byte(text), onOutcome); err != nil {
				return fmt.Errorf("bidi: run: %w", err)
			}
		case <-ctx.Done():
			return fmt.Errorf("bidi: run: %d of %d probes are out: %w", len(pending), len(probes), ctx.Err())
		case <-p.gone:
			return errLost
		case <-p.browser.Done():
			return errGone
		}
	}
	return nil
}

func (p *page) Sentinel(ctx context.Context, urls []string) error {
	list, err := json.Marshal(urls)
	if err != nil {
		return fmt.Errorf("bidi: sentinel: %w", err)
	}
	// Which of them arrived, the servers know.
	return p.Eval(ctx, fmt.Sprintf("corsproof.sentinel(%s)", list), nil)
}

func (p *page) Eval(ctx context.Context, expression string, out any) error {
	if out != nil {
		expression = "Promise.resolve(" + expression + "\n).then((value) => JSON.stringify(value))"
	}
	return p.evaluate(ctx, "script.evaluate", map[string]any{"expression": expression, "awaitPromise": true}, out)
}

// evaluate runs script in the page and decodes the JSON text that is its value
// into out (nil: ignored).
func (p *page) evaluate(ctx context.Context, method string, params map[string]any, out any) error {
	return p.evaluateIn(ctx, p.id, method, params, out)
}

func (p *page) evaluateIn(ctx context.Context, browsingContext, method string, params map[string]any, out any) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// Of a page that has crashed there comes no answer, not even an error.
	watched := make(chan struct{})
	defer close(watched)
	go func() {
		select {
		case <-p.gone:
			cancel(errLost)
		case <-watched:
		}
	}()
	params["target"] = map[string]any{"context": browsingContext}
	params["serializationOptions"] = map[string]any{"maxObjectDepth": 0, "maxDomDepth": 0}
	var result struct {
		Type             string
		Result           struct{ Value json.RawMessage }
		ExceptionDetails struct{ Text string }
	}
	err := p.browser.call(ctx, method, params, &result)
	switch {
	case context.Cause(ctx) == errLost:
		return errLost
	case err != nil:
		return fmt.Errorf("bidi: eval: %w", err)
	case result.Type == "exception":
		return fmt.Errorf("bidi: eval: %s", result.ExceptionDetails.Text)
	case out == nil || len(result.Result.Value) == 0:
		return nil
	}
	var text string
	if err := json.Unmarshal(result.Result.Value, &text); err != nil {
		return fmt.Errorf("bidi: eval: %w", err)
	}
	if err := json.Unmarshal([]byte(text), out); err != nil {
		return fmt.Errorf("bidi: eval: %w", err)
	}
	return nil
}

func (p *page) Screenshot(ctx context.Context) ([]byte, error) {
	var shot struct{ Data string }
	err := p.browser.call(ctx, "browsingContext.captureScreenshot", map[string]any{"context": p.id, "origin": "document"}, &shot)
	if err != nil {
		return nil, fmt.Errorf("bidi: screenshot: %w", err)
	}
	image, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		return nil, fmt.Errorf("bidi: screenshot: %w", err)
	}
	return image, nil
}

func (p *page) Close() error {
	p.lost()
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	err := p.browser.call(ctx, "browsingContext.close", map[string]any{"context": p.id}, nil)
	if refused, ok := errors.AsType[*CommandError](err); ok && refused.Code == "no such frame" {
		return nil // it has gone of its own accord
	}
	if err != nil {
		return fmt.Errorf("bidi: close: %w", err)
	}
	return nil
}
