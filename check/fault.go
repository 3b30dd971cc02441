package check

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
)

// fault is where a request went wrong that should have been read.
type fault struct {
	item
	// cause is the step that failed, in the oracle's word where it has one.
	cause  string
	reason oracle.Reason
	at     int    // the deciding exchange
	value  string // the method or header name that was not allowed
}

// faultOf finds the deciding exchange by the standard's own checks. ok is false
// when the replies allow the request, or nothing was sent: what blocked it was
// then not the server.
func faultOf(i item) (f fault, ok bool) {
	f = fault{item: i}
	for n, e := range i.Observed.Wire {
		f.at = n
		switch {
		case e.Status == 0 && n+1 < len(i.Observed.Wire) && i.Observed.Wire[n+1].Retry:
		case e.Preflight:
			ok = f.preflightFault(e)
		case !crosses(e):
			ok = e.Status == 0 || e.Broken
			f.cause, f.reason = noAnswer, oracle.NetworkError
		default:
			ok = f.actualFault(e)
		}
		if ok {
			return f, true
		}
	}
	return fault{}, false
}

func (f *fault) credentials() string {
	if f.credentialed() {
		return "include"
	}
	return "same-origin"
}

// preflightFault holds the answer to a preflight against what the actual
// request needs. An answer that is not ok is that first, whatever else it lacks:
// it did not come from where CORS is configured.
func (f *fault) preflightFault(e record.Exchange) bool {
	if e.Status == 0 {
		f.cause, f.reason = string(oracle.PreflightNetworkError), oracle.PreflightNetworkError
		return true
	}
	method, _ := e.Headers.Get("Access-Control-Request-Method")
	asked, _ := e.Headers.Get("Access-Control-Request-Headers")
	_, failed, value := oracle.CheckPreflight(oracle.Preflight{
		Origin: f.asker(e), Credentials: f.credentials(), Method: method, UnsafeHeaders: splitList(asked),
	}, e.Status, e.ReplyHeaders)
	if failed == "" {
		return false
	}
	f.cause, f.reason, f.value = string(failed), failed, value
	switch {
	case e.Status/100 == 3 && e.ReplyHeaders.Has("Location"):
		f.cause, f.reason = string(oracle.PreflightRedirect), oracle.PreflightRedirect
	case e.Status/100 != 2:
		f.cause, f.reason = string(oracle.PreflightInvalidStatus), oracle.PreflightInvalidStatus
	case failed == oracle.MethodNotAllowed && f.starIn(e, "Access-Control-Allow-Methods"),
		failed == oracle.HeaderNotAllowed && f.starIn(e, "Access-Control-Allow-Headers"):
		f.cause = wildcardInList
	}
	return true
}

// starIn is true where a list has "*", and credentials make a mere name of it.
func (f *fault) starIn(e record.Exchange, name string) bool {
	list, _, _ := e.ReplyHeaders.ExtractListValues(name)
	return f.credentialed() && slices.Contains(list, "*")
}

func (f *fault) actualFault(e record.Exchange) bool {
	if e.Status == 0 {
		f.cause, f.reason = noAnswer, oracle.NetworkError
		return true
	}
	failed := oracle.CORSCheck(f.asker(e), f.credentials(), e.ReplyHeaders)
	if failed == "" {
		f.cause, f.reason = noAnswer, oracle.NetworkError
		return e.Broken && !redirects(e)
	}
	f.cause, f.reason = string(failed), failed
	if redirects(e) {
		f.cause = redirectBare
	}
	return true
}

func redirects(e record.Exchange) bool {
	return !e.Preflight && slices.Contains([]int{301, 302, 303, 307, 308}, e.Status) && e.ReplyHeaders.Has("Location")
}

// inPreflight is true when the answer to a preflight decided.
func (f fault) inPreflight() bool { return f.Observed.Wire[f.at].Preflight }

// exchange is the deciding one.
func (f fault) exchange() record.Exchange { return f.Observed.Wire[f.at] }

// notOK is true where the answer to a preflight is no success.
func (f fault) notOK() bool { return f.inPreflight() && f.exchange().Status/100 != 2 }

// ofOrigin is true for what goes wrong when a server does not know the origin.
func (f fault) ofOrigin() bool {
	switch oracle.Reason(strings.TrimPrefix(string(f.reason), "preflight-")) {
	case oracle.MissingAllowOrigin, oracle.AllowOriginMismatch, oracle.InvalidAllowOrigin:
		return true
	}
	return false
}
