package cdp

import (
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness/browser"
)

// flag is a browser switch. Each says why it is there: a flag without a reason
// (and, where one can be written, a test) makes this browser another one than
// its users have.
type flag struct {
	name  string
	value any // a string, or true
}

// flags are the switches for a browser. chromedp adds the pipe, a profile of
// its own, and, as root only, --no-sandbox: Chromium refuses to start without.
func flags(o browser.Options) []flag {
	list := []flag{
		// Production names on loopback, and no other name at all: neither a
		// case nor the browser's own updates and experiments leave the machine.
		{"host-resolver-rules", resolverRules(o.Mappings)},
		// A proxy from the environment would stand between page and server.
		// (--no-proxy-server says the same, but not to headless-shell.)
		{"proxy-server", "direct://"},
		// One key is good for all names; any other certificate error stands.
		{"ignore-certificate-errors-spki-list", o.SPKI},
		// An Alt-Svc header would move later requests to QUIC, where no
		// server of ours listens.
		{"disable-quic", true},
		// One list: a second such flag would replace the first.
		{"disable-features", strings.Join([]string{
			// Both turn http navigations of mapped names into https.
			"HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
		}, ",")},
	}
	if len(o.AddressSpaces) > 0 {
		// Servers on loopback stand for those of another network.
		list = append(list, flag{"ip-address-space-overrides", spaceOverrides(o.AddressSpaces)})
	}
	if runtime.GOOS == "darwin" {
		// A new profile asks for a keychain, and a person would have to answer.
		list = append(list, flag{"use-mock-keychain", true})
	}
	if o.Headed {
		// The first window shows the case and not a welcome, or a question.
		return append(list, flag{"no-first-run", true}, flag{"no-default-browser-check", true})
	}
	return append(list, flag{"headless", true})
}

// Arguments are the switches for a browser that somebody else starts for us. It
// finds production names by the forward proxy.
func Arguments(o browser.Options) []string {
	var list []string
	for _, f := range flags(o) {
		switch f.name {
		case "host-resolver-rules":
			continue // the names' listeners are on our machine alone
		case "proxy-server":
			f.value = "http://" + o.Proxy
		}
		if f.value == true {
			list = append(list, "--"+f.name)
		} else {
			list = append(list, fmt.Sprintf("--%s=%s", f.name, f.value))
		}
	}
	// Loopback and localhost are origins like any other here.
	return append(list, "--proxy-bypass-list=<-loopback>")
}

// resolverRules are Chromium's host mapping rules: the first that matches
// counts.
func resolverRules(mappings []browser.Mapping) string {
	rules := make([]string, 0, len(mappings)+5)
	for _, m := range mappings {
		rules = append(rules, fmt.Sprintf("MAP %s:%d %s", m.Host, m.Port, m.Addr))
	}
	return strings.Join(append(rules,
		"MAP 127.0.0.1 127.0.0.1",
		"MAP [::1] [::1]",
		"MAP localhost 127.0.0.1",
		"MAP *.localhost 127.0.0.1",
		"MAP * ~NOTFOUND",
	), ", ")
}

func spaceOverrides(spaces map[string]string) string {
	var overrides []string
	for _, address := range slices.Sorted(maps.Keys(spaces)) {
		overrides = append(overrides, address+"="+spaces[address])
	}
	return strings.Join(overrides, ",")
}

func allocatorOptions(o browser.Options, flags []flag) []chromedp.ExecAllocatorOption {
	var options []chromedp.ExecAllocatorOption
	for _, f := range flags {
		options = append(options, chromedp.Flag(f.name, f.value))
	}
	if o.Headed {
		// Says that there is no display, where there is none.
		options = append(options, chromedp.VisibleWindow)
	}
	return append(options, chromedp.ExecPath(o.Binary))
}

// identify gives a browser its key and name, from the product that it says it
// is and its binary's name: builds of one engine behave differently. Of a browser
// without a binary here, Chromium passes for Chrome.
func identify(binary, product string) (key, name string) {
	base := strings.ToLower(filepath.Base(binary))
	switch {
	case strings.Contains(base, "headless-shell"), strings.Contains(base, "headless_shell"),
		binary == "" && strings.HasPrefix(product, "HeadlessChrome"):
		return "chrome-headless-shell", "Chrome Headless Shell"
	case strings.Contains(base, "edge"), strings.HasPrefix(product, "Edg"):
		return "edge", "Microsoft Edge"
	case strings.Contains(base, "chromium"):
		return "chromium", "Chromium"
	default:
		return "chrome", "Chrome"
	}
}
