package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// item is one request of a probe in one engine: what the policy claims of it
// and what was seen.
type item struct {
	policy.Probe
	engine string
	place  int // in the plan
	nth    int // of the probe's requests
	expect scenarios.Expect
	// before is true for a request of another's that only comes before the one in
	// question.
	before bool
	spared bool // see [Result]
	record.Step
}

// items are the requests of a result that ran. A record with another number of
// steps than its probe is read as far as both go.
func itemsOf(r Result, place int) []item {
	var all []item
	for i, s := range r.Record.Steps {
		it := item{Probe: r.Probe, engine: r.Record.Engine, place: place, nth: i, spared: r.Spared, Step: s}
		if p := r.Probe.Permutation; p != nil && i < len(p.Steps) {
			it.expect = p.Steps[i].Expect
			if from := askerOf(p.Steps[i]); from != "" && from != it.Origin {
				it.Origin, it.before = from, true
			}
		}
		all = append(all, it)
	}
	return all
}

// askerOf is the origin that makes a step's request, serialised; "" if the step
// does not say.
func askerOf(s scenarios.Step) string {
	if s.Page != nil && s.Page.Sandbox != nil && !slices.Contains(s.Page.Sandbox, "allow-same-origin") {
		return "null"
	}
	origin, _, err := scenarios.ResolveOrigin(s.Request.From)
	switch {
	case s.Request.From == "":
		return ""
	case err != nil:
		return "null" // the name of an opaque one
	}
	return origin.String()
}

func (i item) claims(r oracle.Read) bool { return i.Claim.Read == string(r) }
func (i item) read() bool                { return i.Observed.Read == string(oracle.Allowed) }
func (i item) blocked() bool             { return i.Observed.Read == string(oracle.Blocked) }

// lenient is true where this browser let script read what the standard keeps from it.
func (i item) lenient() bool { return i.read() && i.Oracle.Read == string(oracle.Blocked) }

func (i item) credentialed() bool { return i.Request.Credentials == "include" }

// stranger is true for a probe by an origin that the policy does not name.
func (i item) stranger() bool { return i.Who != policy.Declared && i.Who != policy.SameOrigin }

// preflight is the index of the last preflight, -1 if none was sent.
func (i item) preflight() int {
	for n := len(i.Observed.Wire) - 1; n >= 0; n-- {
		if i.Observed.Wire[n].Preflight {
			return n
		}
	}
	return -1
}

// actual is the index of the last request that is no preflight, -1 if there
// was none.
func (i item) actual() int {
	for n := len(i.Observed.Wire) - 1; n >= 0; n-- {
		if !i.Observed.Wire[n].Preflight {
			return n
		}
	}
	return -1
}

// preflighted is true when an actual request was sent because the answer to a
// preflight allowed it.
func (i item) preflighted() bool {
	p := i.preflight()
	return p >= 0 && i.actual() > p
}

// unsafeHeaders are the names, in lower case, that a preflight must ask for.
func (i item) unsafeHeaders() []string {
	if p := i.preflight(); p >= 0 {
		if asked, ok := i.Observed.Wire[p].Headers.Get("Access-Control-Request-Headers"); ok {
			return splitList(strings.ToLower(asked))
		}
		return nil
	}
	var names []string
	for _, h := range i.Request.Headers {
		if !oracle.IsSafelistedRequestHeader(h.Name, h.Value) {
			names = append(names, strings.ToLower(h.Name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// method is that of the actual request.
func (i item) method() string {
	return oracle.NormalizeMethod(cmp.Or(i.Request.Method, i.Method, "GET"))
}

// path is what was asked for, which may stand beside the probe's endpoint.
func (i item) path() string {
	url := i.Request.URL
	if _, rest, found := strings.Cut(url, "://"); found {
		if slash := strings.IndexByte(rest, '/'); slash >= 0 {
			path, _, _ := strings.Cut(rest[slash:], "#")
			return path
		}
	}
	return i.Endpoint
}

// asker is who asks, as the wire has it: the Origin of an exchange, or the
// probe's.
func (i item) asker(e record.Exchange) string {
	if origin, ok := e.Headers.Get("Origin"); ok {
		return origin
	}
	return i.Origin
}

// crosses is true for an exchange that CORS rules: one whose request says who asks.
func crosses(e record.Exchange) bool {
	origin, ok := e.Headers.Get("Origin")
	return ok && origin != e.At
}

func splitList(value string) []string {
	var list []string
	for element := range strings.SplitSeq(value, ",") {
		if element = strings.Trim(element, " \t"); element != "" {
			list = append(list, element)
		}
	}
	return list
}

// plainness orders items: the first is the example that a person understands
// soonest.
func plainness(a, b item) int {
	return cmp.Or(
		cmp.Compare(a.nth, b.nth),
		cmp.Compare(a.parts(), b.parts()),
		cmp.Compare(slices.Index(plainWhats, a.What), slices.Index(plainWhats, b.What)),
		cmp.Compare(len(a.Observed.Wire), len(b.Observed.Wire)),
		cmp.Compare(a.place, b.place),
	)
}

// parts is how much there is to a request beside that it is one.
func (i item) parts() int {
	n := len(i.Request.Headers)
	if i.method() != "GET" {
		n++
	}
	if i.credentialed() {
		n++
	}
	return n
}

var plainWhats = []policy.What{
	policy.Read, policy.Credentialed, policy.Method, policy.Header, policy.Exposed, policy.MaxAge,
	policy.ErrorResponse, policy.Redirected, policy.Plain, policy.Cached, policy.Repeated,
}
