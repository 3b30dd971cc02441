package oracle

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// digest is one item of integrity metadata: the hash that a body must have, in
// base64.
type digest struct{ algorithm, value string }

// hashes are the algorithms of integrity metadata, the weakest first.
var hashes = []struct {
	name string
	sum  func([]byte) []byte
}{
	{"sha256", func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }},
	{"sha384", func(b []byte) []byte { s := sha512.Sum384(b); return s[:] }},
	{"sha512", func(b []byte) []byte { s := sha512.Sum512(b); return s[:] }},
}

// Integrity is the metadata that a body matches, by the name of an algorithm
// (sha256, sha384 or sha512); "" for any other name.
//
// https://w3c.github.io/webappsec-subresource-integrity/#integrity-metadata-description
func Integrity(algorithm string, body []byte) string {
	for _, h := range hashes {
		if h.name == algorithm {
			return algorithm + "-" + base64.StdEncoding.EncodeToString(h.sum(body))
		}
	}
	return ""
}

// parseIntegrity reads integrity metadata. What names no algorithm that is known
// counts for nothing.
//
// https://w3c.github.io/webappsec-subresource-integrity/#parse-metadata
func (p Profile) parseIntegrity(metadata string) []digest {
	var set []digest
	if p[IntegrityTrimmed] {
		metadata = strings.Trim(metadata, "\t\n\v\f\r ")
	}
	for _, token := range strings.FieldsFunc(metadata, isASCIISpace) {
		expression, _, _ := strings.Cut(token, "?") // options, of which there are none yet
		algorithm, value, _ := strings.Cut(expression, "-")
		if algorithm == "sha" && p[IntegrityNamesHyphenated] {
			size, rest, _ := strings.Cut(value, "-")
			algorithm, value = "sha"+size, rest
		}
		if p[IntegrityNamesAnyCase] {
			algorithm = strings.ToLower(algorithm)
		}
		switch {
		case Integrity(algorithm, nil) == "":
		case !p[IntegrityDecoded]:
			value, _, _ = strings.Cut(value, "-")
			set = append(set, digest{algorithm, value})
		case lookingLikeBase64.MatchString(value):
			set = append(set, digest{algorithm, p.decodedHash(value)})
		}
	}
	return set
}

func isASCIISpace(r rune) bool { return strings.ContainsRune("\t\n\f\r ", r) }

var (
	lookingLikeBase64 = regexp.MustCompile(`^[A-Za-z0-9+/_-]+={0,2}$`)
	ofURLs            = strings.NewReplacer("-", "+", "_", "/")
)

// decodedHash is the base64 that the standard compares, of what an engine that
// compares bytes takes for the same; "" for what cannot be decoded.
func (p Profile) decodedHash(value string) string {
	bare := strings.TrimRight(value, "=")
	bytes, err := base64.RawStdEncoding.DecodeString(ofURLs.Replace(bare))
	if err != nil || bare != value && len(value)%4 != 0 && !p[IntegrityPaddingLoose] {
		return ""
	}
	return base64.StdEncoding.EncodeToString(bytes)
}

// matches says whether a body has one of the hashes of the strongest algorithm
// that the metadata names.
//
// https://w3c.github.io/webappsec-subresource-integrity/#does-response-match-metadatalist
func matches(body []byte, set []digest) bool {
	for _, h := range slices.Backward(hashes) {
		if slices.ContainsFunc(set, func(d digest) bool { return d.algorithm == h.name }) {
			return slices.Contains(set, digest{h.name, strings.TrimPrefix(Integrity(h.name, body), h.name+"-")})
		}
	}
	return true
}

// checkIntegrity holds a response against the request's integrity metadata.
// What has no body that script could read has nothing to hold against it.
//
// https://fetch.spec.whatwg.org/#concept-main-fetch
func (f *fetching) checkIntegrity(reply Reply, bodiless bool) bool {
	p, metadata := f.state.Profile, f.asked.Integrity
	set := p.parseIntegrity(metadata)
	switch {
	case metadata == "" || f.comparesNothing(set):
		return true
	case f.opaqueRedirect:
		return f.fail(IntegrityMismatch, integrityCheck, "An opaque-redirect response has no body that could be held against the integrity metadata.")
	case f.tainting == "opaque" && (f.worker == nil || f.worker.kind == "opaque"):
		return f.fail(IntegrityMismatch, integrityCheck, "The response is opaque, and whether it matches integrity metadata would tell what is in it: only CORS allows to look.")
	case f.way.Via == "script" && f.mode == "no-cors" && f.url().scheme == "data" && p[DataScriptsNotCompared]:
		return f.fail(IntegrityMismatch, integrityCheck, "The script is at a data: URL, which counts as another origin's here: only CORS allows to look.")
	case bodiless && !p[NullBodyIsEmpty]:
		return f.fail(IntegrityMismatch, integrityCheck, "The response has no body that could be held against the integrity metadata.")
	case len(set) == 0:
		f.note(integrityCheck, "The integrity metadata names no hash: any body matches.")
		return true
	case !matches(reply.Body, set):
		return f.fail(IntegrityMismatch, integrityCheck, "The body has not the hash that the integrity metadata names.")
	}
	f.note(integrityCheck, "The body has the hash that the integrity metadata names.")
	return true
}

// comparesNothing holds where an engine does as if there were no integrity
// metadata: for some that names no hash, and for some ways to load.
func (f *fetching) comparesNothing(set []digest) bool {
	p, element := f.state.Profile, f.way.kind != apiLoad
	blank := strings.TrimFunc(f.asked.Integrity, isASCIISpace) == ""
	switch {
	case blank && (element && p[BlankIntegrityIgnored] || !element && p[BlankIntegrityOfFetchIgnored]):
	case len(set) == 0 && element && p[WordyIntegrityIgnored]:
	case f.opaqueRedirect && p[OpaqueRedirectsNotCompared]:
	case f.isPreload() && !f.preloadCompares():
	default:
		return false
	}
	return true
}

func (f *fetching) isPreload() bool { return f.way.Via == "preload" || f.way.Via == "modulepreload" }

// preloadCompares says whether what a preload link loads is held against its
// integrity metadata.
func (f *fetching) preloadCompares() bool {
	p := f.state.Profile
	switch {
	case p[PreloadsNotCompared]:
		return false
	case f.destination == "script" || f.destination == "style":
		return true
	case p[FewPreloadsCompared]:
		return false
	}
	return f.destination == "font" || f.way.Via == "modulepreload" || !p[RawPreloadsNotCompared]
}

// servedWith says whether what a preload link has loaded serves a request, as far
// as integrity metadata goes.
//
// https://html.spec.whatwg.org/multipage/links.html#consume-a-preloaded-resource
func (f *fetching) servedWith(preloaded string) bool {
	p := f.state.Profile
	set := p.parseIntegrity(f.asked.Integrity)
	switch {
	case len(set) == 0 && !(f.asked.Integrity != "" && p[PreloadWordsCount]):
		return true
	case p[PreloadsNotCompared], p[RawPreloadsNotCompared] && !f.preloadCompares():
		return true
	case p[FewPreloadsCompared] && !f.preloadCompares():
		preloaded = ""
	}
	return slices.Equal(set, p.parseIntegrity(preloaded))
}
