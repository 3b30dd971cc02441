package oracle

import "slices"

// checkTiming notes that a response does not let the page see when its parts
// came. What one response on the way refuses, no later one can give.
//
// https://fetch.spec.whatwg.org/#concept-tao-check
func (f *fetching) checkTiming(reply Reply) {
	value, found := reply.Headers.Get("Timing-Allow-Origin")
	allowed := f.timingAllowed(reply)
	switch {
	case allowed && found:
		f.note(timingCheck, "Timing-Allow-Origin is ", quote(value), ": ", f.serializedOrigin(), " may see the times.")
	case !allowed && found && !f.timingFailed:
		f.note(timingCheck, "Timing-Allow-Origin is ", quote(value), ", which does not let ", f.serializedOrigin(), " see the times.")
	}
	f.timingFailed = !allowed
}

func (f *fetching) timingAllowed(reply Reply) bool {
	values := reply.Headers.SplitValues("Timing-Allow-Origin")
	switch {
	case f.timingFailed:
		return false
	case slices.Contains(values, "*"), slices.Contains(values, f.serializedOrigin()):
		return true
	}
	return f.tainting == "basic" && SameOrigin(f.origin, f.url().origin) // a navigation is never tainted
}

// timing is what Resource Timing shows; ok is false for a network error, of
// which it shows no more than that there was one.
//
// https://fetch.spec.whatwg.org/#fetch-finale
func (f *fetching) timing(ok bool) string {
	profile := f.state.Profile
	late := !ok && f.failed == WrongType && scriptLike(f.destination) && profile[TypesCheckedAfterTiming]
	ok = ok || late
	switch {
	case f.fromMap, !f.urls[0].isHTTP(), f.mode == "websocket", f.way.Via == "form":
		return ""
	case profile[FailuresNotTimed] && (!ok || f.way.kind == frameLoad && f.failed != ""):
		return ""
	case profile[WorkerScriptsUntimed] && f.untimed(late):
		return ""
	case profile[SharedScriptsUntimed] && (f.way.Via == "shared-worker" || f.way.Via == "service-worker"):
		return ""
	case f.brokeOff && !profile[BrokenBodyTimed]:
		return "" // the end of the body never came
	case f.opaqueRedirect && profile[OpaqueRedirectTimesHidden]:
		return "restricted"
	case f.way.kind == frameLoad && f.failed == WrongType:
		return "" // the frame stayed as it was
	case f.way.kind == frameLoad && f.failed != "":
		return "restricted"
	case !ok && f.redirects == 0 && profile[UnsentNotTimed] && f.refusedByFetch():
		return ""
	case (ok || f.brokeOff) && !f.timingFailed:
		return "full"
	}
	return "restricted"
}

// untimed holds for the scripts of workers and worklets that an engine leaves
// out; late is true for one whose MIME type was looked at too late for that.
func (f *fetching) untimed(late bool) bool {
	switch f.way.Via {
	case "shared-worker", "service-worker", "audioworklet":
		return true
	case "worker":
		return f.failed != "" && !late
	}
	return f.way.Via == "worker-module" && f.failed != ""
}

// refusedByFetch holds for what fetch() itself looks at.
func (f *fetching) refusedByFetch() bool {
	if f.way.kind != apiLoad || f.way.Via == "xhr" {
		return false
	}
	return f.failed == ModeSameOrigin || f.failed == RedirectModeNoCORS || f.failed == ContentSecurityPolicy
}
