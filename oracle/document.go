package oracle

import (
	"bytes"
	"slices"
	"strings"
)

// documentType is the essence of the response's computed MIME type, as far as a
// navigation needs it.
//
// https://mimesniff.spec.whatwg.org/#document-sniff
func (f *fetching) documentType(reply Reply) string {
	m, ok := ExtractMIMEType(reply.Headers)
	essence := m.Essence()
	loose := f.state.Profile[FrameTypesOfItsOwn]
	if loose {
		essence, _ = looseType(reply.Headers)
		ok = essence != ""
	}
	nosniff := isNosniff(reply.Headers)
	switch value, _ := reply.Headers.Get("Content-Type"); {
	case loose && !ok && nosniff:
		return "text/plain"
	case loose && essence == "text/plain" && !nosniff && matchesImage(reply.Body):
		return "image/png"
	case !ok, essence == "unknown/unknown", essence == "application/unknown", essence == "*/*":
		return sniffedDocument(reply.Body)
	case (isApacheBug(value) || loose && essence == "text/plain") && !nosniff && isBinary(reply.Body):
		return "application/octet-stream"
	}
	return essence
}

// shows says whether a frame shows a type.
//
// https://html.spec.whatwg.org/multipage/document-lifecycle.html#loading-a-document
func (f *fetching) shows(essence string) bool {
	if essence == "application/pdf" && f.state.Profile[NoPDFViewer] {
		return false
	}
	kind, subtype, _ := strings.Cut(essence, "/")
	m := MIMEType{Type: kind, Subtype: subtype}
	switch essence {
	case "text/html", "text/css", "text/plain", "text/vtt", "multipart/x-mixed-replace", "application/pdf", "text/pdf",
		"image/png", "image/gif", "image/jpeg", "image/webp", "image/bmp", "image/avif", "image/apng", "image/x-icon", "image/vnd.microsoft.icon",
		"audio/mpeg", "audio/ogg", "audio/wav", "audio/webm", "audio/mp4", "audio/flac", "audio/aac", "video/ogg", "video/webm", "video/mp4":
		return true
	}
	if !f.state.Profile[FrameTypesOfItsOwn] {
		return m.IsJavaScript() || m.IsJSON() || m.IsXML()
	}
	switch essence {
	case "application/xml", "application/atom+xml", "application/rss+xml", "application/xhtml+xml", "image/svg+xml", "image/jxl":
		return true
	}
	return m.IsJavaScript() || m.IsJSON() || kind == "text" && !slices.Contains(chromiumTextDownloads, subtype)
}

// chromiumTextDownloads are the kinds of text that Chromium hands on.
var chromiumTextDownloads = []string{"calendar", "x-calendar", "x-vcalendar", "vcalendar", "vcard", "x-vcard", "directory", "ldif", "qif", "x-qif", "x-csv", "x-vcf",
	"rtf", "comma-separated-values", "csv", "tab-separated-values", "tsv", "ofx", "vnd.sun.j2me.app-descriptor", "x-ms-iqy", "x-ms-odc"}

// isApacheBug holds for the values of Content-Type that servers give to what
// they do not know.
//
// https://mimesniff.spec.whatwg.org/#interpreting-the-resource-metadata
func isApacheBug(contentType string) bool {
	switch contentType {
	case "text/plain", "text/plain; charset=ISO-8859-1", "text/plain; charset=iso-8859-1", "text/plain; charset=UTF-8":
		return true
	}
	return false
}

// isBinary says whether a body has a byte that no text has, and no byte order
// mark before it.
//
// https://mimesniff.spec.whatwg.org/#rules-for-text-or-binary
func isBinary(body []byte) bool {
	for _, mark := range []string{"\xFE\xFF", "\xFF\xFE", "\xEF\xBB\xBF"} {
		if bytes.HasPrefix(body, []byte(mark)) {
			return false
		}
	}
	return bytes.ContainsFunc(body, func(c rune) bool {
		return c <= 8 || c == 0x0B || c >= 0x0E && c <= 0x1A || c >= 0x1C && c <= 0x1F
	})
}

// sniffedDocument is the essence of a body whose type nobody gave, as far as
// frames tell types apart: what is binary and no media is handed on.
//
// https://mimesniff.spec.whatwg.org/#identify-a-resource-with-an-unknown-mime-type
func sniffedDocument(body []byte) string {
	has := func(signature string) bool { return bytes.HasPrefix(body, []byte(signature)) }
	switch {
	case has("%PDF-"):
		return "application/pdf"
	case has("%!PS-Adobe-"):
		return "application/postscript"
	case matchesImage(body):
		return "image/png"
	case matchesAudioOrVideo(body):
		return "video/mp4"
	case has("\x1F\x8B\x08"), has("PK\x03\x04"), has("Rar \x1A\x07\x00"), isBinary(body):
		return "application/octet-stream"
	}
	return "text/html"
}
