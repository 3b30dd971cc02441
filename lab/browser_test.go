package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/bidi"
	"github.com/corsproof/corsproof/harness/browser/cdp"
	"github.com/corsproof/corsproof/harness/browser/webdriver"
)

// drivers start the engines that learners have.
var drivers = map[string]func(context.Context, browser.Options) (browser.Browser, error){
	browser.Chromium: cdp.Start, browser.Firefox: bidi.Start, browser.WebKit: webdriver.Start,
}

// inEachEngine opens the lab in each engine. An engine that is not on this machine is skipped, but not
// in CI.
func inEachEngine(t *testing.T, test func(*testing.T, *Lab, learnersTab)) {
	for engine, start := range drivers {
		t.Run(engine, func(t *testing.T) {
			found, err := browser.Find(engine)
			if err != nil && os.Getenv("CI") == "" {
				t.Skip(err)
			}
			require.NoError(t, err)
			log := &logbook{t: t, held: "/released", released: make(chan struct{})}
			l := openWith(t, Options{Headless: headlessHere(t), Log: log.add})
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			t.Cleanup(cancel)
			b, err := start(ctx, browser.Options{Binary: found.Path, Driver: found.Driver, Direct: true, Log: t.Logf})
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, b.Close()) })
			profile, err := b.NewContext(ctx)
			require.NoError(t, err)
			page, err := profile.Open(ctx, browser.Document{URL: l.Origin() + "/", Foreign: true})
			require.NoError(t, err)
			tab := learnersTab{t, ctx, engine, profile, page, log}
			tab.until(`document.querySelector('#main h1')`)
			test(t, l, tab)
		})
	}
}

// logbook is what a lab has said.
type logbook struct {
	t      *testing.T
	mu     sync.Mutex
	wanted map[string]chan struct{}
	// The request of which the lab says something with held in it has no answer before
	// released is closed.
	held     string
	released chan struct{}
}

func (b *logbook) add(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	b.t.Log(line)
	if strings.Contains(line, b.held) {
		<-b.released
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for text, said := range b.wanted {
		if strings.Contains(line, text) {
			close(said)
			delete(b.wanted, text)
		}
	}
}

// wait is closed when the lab says something with that text in it.
func (b *logbook) wait(text string) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := make(chan struct{})
	if b.wanted == nil {
		b.wanted = map[string]chan struct{}{}
	}
	b.wanted[text] = said
	return said
}

// headlessHere is the browser for what the learner's own cannot do.
func headlessHere(t *testing.T) *browser.Found {
	found, err := browser.Find(browser.Chromium)
	if err != nil && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	require.NoError(t, err)
	return &found
}

// learnersTab is the lab in a tab of a learner's.
type learnersTab struct {
	*testing.T
	ctx     context.Context
	engine  string
	profile browser.Context
	page    browser.Page
	log     *logbook
}

// do runs script in the tab and decodes what it comes to.
func (tab learnersTab) do(script string, into any, args ...any) {
	tab.Helper()
	for i := range args {
		data, err := json.Marshal(args[i])
		require.NoError(tab, err)
		args[i] = data
	}
	err := tab.page.Eval(tab.ctx, fmt.Sprintf(script, args...), into)
	if err != nil {
		var text string
		tab.page.Eval(tab.ctx, "document.body.innerText", &text)
		tab.Logf("the page shows: %.2000s", text)
	}
	require.NoError(tab, err)
}

// until waits for what script says to be true: it is asked at each change of the
// document.
func (tab learnersTab) until(script string, args ...any) {
	tab.Helper()
	tab.do(`new Promise((resolve, reject) => {
		const look = () => { if (`+script+`) { seen.disconnect(); clearTimeout(late); resolve(true); } };
		const seen = new MutationObserver(look);
		const late = setTimeout(() => reject(new Error('it never came')), 60000);
		seen.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
		look();
	})`, nil, args...)
}

// screenshot looks at the page, if a folder for pictures is given.
func (tab learnersTab) screenshot(name string) {
	folder := os.Getenv("CORSPROOF_SCREENSHOTS")
	if folder == "" {
		return
	}
	png, err := tab.page.Screenshot(tab.ctx)
	require.NoError(tab, err)
	require.NoError(tab, os.WriteFile(folder+"/"+tab.engine+"-"+name+".png", png, 0o644))
}
