package oracle

import (
	"encoding/base64"
	"slices"
	"strings"
)

// challenged is what follows a 401: the request again, with the user name and
// the password of the URL. Without those a person would be asked; this browser
// has none, and the 401 stands. CORS never gets so far.
//
// https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch
func (f *fetching) challenged(w WireRequest, reply Reply) (Reply, bool) {
	switch {
	case f.tainting == "cors" && !f.answersUnderCORS(), !asksForBasic(reply.Headers):
		return reply, true
	case f.headers.Has("Authorization") && f.state.Profile[OwnAuthorizationOnce]:
		return reply, true
	case f.state.Profile[ThirdPartyCookiesBlocked] && !f.cookieContext().sameSite:
		return reply, true // what keeps cookies back keeps this back, too
	case f.body != nil && f.body.Stream:
		f.note(networkFetch, "The answer is 401, which wants the request again, and a stream can be sent only once.")
		return Reply{}, false
	case f.url().userinfo == "":
		return reply, true
	}
	f.note(networkFetch, "The answer is 401, and the URL has a user name: it is asked again with Authorization.")
	if !w.Headers.Has("Authorization") { // the script's own stands
		name, password := f.url().credentials()
		w.Headers = append(w.Headers, Header{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))})
	}
	reply, ok := f.exchange(w)
	f.takeCookies(reply)
	return reply, ok
}

// answersUnderCORS holds where an engine gives the URL's name to other origins.
func (f *fetching) answersUnderCORS() bool {
	return f.way.Via == "xhr" && f.state.Profile[ChallengesUnderCORS]
}

// asksForBasic says whether the response has a challenge that a user name and a
// password answer.
//
// https://www.rfc-editor.org/rfc/rfc7617#section-2
func asksForBasic(h Headers) bool {
	return slices.ContainsFunc(h.Values("WWW-Authenticate"), func(value string) bool {
		scheme, _, _ := strings.Cut(value, " ")
		return strings.EqualFold(scheme, "basic")
	})
}
