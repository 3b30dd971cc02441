package webdriver

import (
	"bytes"
	"context"
	"image/png"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

func TestBatch(t *testing.T) {
	w := newWorld(t)
	page := open(t, start(t, w.options(t)), pageURL)
	probes := make([]browser.Probe, 500)
	for i := range probes {
		probes[i] = w.probe("fetch", api, "allow=*&delay=10ms")
	}
	// Outcomes come while the batch runs, not at its end.
	var first, last time.Time
	count := 0
	require.NoError(t, page.Run(deadline(t), probes, func(o browser.Outcome) {
		if count++; count == 1 {
			first = time.Now()
		}
		last = time.Now()
		assert.Equal(t, oracle.Allowed, o.Read)
	}))
	assert.Equal(t, len(probes), count)
	assert.Greater(t, last.Sub(first), 200*time.Millisecond)
	assert.Error(t, page.Run(deadline(t), []browser.Probe{probes[0], probes[0]}, nil))
	assert.NoError(t, page.Run(deadline(t), nil, nil))
}

func TestPage(t *testing.T) {
	w := newWorld(t)
	page := open(t, start(t, w.options(t)), pageURL)
	var sum struct{ A []int }
	require.NoError(t, page.Eval(deadline(t), "Promise.resolve({a: [1, 2]})", &sum))
	assert.Equal(t, []int{1, 2}, sum.A)
	text := ""
	require.NoError(t, page.Eval(deadline(t), `'\u0000\u00e9\u2028"'`, &text))
	assert.Equal(t, "\x00\u00e9\u2028\"", text)
	assert.NoError(t, page.Eval(deadline(t), "undefined", nil))
	assert.ErrorContains(t, page.Eval(deadline(t), "Promise.reject(new Error('no luck'))", nil), "no luck")
	assert.ErrorContains(t, page.Eval(deadline(t), "nothing.at.all", nil), "nothing")
	assert.Error(t, page.Eval(deadline(t), "no script", nil))
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, page.Eval(short, "new Promise(() => {})", nil), context.DeadlineExceeded)

	shot, err := page.Screenshot(deadline(t))
	require.NoError(t, err)
	_, err = png.Decode(bytes.NewReader(shot))
	assert.NoError(t, err)
	assert.Error(t, page.Manifest(deadline(t)))

	// Whether they arrived, the servers know.
	assert.NoError(t, page.Sentinel(deadline(t), []string{api + "/.corsproof/sentinel", "https://example.com/"}))
	w.mu.Lock()
	assert.Equal(t, 1, w.sentinels)
	w.mu.Unlock()

	require.NoError(t, page.Close())
	assert.Error(t, page.Run(deadline(t), []browser.Probe{w.probe("fetch", api, "")}, nil))
}

// The pages of a profile are all visible, a hidden one would request no CSS images
// and no fonts, and run at once: none answers in another's place.
func TestPages(t *testing.T) {
	w := newWorld(t)
	c, err := start(t, w.options(t)).NewContext(deadline(t))
	require.NoError(t, err)
	origins := []string{"https://app.site.test", "https://b.test", "https://c.test"}
	var pages []browser.Page
	for _, origin := range origins {
		page, err := c.Open(deadline(t), browser.Document{URL: origin + "/.corsproof/page.html"})
		require.NoError(t, err)
		pages = append(pages, page)
	}
	done := make(chan bool)
	for i, page := range pages {
		go func() {
			defer func() { done <- true }()
			for range 3 {
				image, fetch := w.probe("css-image", api, ""), w.probe("fetch", api, "allow=*&delay=50ms")
				outcomes := run(t, page, image, fetch)
				assert.Len(t, outcomes, 2)
				assert.Len(t, w.requests(image.ID), 1)
				assert.Equal(t, origins[i], w.requests(fetch.ID)[0].Header.Get("Origin"))
				var origin string
				assert.NoError(t, page.Eval(deadline(t), "new Promise(requestAnimationFrame).then(() => origin)", &origin))
				assert.Equal(t, origins[i], origin)
			}
		}()
	}
	for range pages {
		<-done
	}
	require.NoError(t, pages[1].Close())
	assert.NoError(t, pages[0].Eval(deadline(t), "1", nil))
	require.NoError(t, pages[2].Close())
	require.NoError(t, pages[0].Close())
	again, err := c.Open(deadline(t), browser.Document{URL: pageURL})
	require.NoError(t, err)
	assert.NoError(t, again.Eval(deadline(t), "1", nil))
}

// Probes run in frames and workers, of which each has the origin that it should.
func TestPlaces(t *testing.T) {
	w := newWorld(t)
	page := open(t, start(t, w.options(t)), pageURL)
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
		probe := w.probe("fetch", api, "allow=*")
		probe.Frames, probe.Origin = test.frames, test.origin
		probes = append(probes, probe)
	}
	outcomes := run(t, page, probes...)
	for i, test := range tests {
		outcome := outcomes[probes[i].ID]
		assert.Equal(t, oracle.Allowed, outcome.Read, "%v: %+v", test.frames, outcome)
		if requests := w.requests(probes[i].ID); assert.Len(t, requests, 1, test.frames) {
			assert.Equal(t, test.origin, requests[0].Header.Get("Origin"), test.frames)
		}
	}
	wrong := w.probe("fetch", api, "")
	wrong.Frames, wrong.Origin = []browser.Frame{{URL: "https://c.test/.corsproof/page.html"}}, "https://b.test"
	assert.ErrorContains(t, page.Run(deadline(t), []browser.Probe{wrong}, nil), "https://c.test, not https://b.test")
}

// A page whose policy lets no script in gets it from the driver, in a frame too.
func TestPolicy(t *testing.T) {
	w := newWorld(t)
	o := w.options(t)
	b := start(t, o)
	const strict = "/.corsproof/document-1/page.html"
	page := open(t, b, "https://app.site.test"+strict)
	own := w.probe("fetch", api, "allow=*")
	assert.Equal(t, oracle.Allowed, run(t, page, own)[own.ID].Read)
	script := w.probe("script", api, "")
	assert.Equal(t, oracle.Blocked, run(t, page, script)[script.ID].Read)
	assert.Empty(t, w.requests(script.ID))

	page = open(t, b, pageURL)
	framed := w.probe("fetch", api, "allow=*")
	framed.Frames, framed.Origin = []browser.Frame{{URL: "https://b.test" + strict}}, "https://b.test"
	assert.Equal(t, oracle.Allowed, run(t, page, framed)[framed.ID].Read)
	assert.Equal(t, "https://b.test", w.requests(framed.ID)[0].Header.Get("Origin"))

	o.Script = ""
	c, err := start(t, o).NewContext(deadline(t))
	require.NoError(t, err)
	_, err = c.Open(deadline(t), browser.Document{URL: "https://app.site.test" + strict})
	assert.ErrorContains(t, err, "probe.js has not run")
}
