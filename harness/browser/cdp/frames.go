package cdp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/scenarios"
)

// enter brings up the frames and workers of probes, each in the one before, and
// makes sure that their failures are heard. A frame may have a process of its own,
// and a shared worker has; its log then does not come with the page's. That of a
// dedicated worker comes with its owner's.
func (p *page) enter(ctx context.Context, probes []browser.Probe) error {
	p.framing.Lock()
	defer p.framing.Unlock()
	if slices.ContainsFunc(probes, func(probe browser.Probe) bool { return len(probe.Frames) > 0 && probe.Frames[0].URL != "" }) {
		if err := p.bringScript(ctx); err != nil {
			return err
		}
	}
	return p.places.Enter(ctx, p, probes)
}

// bringScript puts probe.js into each document that will come in a frame of the
// page's process and whose policy lets no script in.
func (p *page) bringScript(ctx context.Context) error {
	if p.brings || p.browser.options.Script == "" {
		return nil
	}
	source := fmt.Sprintf(bringing, scenarios.Reserved+"document-", p.browser.options.Script)
	_, err := cdp.Call(ctx, p.target, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: source})
	if err != nil {
		return fmt.Errorf("bring a script to frames: %w", err)
	}
	p.brings = true
	return nil
}

const bringing = `if (location.pathname.startsWith(%q)) addEventListener('load', () => {
if (self.corsproof === undefined) {
%s
}});`

// hearFrames attaches to the frames that have a process of their own, and puts
// probe.js into those that are without.
func (p *page) hearFrames(ctx context.Context, ways [][]browser.Frame) error {
	targets, err := p.targets(ctx)
	if err != nil {
		return fmt.Errorf("find the page's frames: %w", err)
	}
	for _, info := range targets {
		held := slices.ContainsFunc(ways, func(way []browser.Frame) bool { return p.holds(info, way) })
		if !held || p.heard[info.TargetID] != nil {
			continue
		}
		unheard := unheardInPages
		if info.Type == sharedWorker {
			unheard = unheardInWorkers
		}
		attaching, cancel := context.WithTimeout(ctx, attachTime)
		s, err := p.browser.attach(attaching, func(event any) {
			if failure, ok := hearLog(event); ok {
				p.browser.options.OnFailure(failure)
			}
		}, unheard, chromedp.WithTargetID(info.TargetID), chromedp.WithDetachOnCancel())
		cancel()
		if err != nil && p.hasGone(ctx, info.TargetID) {
			continue // it was another's, and is no more
		}
		if err != nil {
			return fmt.Errorf("attach to the frame %s: %w", info.URL, err)
		}
		p.heard[info.TargetID] = s.cancel
		if info.Type != "iframe" || !strings.Contains(info.URL, scenarios.Reserved+"document-") || p.browser.options.Script == "" {
			continue
		}
		result, err := cdp.Call(ctx, s.target, runtime.Evaluate, runtime.EvaluateParams{Expression: "typeof corsproof"})
		if err == nil && string(result.Result.Value) == `"undefined"` {
			_, err = cdp.Call(ctx, s.target, runtime.Evaluate, runtime.EvaluateParams{Expression: p.browser.options.Script})
		}
		if err != nil {
			return fmt.Errorf("bring a script to the frame %s: %w", info.URL, err)
		}
	}
	return nil
}

// bring puts probe.js into a frame that has a process of its own.
func (p *page) bring(ctx context.Context, way []browser.Frame) error {
	return p.hearFrames(ctx, [][]browser.Frame{way})
}

// holds says whether a target may be one of the page's frames and workers. Of a
// frame in a frame the browser names a parent that need not be a target, of a
// shared worker nothing; one too many only says what another page of the profile
// has said as well.
func (p *page) holds(info *target.Info, way []browser.Frame) bool {
	if info.BrowserContextID != p.profile {
		return false
	}
	switch info.Type {
	case "iframe":
		return len(way) > 1 || string(info.ParentFrameID) == string(p.target.TargetID)
	case sharedWorker:
		return strings.HasSuffix(way[len(way)-1].Kind, "shared-worker")
	}
	return false
}

func (p *page) targets(ctx context.Context) ([]*target.Info, error) {
	targets, err := cdp.Call(ctx, p.browser.conn, target.GetTargets, target.GetTargetsParams{})
	return targets.TargetInfos, err
}

// hasGone says whether a target is no more. Who attaches to one at its end is
// not told so.
func (p *page) hasGone(ctx context.Context, id target.ID) bool {
	targets, err := p.targets(ctx)
	return err == nil && !slices.ContainsFunc(targets, func(info *target.Info) bool { return info.TargetID == id })
}
