package oracle

import (
	"bytes"
	"cmp"
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
	loose, listed := f.state.Profile[FrameTypesOfItsOwn], f.state.Profile[FrameTypesListed]
	if loose || listed {
		essence, _ = looseType(reply.Headers)
		ok = essence != ""
	}
	nosniff := isNosniff(reply.Headers)
	text, _ := reply.Headers.Get("Content-Type")
	mistaken := slices.Contains(apacheBugTypes, text) || loose && essence == "text/plain"
	switch {
	case !f.url().isHTTP() && f.state.Profile[LocalDocumentsUnsniffed]:
		return cmp.Or(essence, "text/plain")
	case !ok && text != "*/*" && strings.Contains(text, "/") && f.state.Profile[FrameTypesRegistered]:
		return text
	case loose && !ok && nosniff:
		return "text/plain"
	case !ok, slices.Contains(unknownTypes, essence) && !listed:
		return sniffedDocument(reply.Body)
	case mistaken && !nosniff && isBinary(reply.Body) && !(loose && matchesImage(reply.Body)):
		return "application/octet-stream"
	}
	return essence
}

// unknownTypes are those that say that nobody knows.
var unknownTypes = []string{"unknown/unknown", "application/unknown", "*/*"}

// apacheBugTypes are the values of Content-Type that servers give to what they
// do not know.
//
// https://mimesniff.spec.whatwg.org/#interpreting-the-resource-metadata
var apacheBugTypes = []string{"text/plain", "text/plain; charset=ISO-8859-1", "text/plain; charset=iso-8859-1", "text/plain; charset=UTF-8"}

// shows says whether a frame shows a type.
//
// https://html.spec.whatwg.org/multipage/document-lifecycle.html#loading-a-document
func (f *fetching) shows(essence string) bool {
	if essence == "application/pdf" && f.state.Profile[NoPDFViewer] {
		return false
	}
	kind, subtype, _ := strings.Cut(essence, "/")
	m := MIMEType{Type: kind, Subtype: subtype}
	switch {
	case f.state.Profile[FrameTypesListed] && (m.IsJSON() && kind != "text" && subtype != "json" || essence == "video/ogg"):
		return false
	case slices.Contains(shownTypes, essence), m.IsJavaScript(), m.IsJSON():
		return true
	case f.state.Profile[FrameTypesOfItsOwn]:
		return slices.Contains(chromiumXML, essence) || kind == "text" && !slices.Contains(chromiumTextDownloads, subtype)
	case f.state.Profile[FrameTypesListed]:
		return slices.Contains(firefoxXML, essence) || kind == "text" && !slices.Contains(chromiumTextDownloads, subtype)
	case f.state.Profile[FrameTypesRegistered]:
		return slices.Contains(webKitXML, essence) || kind == "text" && !slices.Contains(webKitTextDownloads, subtype)
	}
	return m.IsXML()
}

// shownTypes are those that frames show as documents, images and media.
var shownTypes = []string{"text/html", "text/css", "text/plain", "text/vtt", "multipart/x-mixed-replace", "application/pdf", "text/pdf",
	"image/png", "image/gif", "image/jpeg", "image/webp", "image/bmp", "image/avif", "image/apng", "image/x-icon", "image/vnd.microsoft.icon",
	"audio/mpeg", "audio/ogg", "audio/wav", "audio/webm", "audio/mp4", "audio/flac", "audio/aac", "video/ogg", "video/webm", "video/mp4"}

// chromiumXML are the kinds of XML, and of images beside, that Chromium shows.
var chromiumXML = []string{"application/xml", "application/atom+xml", "application/rss+xml", "application/xhtml+xml", "image/svg+xml", "image/jxl"}

// chromiumTextDownloads are the kinds of text that Chromium hands on.
var chromiumTextDownloads = []string{"calendar", "x-calendar", "x-vcalendar", "vcalendar", "vcard", "x-vcard", "directory", "ldif", "qif", "x-qif", "x-csv", "x-vcf",
	"rtf", "comma-separated-values", "csv", "tab-separated-values", "tsv", "ofx", "vnd.sun.j2me.app-descriptor", "x-ms-iqy", "x-ms-odc"}

// firefoxXML are the kinds of XML that Firefox shows beside text of any kind.
var firefoxXML = []string{"application/xml", "application/xhtml+xml", "application/mathml+xml", "application/rdf+xml", "application/vnd.wap.xhtml+xml", "image/svg+xml"}

// webKitXML are the kinds of XML that WebKit shows beside text/xml.
var webKitXML = []string{"application/xml", "application/atom+xml", "application/rss+xml", "application/xhtml+xml", "application/vnd.wap.xhtml+xml", "image/svg+xml"}

// webKitTextDownloads are the kinds of text that WebKit hands on.
var webKitTextDownloads = []string{"calendar", "x-calendar", "x-vcalendar", "vcalendar", "vcard", "x-vcard", "directory", "ldif", "qif", "x-qif", "x-csv", "x-vcf", "rtf"}

// isBinary says whether a body has a byte that no text has, and no byte order
// mark before it.
//
// https://mimesniff.spec.whatwg.org/#rules-for-text-or-binary
func isBinary(body []byte) bool { return !isMarked(body) && bytes.ContainsAny(body, binaryBytes) }

// isMarked holds for a body that begins with a byte order mark.
func isMarked(body []byte) bool {
	return slices.ContainsFunc([]string{"\xFE\xFF", "\xFF\xFE", "\xEF\xBB\xBF"}, func(mark string) bool { return bytes.HasPrefix(body, []byte(mark)) })
}

// binaryBytes are the bytes that no text has.
//
// https://mimesniff.spec.whatwg.org/#binary-data-byte
const binaryBytes = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0B\x0E\x0F\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1C\x1D\x1E\x1F"

// sniffedDocument is the essence of a body whose type nobody gave, as far as
// frames tell types apart: they show images like documents, and hand on what is
// binary.
//
// https://mimesniff.spec.whatwg.org/#identify-a-resource-with-an-unknown-mime-type
func sniffedDocument(body []byte) string {
	has := func(signature string) bool { return bytes.HasPrefix(body, []byte(signature)) }
	switch {
	case has("%PDF-"):
		return "application/pdf"
	case has("%!PS-Adobe-"):
		return "application/postscript"
	case matchesAudioOrVideo(body):
		return "video/mp4"
	case has("PK\x03\x04"), isBinary(body) && !matchesImage(body):
		return "application/octet-stream"
	}
	return "text/html"
}
