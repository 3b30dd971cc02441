package cdp

import (
	"encoding/json"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/harness/browser"
)

// failures joins the network events of one session: an event that says why a
// request failed does not say which URL it was for. Not safe for concurrent
// use; a session's events come one at a time.
type failures struct {
	urls map[network.RequestID]string // requests that are under way
}

// hear takes an event and gives a failure if the event is one.
func (f *failures) hear(event any) (browser.Failure, bool) {
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		// A preflight is a request of its own, but what was wrong with it is
		// said of the request that it was for. After a redirect the same
		// request is sent again, to its next URL.
		if event.Type != network.ResourceTypePreflight {
			if f.urls == nil {
				f.urls = map[network.RequestID]string{}
			}
			f.urls[event.RequestID] = event.Request.URL
		}
	case *network.EventLoadingFinished:
		delete(f.urls, event.RequestID)
	case *network.EventLoadingFailed:
		url, ok := f.urls[event.RequestID]
		delete(f.urls, event.RequestID)
		// What the page itself gave up, at the end of a probe, has not failed.
		if ok && !(event.Canceled && event.BlockedReason == "" && event.CorsErrorStatus == nil) {
			return failure(url, event), true
		}
	}
	return browser.Failure{}, false
}

// failure is the event in the terms of every driver: the most telling of its
// words, and that word's place in the vocabulary.
func failure(url string, event *network.EventLoadingFailed) browser.Failure {
	f := browser.Failure{URL: url}
	switch {
	case event.CorsErrorStatus != nil:
		f.Native = event.CorsErrorStatus.CorsError.String()
		f.Param = event.CorsErrorStatus.FailedParameter
		f.Reason = corsReasons[event.CorsErrorStatus.CorsError]
	case event.BlockedReason != "":
		f.Native = event.BlockedReason.String()
		f.Reason = blockReasons[event.BlockedReason]
	default:
		f.Native = event.ErrorText
		f.Reason = netReason(event.ErrorText)
	}
	f.Raw, _ = json.Marshal(event) // only for the log
	return f
}
