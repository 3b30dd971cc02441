package cdp

import (
	"context"
	"fmt"

	"github.com/chromedp/chromedp"
)

// session is an attached target: a tab, a frame in a process of its own, or a
// shared worker.
type session struct {
	ctx    context.Context // ends with the session
	target *chromedp.Target
	cancel func() // closes a tab, lets go of a frame or a worker
}

// What chromedp turns on in a target, and nobody here hears.
var (
	unheardInPages   = []string{"DOM.disable", "CSS.disable", "Network.disable"}
	unheardInWorkers = []string{"Network.disable"}
)

// attach opens a tab, or attaches to the target that the options name, with
// its events going to hear, all but the unheard. ctx limits the attaching, not
// the session's life.
func (b *chromium) attach(ctx context.Context, hear func(any), unheard []string, options ...chromedp.ContextOption) (session, error) {
	life, cancel := chromedp.NewContext(b.ctx, append(options, chromedp.WithListener(hear))...)
	stop := context.AfterFunc(ctx, cancel)
	err := chromedp.Do(life)
	if !stop() {
		err = ctx.Err()
	}
	s := session{ctx: life, target: chromedp.FromContext(life).Target, cancel: cancel}
	if err == nil {
		err = quiet(ctx, s.target, unheard)
	}
	if err != nil {
		cancel()
		return session{}, err
	}
	go s.endWithTarget()
	return s, nil
}

// endWithTarget ends the session when its target has gone of its own accord.
func (s session) endWithTarget() {
	detached, err := chromedp.Detached(s.ctx)
	if err != nil {
		return
	}
	select {
	case <-detached:
		s.cancel()
	case <-s.ctx.Done():
	}
}

// quiet turns off what chromedp has turned on and nobody here hears. What is
// left sends nothing for a request that succeeds, so a batch runs as fast as
// in a browser that nobody watches.
func quiet(ctx context.Context, t *chromedp.Target, unheard []string) error {
	for _, method := range unheard {
		if err := t.Call(ctx, method, nil, nil); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
	}
	return nil
}
