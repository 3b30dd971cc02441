package cdp

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// hearFrame brings up the page's frame of a kind ("": the page itself) and
// makes sure that its failures are heard. A frame of an opaque origin may have
// a process of its own; its log then does not come with the page's.
func (p *page) hearFrame(ctx context.Context, kind string) error {
	p.framing.Lock()
	defer p.framing.Unlock()
	if kind == "" || p.frames[kind] {
		return nil
	}
	var origin string
	if err := p.Eval(ctx, fmt.Sprintf("corsproof.frame(%q)", kind), &origin); err != nil {
		return err
	}
	if origin != "null" {
		return fmt.Errorf("cdp: the %s frame has the origin %s, not an opaque one", kind, origin)
	}
	targets, err := cdp.Call(ctx, p.browser.conn, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		return fmt.Errorf("cdp: find the %s frame: %w", kind, err)
	}
	for _, info := range targets.TargetInfos {
		if info.Type != "iframe" || string(info.ParentFrameID) != string(p.target.TargetID) || p.heard[info.TargetID] != nil {
			continue
		}
		s, err := p.browser.attach(ctx, func(event any) {
			if failure, ok := hearLog(event); ok {
				p.browser.options.OnFailure(failure)
			}
		}, chromedp.WithTargetID(info.TargetID), chromedp.WithDetachOnCancel())
		if err != nil {
			return fmt.Errorf("cdp: attach to the %s frame: %w", kind, err)
		}
		p.heard[info.TargetID] = s.cancel
	}
	p.frames[kind] = true
	return nil
}
