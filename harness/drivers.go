package harness

import (
	"context"
	"fmt"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/bidi"
	"github.com/corsproof/corsproof/harness/browser/cdp"
	"github.com/corsproof/corsproof/harness/browser/webdriver"
)

// drivers start the browsers of each engine. A new driver is a line here.
var drivers = map[string]func(context.Context, browser.Options) (browser.Browser, error){
	browser.Chromium: cdp.Start,
	browser.Firefox:  bidi.Start,
	browser.WebKit:   webdriver.Start,
}

// oneNetwork are the engines whose browsers cannot be given servers of other
// networks, and why.
var oneNetwork = map[string]string{
	browser.Firefox: "Firefox tells networks apart by the address that it connects to, and that is the forward proxy's here",
	browser.WebKit:  "WebKit knows no networks apart: it lets the pages of all into each",
}

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
	drive := drivers[found.Engine()]
	if drive == nil {
		return nil, fmt.Errorf("harness: nothing drives %s yet", found.Engine())
	}
	o.Binary, o.Driver = found.Path, found.Driver
	return drive(ctx, o)
}
