package webdriver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/scenarios"
)

// enter brings up the frames and workers, each in the one before. origin is the
// innermost one's.
func (p *page) enter(ctx context.Context, frames []browser.Frame, origin string) error {
	if len(frames) == 0 {
		return nil
	}
	key, err := json.Marshal(frames)
	if err != nil {
		return fmt.Errorf("webdriver: frames: %w", err)
	}
	p.framing.Lock()
	defer p.framing.Unlock()
	if p.frames[string(key)] {
		return nil
	}
	var got string
	enter := fmt.Sprintf("corsproof.enter(%s)", key)
	if err = p.Eval(ctx, enter, &got); err == nil && got == "" {
		if err := p.bringScript(ctx); err != nil {
			return fmt.Errorf("webdriver: bring a script to the frame %s: %w", key, err)
		}
		err = p.Eval(ctx, enter, &got)
	}
	if _, refused := errors.AsType[*exception](err); refused {
		return nil // the page's policy, for one, allows no such worker: the probe will say so
	}
	if err != nil {
		return err
	}
	if origin != "" && got != origin {
		return fmt.Errorf("webdriver: the frame %s has the origin %s, not %s", key, got, origin)
	}
	p.frames[string(key)] = true
	return nil
}

// bringScript puts probe.js into each document in a frame of the page whose policy
// lets no script in.
func (p *page) bringScript(ctx context.Context) error {
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
