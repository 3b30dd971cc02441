package cdp

import (
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser/browsertest"
)

// statuses collects what the protocol itself says of failed requests.
type statuses struct {
	mu     sync.Mutex
	asked  map[network.RequestID]string // the URL that the page asked for
	issues []*audits.CorsIssueDetails
}

func (s *statuses) hear(event any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		if event.RedirectResponse == nil {
			s.asked[event.RequestID] = event.Request.URL
		}
	case *audits.EventIssueAdded:
		if cors := event.Issue.Details.CorsIssueDetails; cors != nil && !cors.IsWarning {
			s.issues = append(s.issues, cors)
		}
	}
}

// of gives the corsErrorStatus of a URL, and nil if there is none yet.
func (s *statuses) of(url string) *network.CorsErrorStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, issue := range s.issues {
		asked, sent := s.asked[issue.Request.RequestID]
		if !sent { // refused by the API
			asked = issue.Request.URL
		}
		if asked == url {
			return issue.CorsErrorStatus
		}
	}
	return nil
}

// What the driver reads from the log is what the protocol says as data, word
// for word. A Chromium that words an error differently fails here.
func TestSentences(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		var heard browsertest.Heard
		o := w.Options(binary)
		o.OnFailure = heard.Hear
		p := open(t, start(t, o), pageURL).(*page)
		said := statuses{asked: map[network.RequestID]string{}}
		require.NoError(t, chromedp.Listen(p.ctx, said.hear))
		_, err := cdp.Call(deadline(t), p.target, network.Enable, network.EnableParams{})
		require.NoError(t, err)
		_, err = cdp.Call(deadline(t), p.target, audits.Enable, cdp.Empty{})
		require.NoError(t, err)

		probes := failing(w)
		run(t, p, probes...)
		for i, test := range failureTests {
			if corsReasons[network.CorsError(test.native)] == "" || probes[i].Frames != nil ||
				test.via == "worker-import" || test.via == "audioworklet" {
				continue // no CORS error, or said to a session of the frame's or the worker's own
			}
			var status *network.CorsErrorStatus
			require.Eventually(t, func() bool {
				status = said.of(probes[i].URL)
				return status != nil
			}, 3*time.Second, 5*time.Millisecond, test.name)
			f := heard.Of(t, probes[i].URL, 3*time.Second)
			assert.Equal(t, string(status.CorsError), f.Native, test.name)
			assert.Equal(t, status.FailedParameter, f.Param, test.name)
		}
	})
}
