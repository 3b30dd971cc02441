package webdriver

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/bidi"
	"github.com/corsproof/corsproof/harness/browser/cdp"
)

// product is what differs between the browsers that a server is asked for.
type product struct {
	key, name string
	names     []string // as capabilities have them: browserName
	// ask adds to the capabilities what lets the browser find the servers and
	// take their certificate.
	ask func(wanted map[string]any, o browser.Options) error
}

// products are by name. Without a name it is the first.
var products = []product{
	{"chrome", "Chrome", []string{"chrome", "chromium"}, askChromium("goog:chromeOptions")},
	{"chrome-headless-shell", "Chrome Headless Shell", []string{"chrome-headless-shell"}, askChromium("goog:chromeOptions")},
	{"edge", "Microsoft Edge", []string{"MicrosoftEdge", "msedge"}, askChromium("ms:edgeOptions")},
	{"firefox", "Firefox", []string{"firefox"}, askFirefox},
	{"webkit", "WebKitGTK", []string{"MiniBrowser", "WebKitGTK", "epiphany"}, askWebKit},
	{"webkit", "Safari", []string{"safari"}, func(map[string]any, browser.Options) error { return nil }},
}

func productOf(browserName string) (product, error) {
	var all []string
	for _, p := range products {
		all = append(all, p.names...)
		if slices.ContainsFunc(p.names, func(name string) bool { return strings.EqualFold(name, browserName) }) {
			return p, nil
		}
	}
	return product{}, fmt.Errorf("nothing here drives a browser called %q; there are %s", browserName, strings.Join(all, ", "))
}

// wantedOf are the capabilities that a session is to have: those that the options
// name, and what a run needs.
func wantedOf(o browser.Options) (map[string]any, error) {
	wanted := maps.Clone(o.Remote.Capabilities)
	if wanted["browserName"] == nil {
		wanted["browserName"] = products[0].names[0]
	}
	name, _ := wanted["browserName"].(string)
	p, err := productOf(name)
	if err != nil {
		return nil, err
	}
	return wanted, p.ask(wanted, o)
}

// optionsOf is a copy of the vendor's own options in the capabilities, for more to
// be added.
func optionsOf(wanted map[string]any, key string) map[string]any {
	given, _ := wanted[key].(map[string]any)
	options := maps.Clone(given)
	if options == nil {
		options = map[string]any{}
	}
	wanted[key] = options
	return options
}

// addArguments adds to those that the options have.
func addArguments(options map[string]any, arguments ...string) {
	list, _ := options["args"].([]any)
	list = slices.Clone(list)
	for _, argument := range arguments {
		list = append(list, argument)
	}
	options["args"] = list
}

func askChromium(key string) func(map[string]any, browser.Options) error {
	return func(wanted map[string]any, o browser.Options) error {
		addArguments(optionsOf(wanted, key), cdp.Arguments(o)...)
		return nil
	}
}

func askFirefox(wanted map[string]any, o browser.Options) error {
	preferences, err := bidi.Preferences(o)
	if err != nil {
		return err
	}
	options := optionsOf(wanted, "moz:firefoxOptions")
	if !o.Headed {
		addArguments(options, "-headless")
	}
	given, _ := options["prefs"].(map[string]any)
	for name, value := range given {
		if _, ours := preferences[name]; !ours {
			preferences[name] = value
		}
	}
	options["prefs"] = preferences
	// The servers' throw-away certificate: no name leads to any other server.
	wanted["acceptInsecureCerts"], wanted["webSocketUrl"] = true, true
	return nil
}

func askWebKit(wanted map[string]any, o browser.Options) error {
	options := optionsOf(wanted, "webkitgtk:browserOptions")
	for name, value := range webKitGTK.capabilities(o) {
		if name != "webkitgtk:browserOptions" {
			wanted[name] = value
		}
	}
	addArguments(options, webKitArguments(o)...)
	return nil
}
