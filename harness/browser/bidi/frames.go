package bidi

import (
	"context"

	"github.com/corsproof/corsproof/harness/browser"
)

// bringScript puts probe.js into the page's frames whose policy lets no script
// in.
func (p *page) bringScript(ctx context.Context, _ []browser.Frame) error {
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
