package oracle

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// allowedByORB is opaque response blocking: what comes without CORS from
// elsewhere must look like something that an element can use.
//
// https://github.com/annevk/orb#orbs-algorithm
func (f *fetching) allowedByORB(reply Reply) bool {
	if f.state.Profile[NoORB] && !f.isPDFPicture(reply) {
		return true
	}
	if f.destination == "" && f.state.Profile[NoORBForFetch] {
		if f.orbBySniffing(reply) != "" {
			f.forget()
		}
		return true
	}
	why := ""
	if f.state.Profile[ORBSniffs] {
		why = f.orbBySniffing(reply)
	} else {
		why = f.orb(reply)
	}
	if why == "" {
		f.note(orbCheck, capital(contentType(reply.Headers)), ", and what came may be something that elements use: it is let through.")
		return true
	}
	f.forget()
	if f.state.Profile[TypesBeforeORB] && f.refusesType(reply) {
		return false
	}
	f.fail(OpaqueResponseBlocking, orbCheck, capital(contentType(reply.Headers)), ", and ", why, ".")
	return false
}

// refusesType holds for a script or a style sheet of a type that is none.
func (f *fetching) refusesType(reply Reply) bool {
	if m, _ := f.mimeType(reply.Headers); f.destination == "style" && m.Essence() != "text/css" {
		f.fail(WrongType, orbCheck, contentType(reply.Headers), ", which is never a style sheet.")
		return true
	}
	return !f.allowedByNosniff(reply) || !f.allowedByMIMEType(reply)
}

// refusedBeforeCORS holds where an engine does not come to the CORS check: it
// looks first at where a redirect leads, and at the MIME type of a script.
func (f *fetching) refusedBeforeCORS(reply Reply) bool {
	if f.isRedirect(reply) {
		return f.refusesNext(reply)
	}
	return f.state.Profile[TypesBeforeCORS] && (!f.allowedByNosniff(reply) || !f.allowedByMIMEType(reply) ||
		(f.destination == "script" || f.destination == "json") && f.way.kind == moduleLoad && !f.hasModuleType(reply))
}

// isPDFPicture holds for an image that is called PDF, which is none to WebKit.
func (f *fetching) isPDFPicture(reply Reply) bool {
	m, _ := ExtractMIMEType(reply.Headers)
	return f.destination == "image" && m.Essence() == "application/pdf"
}

// orb is the algorithm: why the response is blocked, "" when it is not. A
// scenario's load of media is its first, whose no-cors media request state is
// "initial"; that of all else is "N/A".
func (f *fetching) orb(reply Reply) string {
	m, ok := ExtractMIMEType(reply.Headers)
	nosniff := isNosniff(reply.Headers)
	switch {
	case orbSafelisted(m):
		return ""
	case orbNeverSniffed(m):
		return "no element without CORS can use that"
	case reply.Status == 206 && orbBlocklisted(m):
		return "the response is a part of data"
	case nosniff && (orbBlocklisted(m) || m.Essence() == "text/plain"):
		return "nosniff says so: that is data"
	}
	start, _, ranged := contentRange(reply.Headers)
	media := f.way.kind == mediaLoad
	switch {
	case reply.Status == 206 && (!ranged || start != 0):
		return "the part that came is not the beginning"
	case matchesAudioOrVideo(reply.Body) && !media:
		return "the body is sound or video, which only their own elements may load"
	case matchesAudioOrVideo(reply.Body) && reply.Status != 200 && reply.Status != 206:
		return "the status is " + itoa(reply.Status)
	case matchesAudioOrVideo(reply.Body):
	case media:
		return "the body is neither sound nor video"
	case matchesImage(reply.Body):
	case nosniff:
		return "nosniff forbids to guess what it is"
	case !isOK(reply.Status):
		return "the status is " + itoa(reply.Status)
	case !ok:
	case m.Type == "audio", m.Type == "image", m.Type == "video":
		return "the body is no such thing"
	case json.Valid(reply.Body):
		return "the body is JSON"
	case !isJavaScript(reply.Body, m):
		return "the body is no script"
	}
	return ""
}

// orbSafelisted are the opaque-safelisted MIME types.
func orbSafelisted(m MIMEType) bool {
	return m.IsJavaScript() || m.Essence() == "text/css" || m.Essence() == "image/svg+xml"
}

// orbBlocklisted are the opaque-blocklisted MIME types.
func orbBlocklisted(m MIMEType) bool {
	return m.Essence() == "text/html" || m.IsJSON() || m.IsXML()
}

// orbNeverSniffed says whether the MIME type is an
// opaque-blocklisted-never-sniffed one.
func orbNeverSniffed(m MIMEType) bool {
	_, found := slices.BinarySearch(neverSniffed, m.Essence())
	return found
}

var neverSniffed = []string{
	"application/dash+xml", "application/gzip", "application/msexcel", "application/mspowerpoint", "application/msword",
	"application/msword-template", "application/pdf", "application/vnd.apple.mpegurl", "application/vnd.ces-quickpoint",
	"application/vnd.ces-quicksheet", "application/vnd.ces-quickword", "application/vnd.ms-excel",
	"application/vnd.ms-excel.sheet.macroenabled.12", "application/vnd.ms-powerpoint",
	"application/vnd.ms-powerpoint.presentation.macroenabled.12", "application/vnd.ms-word", "application/vnd.ms-word.document.12",
	"application/vnd.ms-word.document.macroenabled.12", "application/vnd.msword",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"application/vnd.openxmlformats-officedocument.presentationml.template",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.template",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.template",
	"application/vnd.presentation-openxml", "application/vnd.presentation-openxmlm", "application/vnd.spreadsheet-openxml",
	"application/vnd.wordprocessing-openxml", "application/x-gzip", "application/x-protobuf", "application/x-protobuffer",
	"application/zip", "audio/mpegurl", "multipart/byteranges", "multipart/signed", "text/csv", "text/event-stream", "text/vtt",
}

// contentRange reads Content-Range: the first byte of the part, and the length
// of the whole (-1: "*").
//
// https://fetch.spec.whatwg.org/#extract-content-range-values
func contentRange(h Headers) (first, whole int64, ok bool) {
	value, _ := h.Get("Content-Range")
	numbers := aContentRange.FindStringSubmatch(value)
	if numbers == nil {
		return 0, 0, false
	}
	first, errFirst := strconv.ParseInt(numbers[1], 10, 64)
	last, errLast := strconv.ParseInt(numbers[2], 10, 64)
	whole, errWhole := strconv.ParseInt(numbers[3], 10, 64)
	if numbers[3] == "*" {
		whole, errWhole = -1, nil
	}
	if errors.Join(errFirst, errLast, errWhole) != nil || first > last || whole != -1 && last >= whole {
		return 0, 0, false
	}
	return first, whole, true
}

var aContentRange = regexp.MustCompile(`^bytes (\d+)-(\d+)/(\d+|\*)$`)

// isJavaScript says whether a body parses as JavaScript.
func isJavaScript(body []byte, m MIMEType) bool {
	_, err := parseJavaScript(scriptText(body, m))
	return err == nil
}

// scriptText decodes a script: by its byte order mark, by the charset of its
// MIME type if that is UTF-16, else as UTF-8, or as Latin-1 if it is not that.
func scriptText(body []byte, m MIMEType) string {
	charset, _ := m.Parameter("charset")
	charset = strings.ToLower(charset)
	text := string(body)
	switch {
	case strings.HasPrefix(text, "\xFE\xFF"):
		return utf16Text(body[2:], true)
	case strings.HasPrefix(text, "\xFF\xFE"):
		return utf16Text(body[2:], false)
	case charset == "utf-16be":
		return utf16Text(body, true)
	case charset == "utf-16", charset == "utf-16le":
		return utf16Text(body, false)
	case utf8.ValidString(text):
		return text
	}
	return isomorphic(body)
}

func utf16Text(b []byte, bigEndian bool) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		high, low := b[2*i+1], b[2*i]
		if bigEndian {
			high, low = low, high
		}
		units[i] = uint16(high)<<8 | uint16(low)
	}
	return string(utf16.Decode(units))
}
