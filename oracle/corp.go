package oracle

// ResourcePolicyCheck is the cross-origin resource policy check without an
// embedder policy: whether a response from the origin of may be used by a
// no-cors load of origin. Cross-Origin-Resource-Policy must be exactly one of
// its three words to mean anything. same-site does not let an http page use
// what came over https.
//
// https://fetch.spec.whatwg.org/#cross-origin-resource-policy-internal-check
func ResourcePolicyCheck(origin, of Origin, h Headers) bool {
	switch policy, _ := h.Get("Cross-Origin-Resource-Policy"); policy {
	case "same-origin":
		return SameOrigin(origin, of)
	case "same-site":
		return SchemelesslySameSite(origin, of) && (origin.Scheme == "https" || of.Scheme != "https")
	}
	return true
}
