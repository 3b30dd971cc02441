package webdriver

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
)

// engine is what differs between the browsers that classic WebDriver reaches.
type engine struct {
	key  string
	name string
	// args are the driver's arguments, for it to listen on a port of loopback.
	args func(port int) []string
	// capabilities are what a session asks for.
	capabilities func(o browser.Options) map[string]any
	// display is true where the browser has a window on an X or Wayland display.
	display bool
	// single is true where the machine has one session at a time, and so one
	// profile.
	single bool
}

// engineOf is the engine of a driver, which its file is named after.
func engineOf(driver string) engine {
	if strings.HasPrefix(filepath.Base(driver), "safaridriver") {
		return safari
	}
	return webKitGTK
}

var webKitGTK = engine{
	key: "webkit", name: "WebKitGTK", display: true,
	args: func(port int) []string { return []string{"--host=127.0.0.1", "--port=" + strconv.Itoa(port)} },
	capabilities: func(o browser.Options) map[string]any {
		return map[string]any{
			"webkitgtk:browserOptions": map[string]any{"binary": o.Binary, "args": webKitArguments(o)},
			// The servers' throw-away certificate. WebKit has no pin for one key.
			"acceptInsecureCerts": true,
			// A prompt would hold up all script of its page.
			"unhandledPromptBehavior": "dismiss",
		}
	},
}

// webKitArguments are MiniBrowser's.
func webKitArguments(o browser.Options) []string {
	// --automation is a profile that writes nothing to the disk.
	args := []string{"--automation"}
	if o.Proxy != "" {
		// The standard's own proxy capability serves plain http only here.
		args = append(args, "--proxy=http://"+o.Proxy)
	}
	return args
}

// Nobody has tried it: Safari has no switch for a proxy, so the machine's own
// must lead to the servers' names, and its keychain trust their certificate.
var safari = engine{
	key: "webkit", name: "Safari", single: true,
	args: func(port int) []string { return []string{"-p", strconv.Itoa(port)} },
	capabilities: func(browser.Options) map[string]any {
		return map[string]any{"browserName": "safari"}
	},
}
