package oracle

import (
	"bytes"
	"encoding/binary"
)

// useMedia plays what came. Media are asked for by their bytes, so a part is as
// good as the whole, if it says which part it is.
//
// https://html.spec.whatwg.org/multipage/media.html#verify-a-media-response
func (f *fetching) useMedia(reply Reply) {
	first, whole, ranged := contentRange(reply.Headers)
	switch {
	case reply.Status != 200 && reply.Status != 206 && f.url().isHTTP():
		f.fail(WrongType, mediaResponse, "Status ", itoa(reply.Status), " is neither 200 nor 206, and media need one of them.")
		return
	case reply.Status == 206 && !ranged:
		f.fail(WrongType, mediaResponse, "Status 206 without a Content-Range that parses is no part of anything.")
		return
	case reply.Status == 206 && first != 0:
		f.fail(WrongType, mediaResponse, "The first byte was asked for, and the part begins at byte ", itoa(int(first)), ".")
		return
	case reply.Status == 206 && whole > int64(len(reply.Body)):
		f.fail(WrongType, mediaResponse, "The whole has ", itoa(int(whole)), " bytes, and the server gives no more than the first ", itoa(len(reply.Body)), ".")
		return
	case !isPlayable(reply.Body):
		f.fail(WrongType, mediaResponse, "What came is neither sound nor video.")
		return
	}
	if f.tainting == "opaque" {
		f.finish(Opaque, Tainted, mediaResponse, "It plays, and it is not origin-clean: script can neither record it nor read its frames.")
		return
	}
	f.finish(Allowed, "", mediaResponse, "It plays, and script can record it and read its frames.")
}

// useTrack takes whatever begins as WebVTT, whatever its status and type.
//
// https://www.w3.org/TR/webvtt1/#file-parsing
func (f *fetching) useTrack(reply Reply) {
	rest, found := bytes.CutPrefix(bytes.TrimPrefix(reply.Body, []byte("\xEF\xBB\xBF")), []byte("WEBVTT"))
	if !found || len(rest) > 0 && !bytes.ContainsAny(rest[:1], " \t\r\n") {
		f.fail(WrongType, trackResponse, "What came does not begin with WEBVTT.")
		return
	}
	f.finish(Allowed, "", trackResponse, "The text track loads, and script can read its cues.")
}

// useSVGDocument takes what can be parsed as a document: XML, or HTML.
//
// https://www.w3.org/TR/SVG2/linking.html#processingURL-fetch
func (f *fetching) useSVGDocument(reply Reply) {
	m, ok := f.mimeType(reply.Headers)
	document := ok && (m.IsXML() || m.Essence() == "text/html")
	if f.state.Profile[SVGDocumentsChecked] {
		if reply.Status >= 400 {
			f.fail(WrongType, svgResponse, "Status ", itoa(reply.Status), " is an error, and then the document is not used.")
			return
		}
		switch m.Essence() {
		case "image/svg+xml", "text/xml", "application/xml", "application/xhtml+xml":
		default:
			document = false
		}
	}
	switch {
	case !document:
		f.fail(WrongType, svgResponse, "A shape stands in a document, and ", contentType(reply.Headers), ".")
	case len(reply.Body) == 0:
		f.fail(WrongType, svgResponse, "What came is empty.")
	default:
		f.finish(Allowed, "", svgResponse, "The document is parsed, and its shape stands in the page.")
	}
}

// matchesAudioOrVideo is the audio or video type pattern matching algorithm,
// without MP3 that begins with no ID3 tag.
//
// https://mimesniff.spec.whatwg.org/#audio-or-video-type-pattern-matching-algorithm
func matchesAudioOrVideo(b []byte) bool {
	return hasAt(b, 0, "FORM") && hasAt(b, 8, "AIFF") || hasAt(b, 0, "ID3") || hasAt(b, 0, "OggS\x00") || hasAt(b, 0, "MThd\x00\x00\x00\x06") ||
		hasAt(b, 0, "RIFF") && (hasAt(b, 8, "AVI ") || hasAt(b, 8, "WAVE")) || matchesMP4(b) || matchesWebM(b)
}

// matchesMP4 looks at the brands in the first box.
//
// https://mimesniff.spec.whatwg.org/#signature-for-mp4
func matchesMP4(b []byte) bool {
	if len(b) < 12 || !hasAt(b, 4, "ftyp") {
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

// matchesWebM looks for the document type near the beginning.
//
// https://mimesniff.spec.whatwg.org/#signature-for-webm
func matchesWebM(b []byte) bool {
	if !hasAt(b, 0, "\x1A\x45\xDF\xA3") {
		return false
	}
	head := b[:min(len(b), 38+8)]
	at := bytes.Index(head, []byte("\x42\x82"))
	return at >= 0 && bytes.Contains(head[at:], []byte("webm"))
}

// isPlayable says whether b is sound or video in one of the formats that
// browsers play, with the head that they need to begin.
func isPlayable(b []byte) bool {
	switch {
	case hasAt(b, 0, "RIFF"):
		return hasAt(b, 8, "WAVEfmt ") && bytes.Contains(b, []byte("data"))
	case matchesWebM(b):
		const cluster = "\x1F\x43\xB6\x75"
		return bytes.Contains(b, []byte(cluster))
	}
	return hasAt(b, 0, "ID3") || hasAt(b, 0, "OggS\x00") || hasAt(b, 0, "fLaC") || hasAt(b, 4, "ftyp") && bytes.Contains(b, []byte("moov")) ||
		len(b) > 1 && b[0] == 0xFF && b[1]&0xE6 == 0xE2 // a frame of MPEG audio, layer III
}
