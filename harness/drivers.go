package harness

import (
	"context"
	"fmt"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/bidi"
	"github.com/corsproof/corsproof/harness/browser/cdp"
	"github.com/corsproof/corsproof/harness/browser/webdriver"
)

// drivers start the browsers of each engine, or reach those that are somewhere
// else. A new driver is a line here.
var drivers = map[string]func(context.Context, browser.Options) (browser.Browser, error){
	browser.Chromium:  cdp.Start,
	browser.Firefox:   bidi.Start,
	browser.WebKit:    webdriver.Start,
	browser.DevTools:  cdp.Connect,
	browser.WebDriver: webdriver.Connect,
}

// lends has the ways to drive a browser that several runs can share: their
// drivers make a [browser.Lender].
var lends = map[string]bool{browser.Chromium: true}

// oneNetwork are the ways to drive a browser that cannot be given servers of
// other networks, and why.
var oneNetwork = map[string]string{
	browser.Firefox:   "Firefox tells networks apart by the address that it connects to, and that is the forward proxy's here",
	browser.WebKit:    "WebKit knows no networks apart: it lets the pages of all into each",
	browser.DevTools:  behindProxy,
	browser.WebDriver: behindProxy,
}

const behindProxy = "a browser that goes through a forward proxy cannot tell the networks behind it apart"

// Ask starts a browser that was found, hears from itself what it is, and ends
// it.
func Ask(ctx context.Context, found browser.Found) (browser.Info, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	b, err := start(ctx, found, browser.Options{})
	if err != nil {
		return browser.Info{}, err
	}
	return b.Info(), b.Close()
}

// start starts a browser that was found, by the driver of its engine.
func start(ctx context.Context, found browser.Found, o browser.Options) (browser.Browser, error) {
	drive := drivers[found.Way()]
	if drive == nil {
		return nil, fmt.Errorf("harness: nothing drives %s yet", found.Way())
	}
	o.Binary, o.Driver, o.Remote = found.Path, found.Driver, found.Remote
	return drive(ctx, o)
}
