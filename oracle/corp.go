package oracle

// resourcePolicyAllows is the cross-origin resource policy check without an
// embedder policy: whether a response from the origin of may be used by a
// no-cors load of origin. The policy must be exactly one of its three words to
// mean anything. same-site does not let an http page use what came over https.
//
// https://fetch.spec.whatwg.org/#cross-origin-resource-policy-internal-check
func resourcePolicyAllows(policy string, origin, of Origin) bool {
	switch policy {
	case "same-origin":
		return SameOrigin(origin, of)
	case "same-site":
		return SchemelesslySameSite(origin, of) && (origin.Scheme == "https" || of.Scheme != "https")
	}
	return true
}

// resourcePolicyAllows is the cross-origin resource policy check. Under an
// embedder policy a response that says nothing counts as same-origin: always
// under require-corp, and under credentialless where it came with credentials,
// or is a document for a frame.
//
// https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check
func (f *fetching) resourcePolicyAllows(reply Reply, of Origin, withCredentials bool) bool {
	navigation := f.mode == "navigate"
	plugin := (f.way.Via == "object" || f.way.Via == "embed") && f.state.Profile[ObjectsUnderResourcePolicy]
	if navigation && f.embedder == "" && !plugin {
		return true
	}
	policy, found := reply.Headers.Get("Cross-Origin-Resource-Policy")
	known := policy == "same-origin" || policy == "same-site" || policy == "cross-origin"
	block := func(reason Reason, a algorithm, parts ...string) bool {
		f.forget()
		return f.fail(reason, a, append(parts, ", which keeps ", f.origin.String(), " out.")...)
	}
	if found && !known {
		f.note(corpCheck, "Cross-Origin-Resource-Policy is ", quote(policy), ", which is none of its three words and means nothing.")
	}
	switch {
	case !resourcePolicyAllows(policy, f.origin, of) && !f.sharesNoDomain(policy, of):
		return block(CrossOriginResourcePolicy, corpCheck, "Cross-Origin-Resource-Policy is ", quote(policy))
	case known:
		f.note(corpCheck, "Cross-Origin-Resource-Policy is ", quote(policy), ", which lets ", f.origin.String(), " use it.")
	case f.isolates("require-corp"), f.isolates("credentialless") && (withCredentials || navigation):
		if !SameOrigin(f.origin, of) {
			return block(CrossOriginEmbedderPolicy, corpCheck, "The document's ", f.isolation(),
				", and without a Cross-Origin-Resource-Policy the response is for its own origin only")
		}
	}
	return true
}

// sharesNoDomain holds where an engine takes two hosts for one site because neither
// has a registrable domain. An opaque origin is such a host to it.
func (f *fetching) sharesNoDomain(policy string, of Origin) bool {
	none := func(o Origin) bool { return !isIP(o.Host) && RegistrableDomain(o.Host) == "" }
	return policy == "same-site" && f.state.Profile[NoDomainIsSameSite] && none(f.origin) && none(of) && (f.origin.Scheme == "https" || of.Scheme != "https")
}

// isolates says whether the document holds what it loads to an embedder policy,
// or, where an engine has that, an isolation policy, which frames and workers
// need not have.
//
// https://wicg.github.io/document-isolation-policy/
func (f *fetching) isolates(policy string) bool {
	if f.embedder == policy {
		return true
	}
	return f.state.Profile[DocumentIsolationPolicy] && f.mode != "navigate" &&
		isolationPolicy(f.client.Headers, f.client.Page.IsPotentiallyTrustworthy()) == policy
}

// isolation is the policy that isolates the document, for a sentence.
func (f *fetching) isolation() string {
	if f.embedder != "" {
		return "Cross-Origin-Embedder-Policy is " + f.embedder
	}
	return "Document-Isolation-Policy isolates it"
}

// embedderAllowsCredentials is the credentialless part of an embedder policy:
// what is loaded from elsewhere with mode no-cors goes without credentials.
//
// https://fetch.spec.whatwg.org/#cross-origin-embedder-policy-allows-credentials
func (f *fetching) embedderAllowsCredentials() bool {
	return !f.isolates("credentialless") || f.mode != "no-cors" ||
		SameOrigin(f.origin, f.url().origin) && f.redirectTaint() == "same-origin"
}

// embedderAllows holds what came for a frame or a dedicated worker against the
// document's embedder policy: it must have one itself.
//
// https://html.spec.whatwg.org/multipage/browsers.html#check-a-navigation-response's-adherence-to-its-embedder-policy
func (f *fetching) embedderAllows(reply Reply, a algorithm, what string) bool {
	if f.embedder == "" || !f.url().isHTTP() || f.state.Profile.embedderPolicy(reply.Headers, true) != "" {
		return true
	}
	return f.fail(CrossOriginEmbedderPolicy, a, "The document has Cross-Origin-Embedder-Policy ", f.embedder, ", and the ", what, " has none.")
}
