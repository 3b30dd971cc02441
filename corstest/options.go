package corstest

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
)

// Option changes how a check is done. What the environment says comes after the
// options: it is for the person who runs the tests.
type Option func(*options)

type options struct {
	browsers  string
	endpoints []Endpoint
	thorough  bool
	isolate   bool
	writes    bool
}

// WithBrowsers names the browsers to check in, as corsproof run takes them:
// chromium, firefox, webkit, addresses. Without it, it is Chromium.
// CORSPROOF_BROWSERS names others, with commas between.
func WithBrowsers(names ...string) Option {
	return func(o *options) { o.browsers = strings.Join(names, ",") }
}

// Endpoints are the places to probe, instead of those of the policy.
// CORSPROOF_ENDPOINTS names some by their paths, with spaces between: of a path
// that is declared, what is declared holds.
func Endpoints(endpoints ...Endpoint) Option {
	return func(o *options) { o.endpoints = endpoints }
}

// Thorough asks every combination instead of pairs that stand for them: many
// times the probes. CORSPROOF_THOROUGH=1 does, too.
func Thorough() Option { return func(o *options) { o.thorough = true } }

// Isolate gives every probe a browser profile of its own, instead of a query of
// its own in the URL, for handlers that refuse a query that they do not know. It
// takes several times as long. CORSPROOF_ISOLATE=1 does, too.
func Isolate() Option { return func(o *options) { o.isolate = true } }

// AllowWrites sends a server somewhere else (see [CheckURL]) methods that change
// it, such as PUT and DELETE. CORSPROOF_ALLOW_WRITES=1 does, too.
func AllowWrites() Option { return func(o *options) { o.writes = true } }

// chosen are the options, and what the environment says about them. The error
// names every variable that makes no sense.
func chosen(given []Option) (options, error) {
	o := options{browsers: browser.Chromium}
	for _, option := range given {
		option(&o)
	}
	if list := os.Getenv("CORSPROOF_BROWSERS"); list != "" {
		o.browsers = list
	}
	var problems []error
	for name, value := range map[string]*bool{
		"CORSPROOF_THOROUGH": &o.thorough, "CORSPROOF_ISOLATE": &o.isolate, "CORSPROOF_ALLOW_WRITES": &o.writes,
	} {
		text := os.Getenv(name)
		if text == "" {
			continue
		}
		said, err := strconv.ParseBool(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s=%q: it is 1 or 0", name, text))
		}
		*value = said
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return o, errors.Join(problems...)
}

// of is the policy with the endpoints that were chosen.
func (o options) of(p Policy) Policy {
	if o.endpoints != nil {
		p.Endpoints = o.endpoints
	}
	paths := strings.Fields(os.Getenv("CORSPROOF_ENDPOINTS"))
	if len(paths) == 0 {
		return p
	}
	declared := p.Endpoints
	p.Endpoints = nil
	for _, path := range paths {
		endpoint := Endpoint{Path: path}
		if i := slices.IndexFunc(declared, func(e Endpoint) bool { return e.Path == path }); i >= 0 {
			endpoint = declared[i]
		}
		p.Endpoints = append(p.Endpoints, endpoint)
	}
	return p
}
