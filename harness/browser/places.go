package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
)

// Places are the frames and workers of a page that are up.
type Places struct {
	// Bring puts probe.js into the page's frames whose policy keeps it out.
	Bring func(ctx context.Context, way []Frame) error
	// Hear makes sure that failures in frames and workers, which are up now, are
	// heard; nil if they are by themselves. Each way is that from the page to the
	// innermost.
	Hear func(ctx context.Context, ways [][]Frame) error

	mu sync.Mutex
	up map[string]bool
}

// entered is what the page says of a way: the origin at its end, "" where a
// document has come that says nothing, or what was thrown.
type entered struct{ Origin, Error string }

// Enter brings up the frames and workers that probes are to run in, each in the one
// before, those that are beside each other at once. One that cannot come up, for
// the page's policy allows no such worker, say, is no error: its probes will say so.
func (p *Places) Enter(ctx context.Context, page evaluator, probes []Probe) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var keys []string
	var ways [][]Frame
	origins := map[string]string{}
	for _, probe := range probes {
		list, err := json.Marshal(probe.Frames)
		if err != nil {
			return fmt.Errorf("frames: %w", err)
		}
		key := string(list)
		if _, found := origins[key]; found || p.up[key] || len(probe.Frames) == 0 {
			continue
		}
		origins[key] = probe.Origin
		keys, ways = append(keys, key), append(ways, probe.Frames)
	}
	if len(keys) == 0 {
		return nil
	}
	saw, err := enter(ctx, page, ways)
	if err != nil {
		return err
	}
	var up [][]Frame
	for i, key := range keys {
		if saw[i] == (entered{}) {
			if err := p.Bring(ctx, ways[i]); err != nil {
				return fmt.Errorf("bring a script to the frame %s: %w", key, err)
			}
			again, err := enter(ctx, page, ways[i:i+1])
			if err != nil {
				return err
			}
			saw[i] = again[0]
		}
		if saw[i].Error != "" {
			continue
		}
		if want := origins[key]; want != "" && saw[i].Origin != want {
			return fmt.Errorf("the frame %s has the origin %s, not %s", key, saw[i].Origin, want)
		}
		up = append(up, ways[i])
	}
	if p.Hear != nil && len(up) > 0 {
		if err := p.Hear(ctx, up); err != nil {
			return err
		}
	}
	if p.up == nil {
		p.up = map[string]bool{}
	}
	for i, key := range keys {
		p.up[key] = saw[i].Error == ""
	}
	return nil
}

// enter asks the page to bring up what lies on ways.
func enter(ctx context.Context, page evaluator, ways [][]Frame) ([]entered, error) {
	list, err := json.Marshal(ways)
	if err != nil {
		return nil, fmt.Errorf("frames: %w", err)
	}
	var saw []entered
	if err := page.Eval(ctx, fmt.Sprintf("corsproof.enter(%s)", list), &saw); err != nil {
		return nil, fmt.Errorf("frames: %w", err)
	}
	if len(saw) != len(ways) {
		return nil, fmt.Errorf("frames: the page tells of %d, and was asked for %d", len(saw), len(ways))
	}
	return saw, nil
}
