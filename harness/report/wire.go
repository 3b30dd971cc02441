package report

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
)

// deciding are the headers that a verdict hangs on: what the request asked with
// and what the reply had to answer. An empty name means that none matters.
type deciding struct {
	request, reply string
	preflight      bool // they stand in the preflight, not in the actual request
}

const (
	allowOrigin      = "Access-Control-Allow-Origin"
	allowCredentials = "Access-Control-Allow-Credentials"
	allowMethods     = "Access-Control-Allow-Methods"
	allowHeaders     = "Access-Control-Allow-Headers"
	requestMethod    = "Access-Control-Request-Method"
	requestHeaders   = "Access-Control-Request-Headers"
)

// byReason has the deciding headers of each reason that hangs on any.
var byReason = map[oracle.Reason]deciding{
	oracle.MissingAllowOrigin:      {"Origin", allowOrigin, false},
	oracle.MultipleAllowOrigin:     {"Origin", allowOrigin, false},
	oracle.InvalidAllowOrigin:      {"Origin", allowOrigin, false},
	oracle.AllowOriginMismatch:     {"Origin", allowOrigin, false},
	oracle.WildcardWithCredentials: {"Origin", allowOrigin, false},
	oracle.InvalidAllowCredentials: {"Origin", allowCredentials, false},

	oracle.PreflightMissingAllowOrigin:      {"Origin", allowOrigin, true},
	oracle.PreflightMultipleAllowOrigin:     {"Origin", allowOrigin, true},
	oracle.PreflightInvalidAllowOrigin:      {"Origin", allowOrigin, true},
	oracle.PreflightAllowOriginMismatch:     {"Origin", allowOrigin, true},
	oracle.PreflightWildcardWithCredentials: {"Origin", allowOrigin, true},
	oracle.PreflightInvalidAllowCredentials: {"Origin", allowCredentials, true},
	oracle.PreflightInvalidStatus:           {requestMethod, "", true},
	oracle.PreflightRedirect:                {requestMethod, "Location", true},
	oracle.PreflightNetworkError:            {requestMethod, "", true},
	oracle.InvalidAllowMethods:              {requestMethod, allowMethods, true},
	oracle.InvalidAllowHeaders:              {requestHeaders, allowHeaders, true},
	oracle.MethodNotAllowed:                 {requestMethod, allowMethods, true},
	oracle.HeaderNotAllowed:                 {requestHeaders, allowHeaders, true},

	oracle.RedirectUserinfo:  {"", "Location", false},
	oracle.RedirectModeError: {"", "Location", false},
	oracle.RedirectScheme:    {"", "Location", false},
	oracle.RedirectLocation:  {"", "Location", false},
	oracle.RedirectCount:     {"", "Location", false},
	oracle.RedirectStream:    {"", "Location", false},

	oracle.CrossOriginResourcePolicy: {"", "Cross-Origin-Resource-Policy", false},
	oracle.CrossOriginEmbedderPolicy: {"", "Cross-Origin-Embedder-Policy", false},
	oracle.OpaqueResponseBlocking:    {"", "Content-Type", false},
	oracle.WrongType:                 {"", "Content-Type", false},
	oracle.Tainted:                   {"Origin", allowOrigin, false},
}

// decide says which headers a step hangs on, by the browser's reason, or the
// standard's where the browser gave none. A cross-origin load without a reason
// hangs on the CORS check's pair, one within the page's own origin on nothing.
func decide(page string, s record.Step) deciding {
	for _, reason := range []string{s.Observed.Reason, s.Oracle.Reason} {
		if d, ok := byReason[oracle.Reason(reason)]; ok {
			return d
		}
	}
	if s.Observed.Reason != "" || s.Oracle.Reason != "" || atHome(page, s.Observed.Wire) {
		return deciding{}
	}
	return byReason[oracle.MissingAllowOrigin]
}

// atHome is true if every request went to the page's own origin.
func atHome(page string, wire []record.Exchange) bool {
	return !slices.ContainsFunc(wire, func(e record.Exchange) bool { return e.At != page })
}

// pageOrigin is the serialised origin that a record's From names; an opaque
// origin's name, which is no named origin, stays as it is.
func pageOrigin(run record.Run, r record.Record) string {
	for _, o := range run.Topology {
		if o.Name == r.From {
			return o.Origin
		}
	}
	return r.From
}

// exchange is the index of the exchange that decides: the last preflight, or
// the last actual request; -1 if there is none.
func (d deciding) exchange(wire []record.Exchange) int {
	if d == (deciding{}) {
		return -1
	}
	for i := len(wire) - 1; i >= 0; i-- {
		if wire[i].Preflight == d.preflight {
			return i
		}
	}
	return -1
}

// values are the values of all lines with that name, in order.
func values(h oracle.Headers, name string) []string {
	var found []string
	for _, line := range h {
		if strings.EqualFold(line.Name, name) {
			found = append(found, line.Value)
		}
	}
	return found
}
