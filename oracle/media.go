package oracle

import (
	"encoding/binary"
	"slices"
)

// useMedia plays what came. Media are asked for by their bytes, so a part is as
// good as the whole, if it says which part it is.
//
// https://html.spec.whatwg.org/multipage/media.html#verify-a-media-response
func (f *fetching) useMedia(reply Reply) {
	first, whole, ranged := contentRange(reply.Headers)
	part := reply.Status == 206
	switch {
	case f.url().scheme == "data" && f.state.Profile[MediaOfDataURLsTyped] && !slices.Contains(mediaTypes, dataType(f.url())):
		f.fail(WrongType, mediaResponse, "The data: URL says ", quote(dataType(f.url())), ", which is no type of sound or video.")
	case !part && reply.Status != 200:
		f.fail(WrongType, mediaResponse, "Status ", itoa(reply.Status), " is neither 200 nor 206, and media need one of them.")
	case part && !ranged:
		f.fail(WrongType, mediaResponse, "Status 206 without a Content-Range that parses is no part of anything.")
	case part && first != 0:
		f.fail(WrongType, mediaResponse, "The first byte was asked for, and the part begins at byte ", itoa(int(first)), ".")
	case part && whole > int64(len(reply.Body)):
		f.fail(WrongType, mediaResponse, "The whole has ", itoa(int(whole)), " bytes, and the server gives no more than the first ", itoa(len(reply.Body)), ".")
	case !begins(reply.Body, playable):
		f.fail(WrongType, mediaResponse, "What came is neither sound nor video.")
	case f.mode == "no-cors" && f.redirects > 0 && f.urls[0].written != nil && f.state.Profile[UpgradedMediaTainted]:
		f.finish(Opaque, Tainted, mediaResponse, "It plays, and it is not origin-clean: its first URL was one of http, and then it was redirected.")
	case f.tainting == "opaque" && !(f.state.Profile[MediaTaintedByLastURL] && f.way.Via == "audio" && SameOrigin(f.origin, f.url().origin)):
		f.finish(Opaque, Tainted, mediaResponse, "It plays, and it is not origin-clean: script can neither record it nor read its frames.")
	default:
		f.finish(Allowed, "", mediaResponse, "It plays, and script can record it and read its frames.")
	}
}

// mediaTypes are the types of sound and video that an engine knows.
var mediaTypes = []string{"application/ogg", "application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/aac", "audio/flac", "audio/matroska", "audio/mp3", "audio/mp4",
	"audio/mpeg", "audio/mpegurl", "audio/ogg", "audio/wav", "audio/webm", "audio/x-m4a", "audio/x-mp3", "audio/x-mpegurl", "audio/x-wav",
	"video/matroska", "video/mp4", "video/ogg", "video/webm", "video/x-m4v", "video/x-matroska"}

// useTrack takes whatever begins as WebVTT, whatever its status and type.
//
// https://www.w3.org/TR/webvtt1/#file-parsing
func (f *fetching) useTrack(reply Reply) {
	if !begins(reply.Body, webVTT) {
		f.fail(WrongType, trackResponse, "What came does not begin with WEBVTT.")
	} else {
		f.finish(Allowed, "", trackResponse, "The text track loads, and script can read its cues.")
	}
}

var webVTT = signatures(`(\xEF\xBB\xBF)?WEBVTT([ \t\r\n]|$)`)

// useSVGDocument takes what can be parsed as a document: XML, or HTML.
//
// https://www.w3.org/TR/SVG2/linking.html#processingURL-fetch
func (f *fetching) useSVGDocument(reply Reply) {
	m, _ := f.mimeType(reply.Headers)
	document := m.IsXML() || m.Essence() == "text/html"
	failed := false
	if f.state.Profile[SVGDocumentsChecked] {
		failed, document = reply.Status >= 400, slices.Contains(svgDocuments, m.Essence())
	}
	switch {
	case failed:
		f.fail(WrongType, svgResponse, "Status ", itoa(reply.Status), " is an error, and then the document is not used.")
	case !document:
		f.fail(WrongType, svgResponse, "A shape stands in a document, and ", contentType(reply.Headers), ".")
	case len(reply.Body) == 0:
		f.fail(WrongType, svgResponse, "What came is empty.")
	default:
		f.finish(Allowed, "", svgResponse, "The document is parsed, and its shape stands in the page.")
	}
}

// svgDocuments are the types that an engine takes for a document of shapes.
var svgDocuments = []string{"image/svg+xml", "text/xml", "application/xml", "application/xhtml+xml"}

// matchesAudioOrVideo is the audio or video type pattern matching algorithm.
//
// https://mimesniff.spec.whatwg.org/#audio-or-video-type-pattern-matching-algorithm
func matchesAudioOrVideo(b []byte) bool { return begins(b, mediaSignatures) || matchesMP4(b) }

// matchesMP4 looks at the brands in the first box.
//
// https://mimesniff.spec.whatwg.org/#signature-for-mp4
func matchesMP4(b []byte) bool {
	if !hasAt(b, 4, "ftyp") {
		return false
	}
	size := int(binary.BigEndian.Uint32(b))
	if len(b) < size || size%4 != 0 {
		return false
	}
	for at := 8; at < size; at += 4 {
		if at != 12 && hasAt(b, at, "mp4") { // at 12 stands the minor version
			return true
		}
	}
	return false
}
