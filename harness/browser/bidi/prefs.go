package bidi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"strconv"

	"github.com/corsproof/corsproof/harness/browser"
)

// pref is one of Firefox's preferences. Each says why it is there: without a
// reason it would make this browser another one than its users have. Firefox
// itself sets some more when it is driven: no updates, no welcome, no
// connections ahead of their time.
//
// https://searchfox.org/mozilla-central/source/remote/shared/RecommendedPreferences.sys.mjs
type pref struct {
	name  string
	value any // a string, a number, true or false
}

// nowhere is a proxy that there is none of.
const nowhere = "127.0.0.1:9"

// prefs are the preferences for a browser whose names the proxy finds. Without
// one it finds nothing.
func prefs(o browser.Options) ([]pref, error) {
	host, port, err := net.SplitHostPort(cmp.Or(o.Proxy, nowhere))
	if err != nil {
		return nil, fmt.Errorf("the forward proxy: %w", err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("the forward proxy's port: %w", err)
	}
	const none, manual = 0, 1
	proxy := manual
	if o.Direct {
		proxy = none
	}
	return []pref{
		// Production names on loopback, and no other name at all: neither a
		// case nor the browser's own updates and experiments leave the machine.
		{"network.proxy.type", proxy},
		{"network.proxy.http", host},
		{"network.proxy.http_port", number},
		{"network.proxy.ssl", host},
		{"network.proxy.ssl_port", number},
		// Loopback and localhost are origins like any other here.
		{"network.proxy.allow_hijacking_localhost", true},
		// Where the proxy refuses, Firefox's own requests would go around it.
		{"network.proxy.failover_direct", false},
		// It would turn http navigations into https.
		{"dom.security.https_first", false},
		// A 401 is the answer where nobody is there to give a name: a headless
		// Firefox would wait for the person for ever.
		{"network.auth.subresource-http-auth-allow", 0},
		// A form of a secure page goes to an http URL once a person has said yes, and
		// until then the page stands still.
		{"security.warn_submit_secure_to_insecure", false},
		// No first window with a page of its own.
		{"browser.startup.page", 0},
	}, nil
}

// Preferences are those for a browser that somebody else starts for us, by their
// names.
func Preferences(o browser.Options) (map[string]any, error) {
	list, err := prefs(o)
	byName := make(map[string]any, len(list))
	for _, p := range list {
		byName[p.name] = p.value
	}
	return byName, err
}

// userJS is the file of a profile that sets preferences.
func userJS(prefs []pref) []byte {
	var out bytes.Buffer
	for _, p := range prefs {
		value, _ := json.Marshal(p.value) // strings, numbers, true and false
		fmt.Fprintf(&out, "user_pref(%q, %s);\n", p.name, value)
	}
	return out.Bytes()
}
