package cdp

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
)

// The browser says that it has ended a shared worker, whose script it refused,
// whether or not the page was told.
func TestEnds(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		o := w.Options(binary)
		heard := make(chan browser.Failure, 16)
		o.OnFailure = func(f browser.Failure) { heard <- f }
		page := open(t, start(t, o), pageURL)
		defer page.Close()
		probe := w.Probe("shared-worker", "https://app.site.test", "type=image/png")
		require.NoError(t, page.Run(deadline(t), []browser.Probe{probe}, func(browser.Outcome) {}))
		for ctx := deadline(t); ; {
			select {
			case f := <-heard:
				if !f.Ended {
					continue
				}
				assert.Equal(t, probe.URL, f.URL)
				return
			case <-ctx.Done():
				require.FailNow(t, "the end of the worker was never told")
			}
		}
	})
}
