package cdp

import (
	"context"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness/browser"
)

// sharedWorker is DevTools' name for the type of a target.
const sharedWorker = "shared_worker"

// hearEnds reports each shared worker that ends. Of one whose script is refused
// in the worker's own process, Chromium now and then forgets to tell the page:
// the word that it has failed and the end of its connection go different ways.
func (b *chromium) hearEnds(ctx context.Context) error {
	var mu sync.Mutex
	urls := map[target.ID]string{}
	err := chromedp.ListenBrowser(b.ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch event := event.(type) {
		case *target.EventTargetCreated:
			if event.TargetInfo.Type == sharedWorker {
				urls[event.TargetInfo.TargetID] = event.TargetInfo.URL
			}
		case *target.EventTargetDestroyed:
			if url, found := urls[event.TargetID]; found {
				delete(urls, event.TargetID)
				b.options.OnFailure(browser.Failure{URL: url, Native: "worker ended", Ended: true})
			}
		}
	})
	if err == nil {
		// A filter here would also be that of all later questions for targets.
		_, err = cdp.Call(ctx, b.conn, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{Discover: true})
	}
	if err != nil {
		return fmt.Errorf("hear of workers' ends: %w", err)
	}
	return nil
}
