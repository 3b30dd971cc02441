package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// The protocols that reach a browser somewhere else. Their addresses begin with
// cdp+ws:// or cdp+wss://, webdriver+http:// or webdriver+https://.
const (
	DevTools  = "devtools"
	WebDriver = "webdriver"
)

// protocols are by how an address begins.
var protocols = map[string]string{"cdp+ws": DevTools, "cdp+wss": DevTools, "webdriver+http": WebDriver, "webdriver+https": WebDriver}

// Remote is a browser somewhere else, on another machine or started by somebody
// else.
type Remote struct {
	Protocol string
	// URL is that of the browser's socket or of the WebDriver server. A name and
	// password in it, and a query, may be secrets.
	URL *url.URL
	// Capabilities are what a WebDriver session is to have.
	Capabilities map[string]any
}

// AddressError says what is wrong with the address of a browser, or with the
// capabilities for it.
type AddressError struct{ Address, Problem string }

func (e *AddressError) Error() string {
	return fmt.Sprintf("browser: %s: %s", WithoutSecrets(e.Address), e.Problem)
}

// IsAddress reports whether a name in a list of browsers is an address.
func IsAddress(name string) bool { return strings.Contains(name, "://") }

// ParseRemote reads an address. capabilities is JSON, for those that take any;
// a query in such an address says more of them, as words: browserName=firefox.
// The error is an *AddressError.
func ParseRemote(address, capabilities string) (*Remote, error) {
	fail := func(format string, args ...any) (*Remote, error) {
		return nil, &AddressError{address, fmt.Sprintf(format, args...)}
	}
	scheme, rest, _ := strings.Cut(address, "://")
	protocol := protocols[scheme]
	if protocol == "" {
		return fail("an address begins with cdp+ws://, cdp+wss://, webdriver+http:// or webdriver+https://")
	}
	_, transport, _ := strings.Cut(scheme, "+")
	u, err := url.Parse(transport + "://" + rest)
	if err != nil || u.Hostname() == "" {
		return fail("there is no host in it, or what it is made of makes no URL")
	}
	r := &Remote{Protocol: protocol, URL: u}
	if protocol == DevTools {
		return r, nil
	}
	r.Capabilities = map[string]any{}
	if capabilities != "" {
		if err := json.Unmarshal([]byte(capabilities), &r.Capabilities); err != nil || r.Capabilities == nil {
			return fail(`the capabilities are no JSON object such as {"browserName": "chrome"}`)
		}
	}
	for name, values := range u.Query() {
		r.Capabilities[name] = values[0]
	}
	u.RawQuery = ""
	return r, nil
}

// Header is what its server is told with each request: who asks, if the address
// says so.
func (r *Remote) Header() http.Header {
	header := http.Header{}
	if r.URL.User != nil {
		password, _ := r.URL.User.Password()
		request := http.Request{Header: header}
		request.SetBasicAuth(r.URL.User.Username(), password)
	}
	return header
}

// String is the address without what may be secret.
func (r *Remote) String() string {
	prefix := "cdp+"
	if r.Protocol == WebDriver {
		prefix = "webdriver+"
	}
	return prefix + (&url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: r.URL.Path}).String()
}

var secrets = regexp.MustCompile(`://[^/?#,]*@|\?[^,]*`)

// WithoutSecrets is a list of browsers without the names, passwords and queries
// of the addresses in it.
func WithoutSecrets(list string) string {
	return secrets.ReplaceAllStringFunc(list, func(found string) string {
		if strings.HasPrefix(found, "?") {
			return ""
		}
		return "://"
	})
}
