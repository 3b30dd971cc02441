package lab

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// policyForm is a policy as the playground's form has it.
type policyForm struct {
	Origins        []string `json:"origins"`
	Methods        []string `json:"methods"`
	RequestHeaders []string `json:"requestHeaders"`
	ExposeHeaders  []string `json:"exposeHeaders"`
	Credentials    bool     `json:"credentials"`
	MaxAge         int      `json:"maxAge"` // seconds
}

// policyReplies is what a server that keeps a policy answers.
type policyReplies struct {
	Response  [][2]string `json:"response"`
	Preflight [][2]string `json:"preflight"`
	Notes     []string    `json:"notes"`
}

// replies are the headers of a form's policy. The error is a *policy.Invalid,
// whose problems say what to do.
func (f policyForm) replies() (policyReplies, error) {
	p := policy.Policy{
		Origins: slices.Clone(f.Origins), Methods: f.Methods, RequestHeaders: f.RequestHeaders, ExposeHeaders: f.ExposeHeaders,
		Credentials: f.Credentials, MaxAge: longest(f.MaxAge),
	}
	for i, o := range p.Origins {
		if named, _, err := scenarios.ResolveOrigin(o); err == nil && !strings.Contains(o, "://") {
			p.Origins[i] = named.String()
		}
	}
	if err := p.Validate(); err != nil {
		return policyReplies{}, err
	}
	var out policyReplies
	out.Response, out.Preflight, out.Notes = policyHeaders(p)
	return out, nil
}

// longest is a number of seconds as a time, at most two years: too long for a
// policy, and no overflow.
func longest(seconds int) time.Duration {
	const most = 2 * 365 * 24 * 3600
	return time.Duration(max(min(seconds, most), -most)) * time.Second
}

// policyProblems are the problems of a policy in the form in which the lab tells
// all problems; nil for another error.
func policyProblems(err error) []*scenarios.Error {
	invalid, ok := errors.AsType[*policy.Invalid](err)
	if !ok {
		return nil
	}
	var list []*scenarios.Error
	for _, p := range invalid.List {
		list = append(list, &scenarios.Error{Kind: p.Kind, Found: p.Found, Expected: p.Expected})
	}
	return list
}

// policyHeaders are the header lines with which a correct server keeps a policy
// that is valid: of a response, and of the answer to a preflight, for an origin
// that the policy allows. Where the server must repeat what it was asked, a
// placeholder stands.
func policyHeaders(p policy.Policy) (response, preflight [][2]string, notes []string) {
	both := func(name, value string) {
		response, preflight = append(response, [2]string{name, value}), append(preflight, [2]string{name, value})
	}
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	varies := false
	switch {
	case len(p.Origins) == 0:
		note("Nobody is let in, so the server says nothing: no header is the strictest policy.")
		return [][2]string{}, [][2]string{}, notes
	case p.Origins[0] == "*":
		both("Access-Control-Allow-Origin", "*")
		note("* is everybody, without cookies. The answer is the same for all, so it needs no Vary.")
	case len(p.Origins) == 1 && !strings.Contains(p.Origins[0], "*"):
		both("Access-Control-Allow-Origin", p.Origins[0])
		note("There is one origin, so the server may name it in every answer: who else reads that is refused by the browser.")
	default:
		varies = true
		both("Access-Control-Allow-Origin", "{request-origin}")
		note("Access-Control-Allow-Origin names one origin, never a list. The server looks for the Origin in its list (%s) and repeats it only if it is there; to all others it says nothing. "+
			"These headers are for an origin of the list.", strings.Join(p.Origins, ", "))
		note("The answer depends on the Origin, so Vary says so to every cache, also where nobody is let in.")
	}
	if p.Credentials {
		both("Access-Control-Allow-Credentials", "true")
		note("Cookies and passwords are allowed, so nothing may be *: for a request with credentials a browser takes it for a name.")
	}
	if len(p.ExposeHeaders) > 0 {
		response = append(response, [2]string{"Access-Control-Expose-Headers", strings.Join(p.ExposeHeaders, ", ")})
	}
	onPreflight := func(name, value string) { preflight = append(preflight, [2]string{name, value}) }
	if len(p.Methods) > 0 {
		onPreflight("Access-Control-Allow-Methods", strings.Join(p.Methods, ", "))
	} else {
		note("GET, HEAD and POST need no permission, so there are no methods to name.")
	}
	repeats := false
	switch {
	case slices.Contains(p.RequestHeaders, "*") && p.Credentials:
		repeats = true
		onPreflight("Access-Control-Allow-Headers", "{request-headers}")
		note("Every header may be sent. With credentials * would be a name, so the server repeats what it was asked for.")
	case slices.Contains(p.RequestHeaders, "*"):
		onPreflight("Access-Control-Allow-Headers", "*, Authorization")
		note("* stands for every header but Authorization, which must be named.")
	case len(p.RequestHeaders) > 0:
		onPreflight("Access-Control-Allow-Headers", strings.Join(p.RequestHeaders, ", "))
	}
	if p.MaxAge > 0 {
		onPreflight("Access-Control-Max-Age", fmt.Sprint(int(p.MaxAge.Seconds())))
		if p.MaxAge > 10*time.Minute {
			note("A browser keeps the answer to a preflight for as long as it likes at most: Chromium for two hours, Firefox for a day, WebKit for ten minutes.")
		}
	} else {
		note("Without Access-Control-Max-Age a browser keeps the answer to a preflight for five seconds.")
	}
	if varies {
		response = append(response, [2]string{"Vary", "Origin"})
	}
	switch {
	case varies && repeats:
		onPreflight("Vary", "Origin, Access-Control-Request-Headers")
	case varies:
		onPreflight("Vary", "Origin")
	case repeats:
		onPreflight("Vary", "Access-Control-Request-Headers")
	}
	return response, preflight, notes
}
