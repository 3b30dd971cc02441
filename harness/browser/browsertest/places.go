package browsertest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// The pages of a profile are all visible, a hidden one would request no CSS images
// and no fonts, and run at once: none answers in another's place.
func testPages(t *testing.T, d Driver) {
	w := d.world
	c := NewContext(t, d.browser)
	origins := []string{"https://app.site.test", "https://b.test", "https://c.test"}
	var pages []browser.Page
	for _, origin := range origins {
		page, err := c.Open(Deadline(t), browser.Document{URL: origin + "/.corsproof/page.html"})
		require.NoError(t, err)
		pages = append(pages, page)
	}
	done := make(chan bool)
	for i, page := range pages {
		go func() {
			defer func() { done <- true }()
			for range 3 {
				image, fetch := w.Probe("css-image", API, ""), w.Probe("fetch", API, "allow=*&delay=50ms")
				outcomes := RunProbes(t, page, image, fetch)
				assert.Len(t, outcomes, 2)
				assert.Len(t, w.Requests(image.ID), 1)
				assert.Equal(t, origins[i], w.Requests(fetch.ID)[0].Header.Get("Origin"))
				var origin string
				assert.NoError(t, page.Eval(Deadline(t), "new Promise(requestAnimationFrame).then(() => origin)", &origin))
				assert.Equal(t, origins[i], origin)
			}
		}()
	}
	for range pages {
		<-done
	}
	require.NoError(t, pages[1].Close())
	assert.NoError(t, pages[0].Eval(Deadline(t), "1", nil))
	require.NoError(t, pages[2].Close())
	require.NoError(t, pages[0].Close())
	again, err := c.Open(Deadline(t), browser.Document{URL: PageURL})
	require.NoError(t, err)
	assert.NoError(t, again.Eval(Deadline(t), "1", nil))
}

// Probes run in frames and workers, of which each has the origin that it should.
func testPlaces(t *testing.T, d Driver) {
	w := d.world
	page := Open(t, d.browser, PageURL)
	sandbox := "allow-scripts"
	tests := []struct {
		origin string
		frames []browser.Frame
	}{
		{"https://app.site.test", nil},
		{"null", []browser.Frame{{Kind: "opaque-sandbox"}}},
		{"null", []browser.Frame{{Kind: "opaque-srcdoc"}}},
		{"null", []browser.Frame{{Kind: "opaque-data"}}},
		{"https://app.site.test", []browser.Frame{{Kind: "worker"}}},
		{"https://app.site.test", []browser.Frame{{Kind: "shared-worker"}}},
		{"https://app.site.test", []browser.Frame{{Kind: "blob-worker"}}},
		{"null", []browser.Frame{{Kind: "opaque-data-worker"}}},
		{"https://app.site.test", []browser.Frame{{Kind: "worker", Blocks: true}}},
		{"https://b.test", []browser.Frame{{URL: "https://b.test/.corsproof/page.html"}}},
		{"https://b.test", []browser.Frame{{URL: "https://b.test/.corsproof/page.html"}, {Kind: "worker"}}},
		{"null", []browser.Frame{{URL: "https://b.test/.corsproof/page.html", Sandbox: &sandbox}}},
	}
	var probes []browser.Probe
	for _, test := range tests {
		probe := w.Probe("fetch", API, "allow=*")
		probe.Frames, probe.Origin = test.frames, test.origin
		probes = append(probes, probe)
	}
	outcomes := RunProbes(t, page, probes...)
	for i, test := range tests {
		outcome := outcomes[probes[i].ID]
		assert.Equal(t, oracle.Allowed, outcome.Read, "%v: %+v", test.frames, outcome)
		if requests := w.Requests(probes[i].ID); assert.Len(t, requests, 1, test.frames) {
			assert.Equal(t, test.origin, requests[0].Header.Get("Origin"), test.frames)
		}
	}
	wrong := w.Probe("fetch", API, "")
	wrong.Frames, wrong.Origin = []browser.Frame{{URL: "https://c.test/.corsproof/page.html"}}, "https://b.test"
	assert.ErrorContains(t, page.Run(Deadline(t), []browser.Probe{wrong}, nil), "https://c.test, not https://b.test")
}

// A worker that answers no more takes with it what is in it, and what was still to
// go there; the page and its other places go on.
func testLostPlace(t *testing.T, d Driver) {
	w := NewWorld(t)
	w.More = "if (!corsproof.inDocument) corsproof.way('endless', () => { for (;;); });"
	page := Open(t, d.start(t, w.Options(d.Binary)), PageURL)
	in := func(via oracle.Via, kind string) browser.Probe {
		probe := w.Probe(via, API, "allow=*")
		probe.Timeout = 500
		if kind != "" {
			probe.Frames, probe.Origin = []browser.Frame{{Kind: kind}}, "https://app.site.test"
		}
		return probe
	}
	before := in("fetch", "worker")
	assert.Equal(t, oracle.Allowed, RunProbes(t, page, before)[before.ID].Read)
	endless, beside := in("endless", "worker"), in("fetch", "worker")
	others := []browser.Probe{in("fetch", ""), in("fetch", "blob-worker"), in("fetch", "shared-worker")}
	outcomes := RunProbes(t, page, append(others, endless, beside)...)
	for _, lost := range []browser.Probe{endless, beside} {
		assert.Contains(t, outcomes[lost.ID].Lost, "does not answer")
		assert.Empty(t, outcomes[lost.ID].Broken)
	}
	for _, other := range others {
		assert.Equal(t, oracle.Allowed, outcomes[other.ID].Read, "%v: %+v", other.Frames, outcomes[other.ID])
	}
	after := in("fetch", "worker")
	assert.Contains(t, RunProbes(t, page, after)[after.ID].Lost, "does not answer")
}

// A page whose policy lets no script in gets it from the driver, in a frame too.
func testPolicy(t *testing.T, d Driver) {
	w := NewWorld(t)
	o := w.Options(d.Binary)
	o.Script = string(fixtures.ProbeJS())
	b := d.start(t, o)
	const strict = "/.corsproof/document-1/page.html"
	page := Open(t, b, "https://app.site.test"+strict)
	own := w.Probe("fetch", API, "allow=*")
	assert.Equal(t, oracle.Allowed, RunProbes(t, page, own)[own.ID].Read)
	script := w.Probe("script", API, "")
	assert.Equal(t, oracle.Blocked, RunProbes(t, page, script)[script.ID].Read)
	assert.Empty(t, w.Requests(script.ID))

	page = Open(t, b, PageURL)
	framed := w.Probe("fetch", API, "allow=*")
	framed.Frames, framed.Origin = []browser.Frame{{URL: "https://b.test" + strict}}, "https://b.test"
	assert.Equal(t, oracle.Allowed, RunProbes(t, page, framed)[framed.ID].Read)
	assert.Equal(t, "https://b.test", w.Requests(framed.ID)[0].Header.Get("Origin"))

	o.Script = ""
	_, err := NewContext(t, d.start(t, o)).Open(Deadline(t), browser.Document{URL: "https://app.site.test" + strict})
	assert.ErrorContains(t, err, "probe.js has not run")
}
