package table

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
)

// TestPage reads the page as a person does: on a phone, in the dark, by keyboard.
func TestPage(t *testing.T) {
	found, err := browser.Find(browser.Chromium)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, HTML(&b, Publish(fixture())))
	path := filepath.Join(t.TempDir(), "middleware.html")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	url := "file://" + filepath.ToSlash(path)

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(found.Path))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to run as root with it
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	var mu sync.Mutex
	var complaints []string
	require.NoError(t, chromedp.Do(ctx))
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch ev := ev.(type) {
		case *cdplog.EventEntryAdded:
			complaints = append(complaints, ev.Entry.Text)
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, ev.ExceptionDetails.Text)
		}
	}))
	_, err = chromedp.Call(ctx, cdplog.Enable, cdp.Empty{})
	require.NoError(t, err)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		require.NoError(t, chromedp.Do(ctx, steps...))
	}
	eval := func(expression string) any {
		t.Helper()
		v, err := chromedp.Run(ctx, chromedp.Evaluate[any](expression))
		require.NoError(t, err, expression)
		return v
	}

	colours := map[any]bool{}
	for _, width := range []int64{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			do(chromedp.EmulateViewport(width, 900))
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			require.NoError(t, err)
			do(chromedp.Navigate(url))
			eval(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`)
			assert.Equal(t, true, eval(`document.documentElement.scrollWidth <= innerWidth`), "%s at %d: it scrolls sideways", scheme, width)
			colours[eval(`getComputedStyle(document.body).backgroundColor`)] = true
			if folder := os.Getenv("CORSPROOF_SHOTS"); folder != "" {
				png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(folder, "table-"+scheme+"-"+map[int64]string{360: "phone", 1280: "desk"}[width]+".png"), png, 0o644))
			}
		}
	}
	assert.Len(t, colours, 2, "light and dark")
	assert.EqualValues(t, 0, eval(`document.querySelectorAll('main script, img').length`))

	// An address opens what it names, also when it is followed by keyboard.
	do(chromedp.Navigate(url + "#alpha--three"))
	assert.Equal(t, true, eval(`document.getElementById('alpha--three').closest('details').open`))
	eval(`document.querySelector('a.cell').focus()`)
	do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowDown))
	assert.Equal(t, "#beta--two", eval(`document.activeElement.getAttribute('href')`))
	// The browser itself opens the details before the page hears of the new address, so the focus is what there is to wait for.
	do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(`summary:focus`)))
	assert.Equal(t, true, eval(`document.activeElement === document.getElementById('beta--two').closest('details').querySelector('summary')`))

	eval(`document.getElementById('theme').click()`)
	assert.Equal(t, "light", eval(`document.documentElement.dataset.theme`))
	mu.Lock()
	defer mu.Unlock()
	assert.Empty(t, complaints)
}
