package bidi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/corsproof/corsproof/harness/browser"
)

// enter brings up the frames and workers, each in the one before. origin is the
// innermost one's. The protocol's log covers all of a page's frames.
func (p *page) enter(ctx context.Context, frames []browser.Frame, origin string) error {
	if len(frames) == 0 {
		return nil
	}
	key, err := json.Marshal(frames)
	if err != nil {
		return fmt.Errorf("bidi: frames: %w", err)
	}
	p.framing.Lock()
	defer p.framing.Unlock()
	if p.frames[string(key)] {
		return nil
	}
	var got string
	enter := fmt.Sprintf("corsproof.enter(%s)", key)
	if err = p.Eval(ctx, enter, &got); err == nil && got == "" {
		if err = p.bringScript(ctx); err == nil {
			err = p.Eval(ctx, enter, &got)
		}
	}
	if _, refused := errors.AsType[*ExceptionError](err); refused {
		return nil // the page's policy, for one, allows no such worker: the probe will say so
	}
	if err != nil {
		return err
	}
	if origin != "" && got != origin {
		return fmt.Errorf("bidi: the frame %s has the origin %s, not %s", key, got, origin)
	}
	p.frames[string(key)] = true
	return nil
}

// bringScript puts probe.js into the page's frames whose policy lets no script
// in.
func (p *page) bringScript(ctx context.Context) error {
	type node struct {
		Context  string
		Children []node
	}
	var tree struct{ Contexts []node }
	if err := p.browser.call(ctx, "browsingContext.getTree", map[string]any{"root": p.id}, &tree); err != nil {
		return err
	}
	var bring func(nodes []node) error
	bring = func(nodes []node) error {
		for _, n := range nodes {
			err := p.evaluateIn(ctx, n.Context, "script.evaluate", map[string]any{
				"expression": "if (self.corsproof === undefined) {\n" + p.browser.options.Script + "\n}", "awaitPromise": false,
			}, nil)
			if err != nil {
				return err
			}
			if err := bring(n.Children); err != nil {
				return err
			}
		}
		return nil
	}
	for _, top := range tree.Contexts {
		if err := bring(top.Children); err != nil {
			return err
		}
	}
	return nil
}
