package cdp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness/browser"
)

// enter brings up the frames and workers, each in the one before, and makes sure
// that their failures are heard. origin is the innermost one's. A frame may have a
// process of its own, and a shared worker has; its log then does not come with
// the page's. That of a dedicated worker comes with its owner's.
func (p *page) enter(ctx context.Context, frames []browser.Frame, origin string) error {
	if len(frames) == 0 {
		return nil
	}
	key, err := json.Marshal(frames)
	if err != nil {
		return fmt.Errorf("cdp: frames: %w", err)
	}
	p.framing.Lock()
	defer p.framing.Unlock()
	if p.frames[string(key)] {
		return nil
	}
	var got string
	err = p.Eval(ctx, fmt.Sprintf("corsproof.enter(%s)", key), &got)
	if _, refused := errors.AsType[*chromedp.ExceptionError](err); refused {
		return nil // the page's policy, for one, allows no such worker: the probe will say so
	}
	if err != nil {
		return err
	}
	if origin != "" && got != origin {
		return fmt.Errorf("cdp: the frame %s has the origin %s, not %s", key, got, origin)
	}
	targets, err := cdp.Call(ctx, p.browser.conn, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		return fmt.Errorf("cdp: find the frame %s: %w", key, err)
	}
	for _, info := range targets.TargetInfos {
		if !p.holds(info, len(frames)) || p.heard[info.TargetID] != nil {
			continue
		}
		unheard := unheardInPages
		if info.Type == "shared_worker" {
			unheard = unheardInWorkers
		}
		s, err := p.browser.attach(ctx, func(event any) {
			if failure, ok := hearLog(event); ok {
				p.browser.options.OnFailure(failure)
			}
		}, unheard, chromedp.WithTargetID(info.TargetID), chromedp.WithDetachOnCancel())
		if err != nil {
			return fmt.Errorf("cdp: attach to the frame %s: %w", key, err)
		}
		p.heard[info.TargetID] = s.cancel
	}
	p.frames[string(key)] = true
	return nil
}

// holds says whether a target may be one of the page's frames and workers. Of a
// frame in a frame the browser names a parent that need not be a target, of a
// shared worker nothing; one too many only says what another page has said as
// well.
func (p *page) holds(info *target.Info, depth int) bool {
	switch info.Type {
	case "iframe":
		return depth > 1 || string(info.ParentFrameID) == string(p.target.TargetID)
	case "shared_worker":
		return true
	}
	return false
}
