package browsertest

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

func testBatch(t *testing.T, d Driver) {
	w := d.world
	page := Open(t, d.browser, PageURL)
	probes := make([]browser.Probe, 500)
	for i := range probes {
		probes[i] = w.Probe("fetch", API, "allow=*&delay=10ms")
	}
	// Outcomes come while the batch runs, not at its end.
	var first, last time.Time
	count := 0
	require.NoError(t, page.Run(Deadline(t), probes, func(o browser.Outcome) {
		if count++; count == 1 {
			first = time.Now()
		}
		last = time.Now()
		assert.Equal(t, oracle.Allowed, o.Read)
	}))
	assert.Equal(t, len(probes), count)
	assert.Greater(t, last.Sub(first), 200*time.Millisecond)
	assert.Error(t, page.Run(Deadline(t), []browser.Probe{probes[0], probes[0]}, nil))
	assert.NoError(t, page.Run(Deadline(t), nil, nil))
}

func testPage(t *testing.T, d Driver) {
	w, b := d.world, d.browser
	assert.NotEmpty(t, b.Info().Version)
	assert.Equal(t, d.Binary, b.Info().Binary)
	page := Open(t, b, PageURL)

	var sum struct{ A []int }
	require.NoError(t, page.Eval(Deadline(t), "Promise.resolve({a: [1, 2]})", &sum))
	assert.Equal(t, []int{1, 2}, sum.A)
	text := ""
	require.NoError(t, page.Eval(Deadline(t), `'\u0000\u00e9\u2028"'`, &text))
	assert.Equal(t, "\x00\u00e9\u2028\"", text)
	assert.NoError(t, page.Eval(Deadline(t), "undefined", nil))
	assert.ErrorContains(t, page.Eval(Deadline(t), "Promise.reject(new Error('no luck'))", nil), "no luck")
	assert.ErrorContains(t, page.Eval(Deadline(t), "nothing.at.all", nil), "nothing")
	assert.Error(t, page.Eval(Deadline(t), "no script", nil))
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, page.Eval(short, "new Promise(() => {})", nil), context.DeadlineExceeded)

	shot, err := page.Screenshot(Deadline(t))
	require.NoError(t, err)
	_, err = png.Decode(bytes.NewReader(shot))
	assert.NoError(t, err)

	// Whether they arrived, the servers know.
	before := w.arrived()
	assert.NoError(t, page.Sentinel(Deadline(t), []string{API + "/.corsproof/sentinel", "https://nowhere.test/"}))
	assert.Equal(t, before+1, w.arrived())

	require.NoError(t, page.Close())
	assert.Error(t, page.Run(Deadline(t), []browser.Probe{w.Probe("fetch", API, "")}, nil))
}

// Only what is mapped, loopback and localhost can be reached.
func testOrigins(t *testing.T, d Driver) {
	w, c := d.world, NewContext(t, d.browser)
	plain := strings.TrimPrefix(w.plain.URL, "http://127.0.0.1")
	for _, origin := range []string{
		"https://app.site.test", "https://app.site.test:8443", "http://app.site.test",
		"https://app.localhost", "http://localhost" + plain, "http://b.localhost" + plain, "http://127.0.0.1" + plain,
	} {
		page, err := c.Open(Deadline(t), browser.Document{URL: origin + "/.corsproof/page.html"})
		require.NoError(t, err)
		probe := w.Probe("fetch", strings.Replace(origin, "app.", "api.", 1), "allow=*")
		RunProbes(t, page, probe)
	}
	for _, origin := range []string{"https://example.com", "http://example.com", "https://app.site.test:444"} {
		if strings.HasPrefix(origin, "http:") && d.lacks(t, "errors of plain http") {
			continue
		}
		_, err := c.Open(Deadline(t), browser.Document{URL: origin + "/.corsproof/page.html"})
		assert.ErrorContains(t, err, origin)
	}
	_, err := c.Open(Deadline(t), browser.Document{URL: "about:blank"})
	assert.Error(t, err)
}

func testOriginError(t *testing.T, d Driver) {
	w := d.world
	w.Elsewhere = "https://app.site.test/.corsproof/page.html"
	c := NewContext(t, d.browser)
	_, err := c.Open(Deadline(t), browser.Document{URL: "http://app.site.test/.corsproof/elsewhere"})
	var wrong *browser.OriginError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "http://app.site.test", wrong.Want)
	assert.Equal(t, "https://app.site.test", wrong.Got)
}

// With several tabs open each is visible: a hidden one would request no CSS
// images and no fonts.
func testVisible(t *testing.T, d Driver) {
	w, b := d.world, d.browser
	c := NewContext(t, b)
	var pages []browser.Page
	for range 3 {
		page, err := c.Open(Deadline(t), browser.Document{URL: PageURL})
		require.NoError(t, err)
		pages = append(pages, page)
	}
	for _, page := range pages {
		image, font := w.Probe("css-image", API, ""), w.Probe("font-face", API, "allow=*")
		outcomes := RunProbes(t, page, image, font)
		assert.Len(t, w.Requests(image.ID), 1)
		assert.Equal(t, oracle.Allowed, outcomes[font.ID].Read)
		assert.NoError(t, page.Eval(Deadline(t), "new Promise(requestAnimationFrame)", nil))
	}
}

func testContexts(t *testing.T, d Driver) {
	w, b := d.world, d.browser
	app := oracle.Origin{Scheme: "https", Host: "app.site.test", Port: 443}
	one, two := NewContext(t, b), NewContext(t, b)
	require.NoError(t, one.SetCookies(Deadline(t), []oracle.Cookie{
		{On: app, Name: "a", Value: "1", Attributes: "Secure; HttpOnly"},
		{On: app, Name: "b", Value: "2", Path: "/elsewhere"},
		{On: app, Name: "c", Value: "3", Attributes: "Max-Age=0"},
		{On: app, Name: "d", Value: "4", Attributes: "Domain=site.test; SameSite=None; Secure; Max-Age=60"},
		{On: app, Name: "p", Value: "5", Attributes: "Secure; Partitioned"},
		{On: oracle.Origin{Scheme: "https", Host: "api.other.test", Port: 443}, Name: "e", Value: "6", Attributes: "Secure"},
	}))
	// Browsers differ in which they send first.
	cookies := func(c browser.Context) []string {
		page, err := c.Open(Deadline(t), browser.Document{URL: PageURL})
		require.NoError(t, err)
		probe := w.Probe("fetch", "https://app.site.test", "")
		RunProbes(t, page, probe)
		return strings.Split(w.Requests(probe.ID)[0].Header.Get("Cookie"), "; ")
	}
	assert.ElementsMatch(t, []string{"a=1", "d=4", "p=5"}, cookies(one))
	assert.Equal(t, []string{""}, cookies(two))
	assert.NoError(t, two.Close())
	assert.ElementsMatch(t, []string{"a=1", "d=4", "p=5"}, cookies(one))
}

// Death holds a driver to what is due when its browser dies, as its Kill makes it:
// that ends what runs in it, and leaves nothing.
func Death(t *testing.T, d Driver) {
	w := NewWorld(t)
	b, err := d.Start(Deadline(t), w.Options(d.Binary))
	require.NoError(t, err)
	defer b.Close()
	page := Open(t, b, PageURL)
	slow, done := slowRun(t, d, w, page)
	require.NoError(t, d.Kill(b))
	select {
	case err := <-done:
		assert.Error(t, err)
	case <-time.After(d.patience()):
		t.Fatal("Run hangs")
	}
	select {
	case <-b.Done():
	case <-time.After(d.patience()):
		t.Fatal("Done stays open")
	}
	assert.Error(t, page.Run(Deadline(t), []browser.Probe{slow}, nil))
	_, err = b.NewContext(Deadline(t))
	assert.Error(t, err)
	assert.NoError(t, b.Close())
	assert.Empty(t, Processes(os.Getenv("TMPDIR")))
}

// A page that crashes ends its batch and no other's.
func testCrash(t *testing.T, d Driver) {
	w := NewWorld(t)
	b := d.start(t, w.Options(d.Binary))
	crashing, other := Open(t, b, PageURL), Open(t, b, PageURL)
	_, done := slowRun(t, d, w, crashing)
	d.Crash(t, crashing)
	select {
	case err := <-done:
		assert.ErrorIs(t, err, d.Gone)
	case <-time.After(d.patience()):
		t.Fatal("Run hangs")
	}
	assert.Error(t, crashing.Eval(Deadline(t), "1", nil))
	RunProbes(t, other, w.Probe("fetch", API, "allow=*"))
	select {
	case <-b.Done():
		t.Fatal("the browser has gone with it")
	default:
	}
}

// slowRun runs a probe that takes long, and returns when its request is there;
// done gets what Run gives.
func slowRun(t *testing.T, d Driver, w *World, page browser.Page) (slow browser.Probe, done chan error) {
	slow = w.Probe("fetch", API, "allow=*&delay=2s")
	slow.Timeout = 20000
	done = make(chan error, 1)
	go func() { done <- page.Run(Deadline(t), []browser.Probe{slow}, func(browser.Outcome) {}) }()
	require.Eventually(t, func() bool { return len(w.Requests(slow.ID)) > 0 }, d.patience(), time.Millisecond)
	return slow, done
}
