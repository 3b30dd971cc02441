package webdriver

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/scenarios"
)

// bringScript puts probe.js into each document in a frame of the page whose policy
// lets no script in.
func (p *page) bringScript(ctx context.Context, _ []browser.Frame) error {
	ctx, cancel := within(ctx, p.life)
	defer cancel()
	s := p.profile
	return s.in(ctx, p.window, func() error {
		var count int
		if err := s.executeNow(ctx, "return self.length", &count); err != nil {
			return err
		}
		for i := range count {
			if err := s.call(ctx, http.MethodPost, "/frame", map[string]any{"id": i}, nil); err != nil {
				return err
			}
			err := s.executeNow(ctx, fmt.Sprintf(bringing, scenarios.Reserved+"document-", p.bringing()), nil)
			// Out again, whatever it said: the window is for others, too.
			err = errors.Join(err, s.call(ctx, http.MethodPost, "/frame", map[string]any{"id": nil}, nil))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

const bringing = `if (location.pathname.startsWith(%q) && self.corsproof === undefined) {
%s
}`

// executeNow runs a script in the current window, or frame, that returns at once.
//
// https://w3c.github.io/webdriver/#execute-script
func (p *profile) executeNow(ctx context.Context, script string, out any) error {
	return p.call(ctx, http.MethodPost, "/execute/sync", map[string]any{"script": script, "args": []any{}}, out)
}
