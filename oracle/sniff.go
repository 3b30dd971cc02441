package oracle

import (
	"encoding/base64"
	"strings"
)

// scriptLike are the destinations that run what they load.
func scriptLike(destination string) bool {
	switch destination {
	case "script", "worker", "sharedworker", "serviceworker", "audioworklet":
		return true
	}
	return false
}

// isNosniff is determine nosniff: the first value counts.
//
// https://fetch.spec.whatwg.org/#determine-nosniff
func isNosniff(h Headers) bool {
	values := h.SplitValues("X-Content-Type-Options")
	return len(values) > 0 && strings.EqualFold(values[0], "nosniff")
}

// allowedByNosniff keeps scripts and styles to their MIME types.
//
// https://fetch.spec.whatwg.org/#should-response-to-request-be-blocked-due-to-nosniff?
func (f *fetching) allowedByNosniff(reply Reply) bool {
	m, _ := f.mimeType(reply.Headers)
	if isNosniff(reply.Headers) && (scriptLike(f.destination) && !m.IsJavaScript() || f.destination == "style" && m.Essence() != "text/css") {
		f.fail(WrongType, nosniffCheck, "X-Content-Type-Options is nosniff, and ", contentType(reply.Headers), ", which is wrong for a ", f.destination, ".")
		return false
	}
	return true
}

// allowedByMIMEType keeps scripts from types that are no text.
//
// https://fetch.spec.whatwg.org/#should-response-to-request-be-blocked-due-to-mime-type
func (f *fetching) allowedByMIMEType(reply Reply) bool {
	m, _ := f.mimeType(reply.Headers)
	if scriptLike(f.destination) && !f.localOfAnyType() && (m.Type == "audio" || m.Type == "image" || m.Type == "video" || m.Essence() == "text/csv") {
		f.fail(WrongType, mimeCheck, contentType(reply.Headers), ", which is never a script.")
		return false
	}
	return true
}

// localOfAnyType holds for the classic scripts of data: and blob: URLs whose MIME
// type an engine does not look at.
func (f *fetching) localOfAnyType() bool {
	if f.url().isHTTP() {
		return false
	}
	switch f.way.Via {
	case "worker", "shared-worker":
		return f.state.Profile[LocalWorkersOfAnyType]
	case "script", "script-cors":
		return f.state.Profile[LocalScriptsOfAnyType]
	}
	return f.way.Via == "import-scripts" && f.state.Profile[LocalImportsOfAnyType]
}

// inBase64 says whether the body of a data: URL is in base64.
func inBase64(u *urlRecord) bool {
	kind, _, _ := strings.Cut(u.path, ",")
	i := strings.LastIndexByte(kind, ';')
	return i >= 0 && strings.EqualFold(strings.Trim(kind[i+1:], " "), "base64")
}

// HoldsData says whether a data: URL has anything in it that can be read.
func HoldsData(dataURL string) bool {
	_, ok := dataAt(dataURL)
	return ok
}

// dataAt is the response that a text holds, if it is a data: URL.
func dataAt(text string) (Reply, bool) {
	u, ok := parseURL(text, nil)
	if !ok || u.scheme != "data" {
		return Reply{}, false
	}
	return dataReply(u)
}

// dataReply is the response that a data: URL holds.
//
// https://fetch.spec.whatwg.org/#data-url-processor
func dataReply(u *urlRecord) (Reply, bool) {
	kind, data, found := strings.Cut(u.path, ",")
	if !found {
		return Reply{}, false
	}
	body := []byte(percentDecode(data))
	if inBase64(u) {
		kind = kind[:strings.LastIndexByte(kind, ';')]
		text := strings.Map(func(r rune) rune {
			if strings.ContainsRune("\t\n\f\r ", r) {
				return -1
			}
			return r
		}, string(body))
		if len(text)%4 == 0 { // only then may there be padding
			text = strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
		}
		decoded, err := base64.RawStdEncoding.DecodeString(text)
		if err != nil {
			return Reply{}, false
		}
		body = decoded
	}
	if strings.HasPrefix(kind, ";") {
		kind = "text/plain" + kind
	}
	m, ok := ParseMIMEType(kind)
	if !ok {
		m, _ = ParseMIMEType("text/plain;charset=US-ASCII")
	}
	return Reply{Status: 200, StatusText: "OK", Headers: Headers{{"Content-Type", m.String()}}, Body: body}, true
}
