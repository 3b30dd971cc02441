package oracle

import (
	"encoding/binary"
	"regexp"
	"strings"
)

// signatures are how the bytes of some formats begin: regular expressions on
// bytes, where a dot is any one.
func signatures(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile("(?s)^(?:" + strings.Join(patterns, "|") + ")")
}

// begins says whether b begins with one of the signatures. A regular expression
// reads runes, so each byte becomes one.
func begins(b []byte, with *regexp.Regexp) bool { return with.MatchString(isomorphic(b)) }

// isomorphic is the isomorphic decoding of bytes.
//
// https://infra.spec.whatwg.org/#isomorphic-decode
func isomorphic(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
var imageSignatures = signatures(`\x00\x00[\x01\x02]\x00`, `BM`, `GIF8[79]a`, `\x89PNG\r\n\x1a\n`, `\xFF\xD8\xFF`, `RIFF....WEBPVP`)

// Those of audio and video, without MP3 that begins with no ID3 tag; MP4 is not
// told by how it begins alone.
//
// https://mimesniff.spec.whatwg.org/#matching-an-audio-or-video-type-pattern
var mediaSignatures = signatures(`FORM....AIFF`, `ID3`, `OggS\x00`, `MThd\x00\x00\x00\x06`, `RIFF....(AVI |WAVE)`, webMSignature)

// The document type of WebM stands near the beginning.
//
// https://mimesniff.spec.whatwg.org/#signature-for-webm
const webMSignature = `\x1A\x45\xDF\xA3.{0,34}\x42\x82.{0,34}webm`

// https://mimesniff.spec.whatwg.org/#matching-a-font-type-pattern
var fontSignatures = signatures(`\x00\x01\x00\x00`, `OTTO`, `ttcf`, `wOFF`, `wOF2`, `true`)

// isFont holds for what begins like a font and has all that its head says: its
// length, or a table of tables, and something in these.
//
// https://www.w3.org/TR/WOFF2/#woff20Header
func isFont(b []byte) bool {
	const tables, table = 12, 16 // the head of an sfnt, and of each of its tables
	switch {
	case !begins(b, fontSignatures) || len(b) < tables:
		return false
	case b[0] == 'w':
		return int(binary.BigEndian.Uint32(b[8:])) == len(b)
	case b[0] == 't' && b[1] == 't':
		return true
	}
	count := int(binary.BigEndian.Uint16(b[4:]))
	return count > 0 && len(b) > tables+count*table
}

// playable are formats that browsers play, with the head that they need to
// begin; the last is a frame of MPEG audio, layer III.
var playable = signatures(`RIFF....WAVEfmt .*data`, webMSignature+`.*\x1F\x43\xB6\x75`, `ID3`, `OggS\x00`, `fLaC`, `....ftyp.*moov`,
	`\xFF[\xE2\xE3\xEA\xEB\xF2\xF3\xFA\xFB]`)
