package browsertest

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// What fires no event is over when Resource Timing knows it, refused or not;
// and text flows around a shape only where CORS gave the picture away.
func testPainted(t *testing.T, d Driver) {
	w := d.world
	page := Open(t, d.browser, PageURL)
	for _, via := range []oracle.Via{"css-image", "css-border", "css-cursor", "css-mask", "css-clip-path", "svg-feimage", "poster"} {
		if d.lacks(t, string(via)) {
			continue
		}
		for _, query := range []string{"", "allow=*"} {
			if failed := query == "" && needsCORS[via]; failed && d.lacks(t, "timing of what failed") {
				continue
			}
			probe := w.Probe(via, API, query)
			outcome := RunProbes(t, page, probe)[probe.ID]
			assert.Equal(t, oracle.Unobservable, outcome.Read, via)
			assert.Equal(t, []string{"resource-timing"}, outcome.Events, "%s %s", via, query)
			assert.Len(t, w.Requests(probe.ID), 1, "%s %s", via, query)
		}
	}
	if !d.lacks(t, "timing of what is not sent") {
		filter := w.Probe("css-filter", API, "")
		assert.Equal(t, []string{"resource-timing"}, RunProbes(t, page, filter)[filter.ID].Events)
	}
	for query, events := range map[string][]string{"": {"resource-timing"}, "allow=*": {"resource-timing", "shape"}} {
		if d.lacks(t, "shapes of images") {
			break
		}
		probe := w.Probe("css-shape", API, query)
		assert.Equal(t, events, RunProbes(t, page, probe)[probe.ID].Events, query)
	}
}

// needsCORS are the ways that ask with CORS.
var needsCORS = map[oracle.Via]bool{"css-mask": true, "css-clip-path": true}

// Script learns of media, buttons and embedded images by what it may do with
// them, not by their address: a redirect can lead anywhere.
func testOpaqueByWhatScriptMayDo(t *testing.T, d Driver) {
	const app = "https://app.site.test"
	w := d.world
	page := Open(t, d.browser, PageURL)
	for _, via := range []oracle.Via{"img", "img-srcset", "svg-image", "imagebitmap", "canvas", "input-image", "audio", "video"} {
		there := w.Probe(via, API, "")
		back := w.Probe(via, app, "status=302&location="+API+"/~"+there.ID+"/x?via="+string(via))
		for _, c := range []struct {
			probe browser.Probe
			want  oracle.Read
		}{{w.Probe(via, app, ""), oracle.Allowed}, {there, oracle.Opaque}, {back, oracle.Opaque}} {
			if c.probe.ID == back.ID && d.lacks(t, string(via)+" redirected") {
				continue
			}
			outcome := RunProbes(t, page, c.probe)[c.probe.ID]
			assert.Empty(t, outcome.Broken, via)
			assert.Equal(t, c.want, outcome.Read, "%s of %s", via, c.probe.URL)
		}
	}
}
