package oracle

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// scriptLike are the destinations that run what they load.
func scriptLike(destination string) bool {
	switch destination {
	case "script", "worker", "sharedworker", "serviceworker":
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
	if f.destination == "" || !isNosniff(reply.Headers) {
		return true
	}
	m, ok := ExtractMIMEType(reply.Headers)
	if scriptLike(f.destination) && !(ok && m.IsJavaScript()) || f.destination == "style" && !(ok && m.Essence() == "text/css") {
		f.fail(WrongType, nosniffCheck, "X-Content-Type-Options is nosniff, and ", contentType(reply.Headers), ", which is wrong for a ", f.destination, ".")
		return false
	}
	return true
}

// allowedByMIMEType keeps scripts from types that are no text.
//
// https://fetch.spec.whatwg.org/#should-response-to-request-be-blocked-due-to-mime-type
func (f *fetching) allowedByMIMEType(reply Reply) bool {
	if !scriptLike(f.destination) {
		return true
	}
	m, ok := ExtractMIMEType(reply.Headers)
	if !ok {
		return true
	}
	switch {
	case m.Type == "audio", m.Type == "image", m.Type == "video", m.Essence() == "text/csv":
		f.fail(WrongType, mimeCheck, contentType(reply.Headers), ", which is never a script.")
		return false
	}
	return true
}

// allowedByORB is opaque response blocking: what comes without CORS from
// elsewhere must look like something that an element can use.
//
// https://github.com/annevk/orb#the-algorithm
func (f *fetching) allowedByORB(reply Reply) bool {
	if f.mode != "no-cors" || f.destination == "" && f.state.Profile[NoORBForFetch] || f.way.Via == "beacon" {
		return true
	}
	m, ok := ExtractMIMEType(reply.Headers)
	nosniff := isNosniff(reply.Headers)
	// For an image it makes no difference: what passes does not decode.
	sniffs := f.state.Profile[ORBSniffs] && f.destination != "image"
	block := func(parts ...string) bool {
		f.forget()
		f.fail(OpaqueResponseBlocking, orbCheck, append([]string{capital(contentType(reply.Headers)), " and "}, parts...)...)
		return false
	}
	switch {
	case ok && orbSafelisted(m):
		if sniffs && m.IsJavaScript() && sniffedAsData(reply.Body) {
			return block("the body is data, not a script.")
		}
		return true
	case ok && orbNeverSniffed(m):
		return block("no element without CORS can use that.")
	case ok && reply.Status == 206 && orbBlocklisted(m):
		return block("the response is a part of data.")
	case ok && nosniff && (orbBlocklisted(m) || m.Essence() == "text/plain"):
		return block("nosniff says so: that is data.")
	case isImage(reply) || isAudioOrVideo(reply.Body):
		return true
	case nosniff:
		return block("nosniff forbids to guess what it is.")
	case !isOK(reply.Status):
		return block("the status is ", itoa(reply.Status), ".")
	case !ok:
		return true
	case sniffs && sniffedAsData(reply.Body), !sniffs && looksLikeData(reply.Body):
		return block("the body is data, not a script.")
	case !sniffs && (m.Type == "audio" || m.Type == "image" || m.Type == "video"):
		return block("the body is no such thing.")
	}
	return true
}

func orbSafelisted(m MIMEType) bool {
	switch e := m.Essence(); e {
	case "text/css", "image/svg+xml", "audio/mpegurl", "application/mpegurl", "application/x-mpegurl",
		"application/vnd.apple.mpegurl", "application/dash+xml":
		return true
	}
	return m.IsJavaScript()
}

func orbBlocklisted(m MIMEType) bool {
	return m.Essence() == "text/html" || m.IsJSON() || m.IsXML()
}

func orbNeverSniffed(m MIMEType) bool {
	e := m.Essence()
	switch e {
	case "application/gzip", "application/msexcel", "application/mspowerpoint", "application/msword", "application/msword-template",
		"application/pdf", "application/x-gzip", "application/x-protobuf", "application/zip", "multipart/byteranges",
		"multipart/signed", "text/csv", "text/event-stream", "text/vtt":
		return true
	}
	return strings.HasPrefix(e, "application/vnd.openxmlformats-officedocument") || strings.HasPrefix(e, "application/vnd.ms-")
}

// looksLikeData stands for "parses as JSON and not as JavaScript": JSON that is
// an object or an array, markup, or the prefixes by which services keep their
// data from running.
func looksLikeData(body []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")), " \t\r\n")
	for _, prefix := range []string{"<", ")]}'", "{}&&", "for(;;);", "while(1);"} {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return len(text) > 0 && (text[0] == '{' || text[0] == '[') && json.Valid(text)
}

// sniffedAsData is Chromium's way to see that a body is data: it begins with
// markup, an object with a quoted key, or a prefix that keeps it from running.
//
// https://source.chromium.org/chromium/chromium/src/+/main:services/network/orb/orb_sniffers.cc
func sniffedAsData(body []byte) bool {
	text := strings.ToLower(strings.TrimLeft(string(body[:min(len(body), 1024)]), " \t\r\n"))
	for _, prefix := range []string{")]}'", "{}&&", "for(;;);", "while(1);", "for (;;);", "while (1);", "<?xml", "<!--",
		"<!doctype html", "<script", "<html", "<head", "<iframe", "<h1", "<div", "<font", "<table", "<a", "<style",
		"<title", "<b", "<body", "<br", "<p"} {
		rest, ok := strings.CutPrefix(text, prefix)
		if ok && (prefix[0] != '<' || len(prefix) > 4 && prefix[1] == '!' || prefix == "<?xml" || rest != "" && strings.ContainsAny(rest[:1], " >\t\r\n")) {
			return true
		}
	}
	rest, ok := strings.CutPrefix(text, "{")
	rest = strings.TrimLeft(rest, " \t\r\n")
	if !ok || !strings.HasPrefix(rest, `"`) {
		return false
	}
	_, rest = collectQuoted(rest)
	return strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), ":")
}

// isImage looks for the signatures of the image formats; SVG goes by its MIME
// type.
//
// https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
func isImage(reply Reply) bool {
	b := reply.Body
	has := func(at int, signature string) bool {
		return len(b) >= at+len(signature) && string(b[at:at+len(signature)]) == signature
	}
	switch {
	case has(0, "\x89PNG\r\n\x1a\n"), has(0, "GIF87a"), has(0, "GIF89a"), has(0, "\xFF\xD8\xFF"), has(0, "BM"),
		has(0, "RIFF") && has(8, "WEBPVP"), has(0, "\x00\x00\x01\x00"), has(0, "\x00\x00\x02\x00"), has(4, "ftypavif"):
		return true
	}
	m, ok := ExtractMIMEType(reply.Headers)
	return ok && m.Essence() == "image/svg+xml" && bytes.Contains(b, []byte("<svg"))
}

// isAudioOrVideo looks for the signatures of the media formats.
//
// https://mimesniff.spec.whatwg.org/#matching-an-audio-or-video-type-pattern
func isAudioOrVideo(b []byte) bool {
	has := func(at int, signature string) bool {
		return len(b) >= at+len(signature) && string(b[at:at+len(signature)]) == signature
	}
	return has(0, "FORM") && has(8, "AIFF") || has(0, "ID3") || has(0, "OggS\x00") || has(0, "MThd\x00\x00\x00\x06") ||
		has(0, "RIFF") && (has(8, "AVI ") || has(8, "WAVE")) || has(4, "ftyp") || has(0, "\x1A\x45\xDF\xA3") ||
		has(0, "\xFF\xFB") || has(0, "fLaC")
}

// isFont looks for the signatures of the font formats.
//
// https://mimesniff.spec.whatwg.org/#matching-a-font-type-pattern
func isFont(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	switch string(b[:4]) {
	case "\x00\x01\x00\x00", "OTTO", "ttcf", "wOFF", "wOF2", "true":
		return true
	}
	return false
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
	kind = strings.Trim(kind, httpWhitespace)
	if i := strings.LastIndexByte(kind, ';'); i >= 0 && strings.EqualFold(strings.Trim(kind[i+1:], " "), "base64") {
		kind = kind[:i]
		text := strings.Map(func(r rune) rune {
			if strings.ContainsRune("\t\n\f\r =", r) {
				return -1
			}
			return r
		}, string(body))
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
	return Reply{Status: 200, Headers: Headers{{"Content-Type", m.String()}}, Body: body}, true
}
