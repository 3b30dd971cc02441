package cdp

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// What fires no event is over when Resource Timing knows it, refused or not;
// and text flows around a shape only where CORS gave the picture away.
func TestPainted(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		page := open(t, start(t, w.options(binary)), pageURL)
		for _, via := range []oracle.Via{"css-image", "css-border", "css-cursor", "css-mask", "css-clip-path", "svg-feimage", "poster"} {
			for _, query := range []string{"", "allow=*"} {
				probe := w.probe(via, api, query)
				outcome := run(t, page, probe)[probe.ID]
				assert.Equal(t, oracle.Unobservable, outcome.Read, via)
				assert.Equal(t, []string{"resource-timing"}, outcome.Events, via)
				assert.Len(t, w.requests(probe.ID), 1, via)
			}
		}
		filter := w.probe("css-filter", api, "")
		assert.Equal(t, []string{"resource-timing"}, run(t, page, filter)[filter.ID].Events, "it is not even sent")
		for query, events := range map[string][]string{"": {"resource-timing"}, "allow=*": {"resource-timing", "shape"}} {
			probe := w.probe("css-shape", api, query)
			assert.Equal(t, events, run(t, page, probe)[probe.ID].Events, query)
		}
	})
}

// Script learns of media, buttons and embedded images by what it may do with
// them, not by their address: a redirect can lead anywhere.
func TestOpaqueByWhatScriptMayDo(t *testing.T) {
	const app = "https://app.site.test"
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		page := open(t, start(t, w.options(binary)), pageURL)
		for _, via := range []oracle.Via{"img", "img-srcset", "svg-image", "imagebitmap", "canvas", "input-image", "audio", "video"} {
			there := w.probe(via, api, "")
			back := w.probe(via, app, "status=302&location="+api+"/~"+there.ID+"/x?via="+string(via))
			for _, c := range []struct {
				probe browser.Probe
				want  oracle.Read
			}{{w.probe(via, app, ""), oracle.Allowed}, {there, oracle.Opaque}, {back, oracle.Opaque}} {
				outcome := run(t, page, c.probe)[c.probe.ID]
				assert.Empty(t, outcome.Broken, via)
				assert.Equal(t, c.want, outcome.Read, "%s of %s", via, c.probe.URL)
			}
		}
	})
}
