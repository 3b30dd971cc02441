package bidi

import (
	"context"
	"slices"
)

// Of the tabs in one window all but one are hidden, and a hidden page requests
// no fonts and no CSS images. So each page has a window. A window costs more
// than twice what a tab does: when its page has gone it waits, with the tab that
// it began with, for the next page.

// newTab opens a tab in a window where it is the one to be seen.
func (b *firefox) newTab(ctx context.Context, userContext string) (*page, error) {
	window, err := b.takeWindow(ctx)
	if err != nil {
		return nil, err
	}
	var made struct{ Context string }
	err = b.call(ctx, "browsingContext.create", map[string]any{
		"type": "tab", "referenceContext": window, "background": false, "userContext": userContext,
	}, &made)
	if err != nil {
		b.giveWindow(window)
		return nil, err
	}
	p := &page{browser: b, id: made.Context, window: window, gone: make(chan struct{})}
	p.places.Bring = p.bringScript
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pages[p.id] = p
	return p, nil
}

// takeWindow gives a window that shows no page: the tab that stands for it.
func (b *firefox) takeWindow(ctx context.Context) (string, error) {
	b.mu.Lock()
	if last := len(b.windows) - 1; last >= 0 {
		window := b.windows[last]
		b.windows = b.windows[:last]
		b.mu.Unlock()
		return window, nil
	}
	b.mu.Unlock()
	var made struct{ Context string }
	err := b.call(ctx, "browsingContext.create", map[string]any{"type": "window"}, &made)
	return made.Context, err
}

func (b *firefox) giveWindow(window string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.windows = append(b.windows, window)
}

// findWindows finds the windows that Firefox has opened by itself.
func (b *firefox) findWindows(ctx context.Context) error {
	var tree struct{ Contexts []struct{ Context string } }
	if err := b.call(ctx, "browsingContext.getTree", map[string]any{"maxDepth": 0}, &tree); err != nil {
		return err
	}
	for _, c := range tree.Contexts {
		b.giveWindow(c.Context)
	}
	return nil
}

// forget notes that a tab has gone.
func (b *firefox) forget(tab string) {
	b.mu.Lock()
	p := b.pages[tab]
	delete(b.pages, tab)
	b.windows = slices.DeleteFunc(b.windows, func(window string) bool { return window == tab })
	b.mu.Unlock()
	if p != nil {
		p.lost()
		b.giveWindow(p.window)
	}
}
