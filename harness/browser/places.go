package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// Places are the frames and workers of a page that are up.
type Places struct {
	// Bring puts probe.js into the page's frames whose policy keeps it out. key
	// names the frames for errors.
	Bring func(ctx context.Context, key string, frames []Frame) error
	// Hear makes sure that failures in the frames, which are up now, are heard;
	// nil if they are by themselves.
	Hear func(ctx context.Context, key string, frames []Frame) error

	mu sync.Mutex
	up map[string]bool
}

// Enter brings up the frames and workers of a page, each in the one before.
// origin is the innermost one's.
func (p *Places) Enter(ctx context.Context, page evaluator, frames []Frame, origin string) error {
	if len(frames) == 0 {
		return nil
	}
	list, err := json.Marshal(frames)
	if err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	key := string(list)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.up[key] {
		return nil
	}
	var got string
	enter := fmt.Sprintf("corsproof.enter(%s)", key)
	if err = page.Eval(ctx, enter, &got); err == nil && got == "" {
		if err := p.Bring(ctx, key, frames); err != nil {
			return fmt.Errorf("bring a script to the frame %s: %w", key, err)
		}
		err = page.Eval(ctx, enter, &got)
	}
	if _, refused := errors.AsType[*ScriptError](err); refused {
		return nil // the page's policy, for one, allows no such worker: the probe will say so
	}
	if err != nil {
		return err
	}
	if origin != "" && got != origin {
		return fmt.Errorf("the frame %s has the origin %s, not %s", key, got, origin)
	}
	if p.Hear != nil {
		if err := p.Hear(ctx, key, frames); err != nil {
			return err
		}
	}
	if p.up == nil {
		p.up = map[string]bool{}
	}
	p.up[key] = true
	return nil
}
