package report

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
)

// browserPath is the browser that shows the page.
func browserPath(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("CORSPROOF_CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium found; set CORSPROOF_CHROMIUM to one")
	return ""
}

// tab is a browser tab that keeps what its page complained about.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

func newTab(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browserPath(t)))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to run as root with it
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)

	b := &tab{t: t, ctx: ctx}
	require.NoError(t, chromedp.Do(ctx))
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *cdplog.EventEntryAdded:
			b.complain(fmt.Sprintf("%s: %s", ev.Entry.Level, ev.Entry.Text))
		case *runtime.EventExceptionThrown:
			b.complain(ev.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			b.complain("console." + string(ev.Type))
		}
	}))
	_, err := chromedp.Call(ctx, cdplog.Enable, cdp.Empty{})
	require.NoError(t, err)
	return b
}

func (b *tab) complain(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, s)
}

// quiet fails the test if the page has complained.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	assert.Empty(b.t, b.complaints)
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, expression)
	return v
}

// look sets the window's width and the colours the reader prefers.
func (b *tab) look(width int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 900))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(b.t, err)
}

// show writes a report to a file and opens it, at a fragment or "".
func (b *tab) show(run record.Run, records []record.Record, fragment string) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "report.html")
	require.NoError(b.t, os.WriteFile(path, []byte(renderHTML(b.t, run, records)), 0o600))
	url := "file://" + filepath.ToSlash(path)
	b.do(chromedp.Navigate(url + fragment))
	return url
}

func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("CORSPROOF_SHOTS")
	if dir == "" {
		return
	}
	require.NoError(b.t, os.MkdirAll(dir, 0o755))
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

// slash presses "/" as a keyboard does: one event that brings its text along,
// so that a page that takes the key keeps its text out of a field.
func (b *tab) slash() {
	b.t.Helper()
	for _, params := range []input.DispatchKeyEventParams{
		{Type: kb.KeyDown, Key: "/", Code: "Slash", Text: "/", WindowsVirtualKeyCode: 191},
		{Type: kb.KeyUp, Key: "/", Code: "Slash", WindowsVirtualKeyCode: 191},
	} {
		_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, params)
		require.NoError(b.t, err)
	}
}

// openAll opens all that can be: the first cell unpacks the records, which takes a while.
func (b *tab) openAll() {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('a.cell').click()`), chromedp.WaitVisible(chromedp.CSS(".panel")),
		chromedp.Evaluate[chromedp.Void](`for (const a of [...document.querySelectorAll('a.cell')].slice(1)) a.click(); for (const d of document.querySelectorAll('details')) d.open = true;`))
}

func TestPageRunsNothingOfAServer(t *testing.T) {
	b := newTab(t)
	run, records := smallRun()
	b.show(run, records, "")
	b.openAll()
	assert.Equal(t, 8, eval[int](b, `document.querySelectorAll('.panel').length`), "a row shows one case at a time")
	assert.Equal(t, "undefined", eval[string](b, `typeof window.pwned`))
	assert.Equal(t, 0, eval[int](b, `document.querySelectorAll('.panel script, .panel img, a[href^="javascript:"]').length`))
	assert.True(t, eval[bool](b, `[...document.querySelectorAll('.panel')].some((p) => p.textContent.includes('</script><script>window.pwned=1'))`), "it is shown as text")
	assert.True(t, eval[bool](b, `[...document.querySelectorAll('.ctl')].some((c) => c.textContent === '\\x1b')`), "control characters are made visible")
	b.quiet()

	// The policy is the second wall: markup that got in could not run.
	assert.Equal(t, "undefined", eval[string](b, `(() => {
		const s = document.createElement('script'); s.textContent = 'window.pwned = 6'; document.body.append(s);
		return typeof window.pwned; })()`))
}

func TestPageSearchAndFilter(t *testing.T) {
	b := newTab(t)
	run, records := manyRun(250)
	b.show(run, records, "")
	found := func() string { return eval[string](b, `document.getElementById('found').textContent`) }
	visible := func() int {
		return eval[int](b, `[...document.querySelectorAll('a.cell:not(.off)')].filter((a) => a.checkVisibility()).length`)
	}
	assert.Equal(t, "250 cases", found())
	assert.Equal(t, 250, visible())

	b.slash()
	b.do(chromedp.KeyEvent("put xhr"))
	assert.Equal(t, "put xhr", eval[string](b, `document.getElementById('search').value`))
	assert.Equal(t, "search", eval[string](b, `document.activeElement.id`))
	n := visible()
	assert.Equal(t, fmt.Sprintf("%d of 250 cases", n), found())
	assert.Positive(t, n)
	assert.Less(t, n, 20)
	b.shot("search")

	b.do(chromedp.KeyEvent(kb.Escape))
	assert.Equal(t, "250 cases", found())

	b.do(chromedp.Click(chromedp.CSS(`.chip.unexpected`)))
	assert.Equal(t, "1 of 250 cases", found())
	b.do(chromedp.Click(chromedp.CSS(`#clear`)))
	assert.Equal(t, "250 cases", found())

	b.do(chromedp.SetValue(chromedp.ID("by-via"), "canvas"), chromedp.Evaluate[chromedp.Void](`document.getElementById('by-via').dispatchEvent(new Event('input'))`))
	assert.Equal(t, fmt.Sprintf("%d of 250 cases", visible()), found())
	assert.Equal(t, 1, eval[int](b, `[...document.querySelectorAll('section.topic')].filter((s) => s.checkVisibility()).length`))

	b.slash()
	b.do(chromedp.KeyEvent("no such thing"))
	assert.Equal(t, "0 of 250 cases", found())
	assert.True(t, eval[bool](b, `document.getElementById('nothing').checkVisibility()`))
	b.quiet()
}

func TestPageKeys(t *testing.T) {
	b := newTab(t)
	run, records := manyRun(250)
	b.show(run, records, "")
	at := func() string { return eval[string](b, `document.activeElement.dataset.case ?? ''`) }

	b.slash()
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	assert.Equal(t, records[0].ID, at())
	b.do(chromedp.KeyEvent(kb.ArrowRight))
	assert.Equal(t, records[1].ID, at())
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	assert.Equal(t, records[3].ID, at(), "the same column of the next row")
	b.do(chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Home))
	assert.Equal(t, records[0].ID, at())

	b.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(".panel")))
	assert.Equal(t, 1, eval[int](b, `document.querySelectorAll('.panel').length`))
	assert.Equal(t, "true", eval[string](b, `document.activeElement.ariaExpanded`))
	assert.Equal(t, "#"+records[0].ID, eval[string](b, `location.hash`))
	assert.True(t, eval[bool](b, `document.activeElement.matches(':focus-visible') && getComputedStyle(document.activeElement).outlineStyle !== 'none'`), "the focus shows")

	b.do(chromedp.KeyEvent(kb.Tab))
	assert.True(t, eval[bool](b, `Boolean(document.activeElement.closest('.panel'))`), "Tab goes into what was opened")
	b.do(chromedp.KeyEvent(kb.Escape))
	assert.Equal(t, 0, eval[int](b, `document.querySelectorAll('.panel').length`))
	assert.Equal(t, records[0].ID, at(), "the focus comes back")
	assert.Empty(t, eval[string](b, `location.hash`))
	b.quiet()
}

func TestPageDeepLinks(t *testing.T) {
	b := newTab(t)
	run, records := smallRun()
	url := b.show(run, records, "#origins/one-allowed/fetch@firefox")
	b.do(chromedp.WaitVisible(chromedp.CSS(".panel")))
	assert.Equal(t, "Details of origins/one-allowed/fetch", eval[string](b, `document.querySelector('.panel').ariaLabel`))
	assert.Contains(t, eval[string](b, `document.querySelector('.panel header').textContent`), "Firefox 153.0")
	assert.True(t, eval[bool](b, `(() => { const r = document.activeElement.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; })()`), "in view")

	// A link in the page opens its case too, again after it was closed.
	for range 2 {
		b.do(chromedp.Click(chromedp.CSS(`.attention a[href="#preflight/hostile/no-answer/fetch"]`)))
		b.do(chromedp.WaitVisible(chromedp.CSS(`.panel[aria-label="Details of preflight/hostile/no-answer/fetch"]`)))
		b.do(chromedp.Click(chromedp.CSS(`.panel[aria-label="Details of preflight/hostile/no-answer/fetch"] .close`)))
	}
	for _, broken := range []string{"#%", "#no/such/case", "#search"} {
		b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(url+broken))
		assert.Equal(t, 0, eval[int](b, `document.querySelectorAll('.panel').length`), broken)
	}
	b.quiet()
}

func TestPageFitsEveryScreen(t *testing.T) {
	b := newTab(t)
	for name, fixture := range map[string]func() (record.Run, []record.Record){
		"small": smallRun,
		"many":  func() (record.Run, []record.Record) { return manyRun(250) },
		"three": func() (record.Run, []record.Record) { return threeRun(20) },
	} {
		run, records := fixture()
		b.show(run, records, "")
		for _, state := range []string{"closed", "open"} {
			if state == "open" {
				b.openAll()
			}
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{360, 768, 1280} {
					b.look(width, scheme)
					where := fmt.Sprintf("%s %s %s %d", name, state, scheme, width)
					b.shot(where)
					assert.LessOrEqual(t, eval[int64](b, `document.documentElement.scrollWidth`), width, where)
				}
			}
			b.look(360, "light")
			assert.Empty(t, eval[[]string](b, `[...document.querySelectorAll('main *, header *')].filter((e) => !e.closest('.scroll, .sr, thead') &&
				e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map((e) => e.outerHTML.slice(0, 120))`), "%s %s: nothing sticks out", name, state)
		}
	}
	b.quiet()
}

func TestPageTheme(t *testing.T) {
	b := newTab(t)
	run, records := smallRun()
	b.look(1280, "dark")
	// Over HTTP: of 200 reloads of a file, Chromium 156 forgot the file's
	// localStorage at eight, of 200 over HTTP at none.
	page := renderHTML(t, run, records)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, page)
	}))
	t.Cleanup(server.Close)
	b.do(chromedp.Navigate(server.URL))
	background := func() string { return eval[string](b, `getComputedStyle(document.body).backgroundColor`) }
	dark := background()
	assert.Equal(t, "Light", eval[string](b, `document.getElementById('theme').textContent`))
	b.do(chromedp.Click(chromedp.CSS("#theme")))
	light := background()
	assert.NotEqual(t, dark, light)
	b.do(chromedp.Reload())
	assert.Equal(t, light, background(), "the choice is kept")
	b.quiet()
}

func TestPageIsSaneForScreenReaders(t *testing.T) {
	b := newTab(t)
	run, records := smallRun()
	b.show(run, records, "")
	b.openAll()
	assert.Equal(t, 1, eval[int](b, `document.querySelectorAll('h1').length`))
	for _, landmark := range []string{"header", "nav[aria-label]", "main", "search"} {
		assert.Positive(t, eval[int](b, `document.querySelectorAll('`+landmark+`').length`), landmark)
	}
	assert.Empty(t, eval[[]string](b, `(() => {
		const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
		return ids.filter((id, i) => ids.indexOf(id) !== i);
	})()`), "ids stand once")
	assert.Empty(t, eval[[]string](b, `[...document.querySelectorAll('button, a, input, select')].filter((e) =>
		!(e.textContent.trim() || e.ariaLabel || (e.labels && e.labels.length))).map((e) => e.outerHTML)`), "every control has a name")
	assert.Empty(t, eval[[]string](b, `[...document.querySelectorAll('[aria-labelledby], [aria-controls], [aria-describedby]')].flatMap((e) =>
		['aria-labelledby', 'aria-describedby'].map((a) => e.getAttribute(a)).filter((id) => id && !document.getElementById(id)))`), "references resolve")
	assert.Empty(t, eval[[]string](b, `(() => {
		let last = 0; const jumps = [];
		for (const h of document.querySelectorAll('h1, h2, h3, h4')) { const n = +h.tagName[1]; if (n > last + 1) jumps.push(h.textContent); last = n; }
		return jumps; })()`), "no heading level is left out")
	assert.Contains(t, eval[string](b, `document.getElementById('origins/one-allowed/fetch').textContent`), "allowed, passed")
	b.quiet()
}

// A reader must not wait, at the largest run we expect either.
func TestPageStaysFast(t *testing.T) {
	b := newTab(t)
	run, records := threeRun(700)
	b.show(run, records, "")
	const opened = `await new Promise((done) => { const look = new MutationObserver(() => { if (document.querySelector('.panel')) { look.disconnect(); done(); } }); look.observe(document.body, { childList: true, subtree: true }); });`
	for _, test := range [][2]string{
		{"search", `document.getElementById('search').value = 'put'; document.getElementById('search').dispatchEvent(new Event('input'));`},
		{"first open", `document.querySelector('a.cell').click();` + opened},
		{"next open", `document.querySelectorAll('a.cell')[40].click();`},
	} {
		name, script := test[0], test[1]
		ms, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](`(async () => { const t = performance.now(); `+script+` document.body.offsetHeight; return performance.now() - t; })()`, chromedp.EvalAwaitPromise))
		require.NoError(t, err, name)
		t.Logf("%s: %.0f ms", name, ms)
		assert.Less(t, ms, 2000.0, name)
	}
	assert.Equal(t, 2100, eval[int](b, `document.querySelectorAll('a.cell').length`))
	b.quiet()
}
