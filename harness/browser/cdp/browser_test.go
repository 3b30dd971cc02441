package cdp

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// TestMain fails if a browser or a profile outlives the tests.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "cdp")
	if err != nil {
		panic(err)
	}
	os.Setenv("TMPDIR", dir)
	code := m.Run()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 && code == 0 {
		fmt.Fprintln(os.Stderr, "left behind:", left)
		code = 1
	}
	if left := processes(dir); len(left) > 0 && code == 0 {
		fmt.Fprintln(os.Stderr, "still running:", left)
		code = 1
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// processes are the command lines that name a path (on Linux only).
func processes(path string) []string {
	var found []string
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		if line, err := os.ReadFile(file); err == nil && bytes.Contains(line, []byte(path)) {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

func TestBatch(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		page := open(t, start(t, w.options(binary)), pageURL)
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
	})
}

func TestPage(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		b := start(t, w.options(binary))
		assert.NotEmpty(t, b.Info().Version)
		assert.Equal(t, binary, b.Info().Binary)
		page := open(t, b, pageURL)

		var sum struct{ A []int }
		require.NoError(t, page.Eval(deadline(t), "Promise.resolve({a: [1, 2]})", &sum))
		assert.Equal(t, []int{1, 2}, sum.A)
		assert.ErrorContains(t, page.Eval(deadline(t), "Promise.reject(new Error('no luck'))", nil), "no luck")
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		assert.ErrorIs(t, page.Eval(short, "new Promise(() => {})", nil), context.DeadlineExceeded)

		shot, err := page.Screenshot(deadline(t))
		require.NoError(t, err)
		_, err = png.Decode(bytes.NewReader(shot))
		assert.NoError(t, err)

		// Whether they arrived, the servers know.
		assert.NoError(t, page.Sentinel(deadline(t), []string{api + "/.corsproof/sentinel", "https://nowhere.test/"}))
		w.mu.Lock()
		assert.Equal(t, 1, w.sentinels)
		w.mu.Unlock()

		require.NoError(t, page.Close())
		assert.Error(t, page.Run(deadline(t), []browser.Probe{w.probe("fetch", api, "")}, nil))
	})
}

// Only what is mapped, loopback and localhost can be reached.
func TestOrigins(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		b := start(t, w.options(binary))
		plain := strings.TrimPrefix(w.plain.URL, "http://127.0.0.1")
		for _, origin := range []string{
			"https://app.site.test", "https://app.site.test:8443", "http://app.site.test",
			"https://app.localhost", "http://localhost" + plain, "http://b.localhost" + plain, "http://127.0.0.1" + plain,
		} {
			page := open(t, b, origin+"/.corsproof/page.html")
			probe := w.probe("fetch", strings.Replace(origin, "app.", "api.", 1), "allow=*")
			run(t, page, probe)
		}
		c, err := b.NewContext(deadline(t))
		require.NoError(t, err)
		for _, origin := range []string{"https://example.com", "https://app.site.test:444"} {
			_, err := c.Open(deadline(t), browser.Document{URL: origin + "/.corsproof/page.html"})
			assert.ErrorContains(t, err, origin)
		}
		_, err = c.Open(deadline(t), browser.Document{URL: "about:blank"})
		assert.Error(t, err)
	})
}

func TestOriginError(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		w.elsewhere = "https://app.site.test/.corsproof/page.html"
		c, err := start(t, w.options(binary)).NewContext(deadline(t))
		require.NoError(t, err)
		_, err = c.Open(deadline(t), browser.Document{URL: "http://app.site.test/.corsproof/elsewhere"})
		var wrong *browser.OriginError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, "http://app.site.test", wrong.Want)
		assert.Equal(t, "https://app.site.test", wrong.Got)
	})
}

// With several tabs open each is visible: a hidden one would request no CSS
// images and no fonts.
func TestVisible(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		b := start(t, w.options(binary))
		c, err := b.NewContext(deadline(t))
		require.NoError(t, err)
		var pages []browser.Page
		for range 3 {
			page, err := c.Open(deadline(t), browser.Document{URL: pageURL})
			require.NoError(t, err)
			pages = append(pages, page)
		}
		for _, page := range pages {
			image, font := w.probe("css-image", api, ""), w.probe("font-face", api, "allow=*")
			outcomes := run(t, page, image, font)
			assert.Len(t, w.requests(image.ID), 1)
			assert.Equal(t, oracle.Allowed, outcomes[font.ID].Read)
			assert.NoError(t, page.Eval(deadline(t), "new Promise(requestAnimationFrame)", nil))
		}
	})
}

func TestContexts(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		b := start(t, w.options(binary))
		app := oracle.Origin{Scheme: "https", Host: "app.site.test", Port: 443}
		one, err := b.NewContext(deadline(t))
		require.NoError(t, err)
		require.NoError(t, one.SetCookies(deadline(t), []oracle.Cookie{
			{On: app, Name: "a", Value: "1", Attributes: "Secure; HttpOnly"},
			{On: app, Name: "b", Value: "2", Path: "/elsewhere"},
			{On: app, Name: "c", Value: "3", Attributes: "Max-Age=0"},
			{On: app, Name: "d", Value: "4", Attributes: "Domain=site.test; SameSite=None; Secure; Max-Age=60"},
			{On: app, Name: "p", Value: "5", Attributes: "Secure; Partitioned"},
		}))
		cookies := func(c browser.Context) string {
			page, err := c.Open(deadline(t), browser.Document{URL: pageURL})
			require.NoError(t, err)
			probe := w.probe("fetch", "https://app.site.test", "")
			run(t, page, probe)
			return w.requests(probe.ID)[0].Header.Get("Cookie")
		}
		assert.Equal(t, "a=1; d=4; p=5", cookies(one))
		two, err := b.NewContext(deadline(t))
		require.NoError(t, err)
		assert.Empty(t, cookies(two))
		assert.NoError(t, two.Close())
		assert.Equal(t, "a=1; d=4; p=5", cookies(one))
	})
}

// A browser that dies ends what runs in it, and leaves nothing.
func TestDeath(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		b, err := Start(deadline(t), w.options(binary))
		require.NoError(t, err)
		defer b.Close()
		page := open(t, b, pageURL)
		slow := w.probe("fetch", api, "allow=*&delay=2s")
		slow.Timeout = 20000
		done := make(chan error, 1)
		go func() { done <- page.Run(deadline(t), []browser.Probe{slow}, func(browser.Outcome) {}) }()
		require.Eventually(t, func() bool { return len(w.requests(slow.ID)) > 0 }, 5*time.Second, time.Millisecond)

		require.NoError(t, b.(*chromium).conn.Process().Kill())
		select {
		case err := <-done:
			assert.Error(t, err)
		case <-time.After(5 * time.Second):
			t.Fatal("Run hangs")
		}
		select {
		case <-b.Done():
		case <-time.After(5 * time.Second):
			t.Fatal("Done stays open")
		}
		assert.Error(t, page.Run(deadline(t), []browser.Probe{slow}, nil))
		_, err = b.NewContext(deadline(t))
		assert.Error(t, err)
		assert.NoError(t, b.Close())
		assert.Empty(t, processes(os.Getenv("TMPDIR")))
	})
}

// A page that crashes ends its batch and no other's.
func TestCrash(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		b := start(t, w.options(binary))
		crashing, other := open(t, b, pageURL), open(t, b, pageURL)
		slow := w.probe("fetch", api, "allow=*&delay=2s")
		done := make(chan error, 1)
		go func() { done <- crashing.Run(deadline(t), []browser.Probe{slow}, func(browser.Outcome) {}) }()
		require.Eventually(t, func() bool { return len(w.requests(slow.ID)) > 0 }, 5*time.Second, time.Millisecond)
		go crashing.(*page).target.Call(deadline(t), "Page.crash", nil, nil)
		select {
		case err := <-done:
			assert.ErrorIs(t, err, errGone)
		case <-time.After(5 * time.Second):
			t.Fatal("Run hangs")
		}
		assert.Error(t, crashing.Eval(deadline(t), "1", nil))
		run(t, other, w.probe("fetch", api, "allow=*"))
	})
}

func TestStartErrors(t *testing.T) {
	_, err := Start(deadline(t), browser.Options{Binary: "/nonexistent/chromium"})
	assert.ErrorContains(t, err, "/nonexistent/chromium")

	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Start(canceled, newWorld(t).options(binaries(t)[0]))
	assert.ErrorIs(t, err, context.Canceled)

	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	o := newWorld(t).options(binaries(t)[0])
	o.Headed = true
	if _, err = Start(deadline(t), o); err != nil { // only Linux can tell
		assert.ErrorContains(t, err, "DISPLAY")
	}
}
