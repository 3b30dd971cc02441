package oracle

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"strings"
)

// maxDecoded is the most that a coded body is decoded to, in bytes.
const maxDecoded = 16 << 20

// decodeContent undoes a response's content codings. A body whose codings are
// not all known stays as it is; one that is not what they say is a network
// error, unless it may be passed over. What of a body was cut off is not missed.
//
// https://fetch.spec.whatwg.org/#handle-content-codings
func decodeContent(h Headers, body []byte, passOver bool) (decoded []byte, ok bool) {
	value, found := h.Get("Content-Encoding")
	if !found || len(body) == 0 {
		return body, true
	}
	codings := strings.Split(strings.ToLower(value), ",")
	for i, coding := range codings {
		codings[i] = strings.Trim(coding, httpWhitespace)
		switch codings[i] {
		case "gzip", "x-gzip", "deflate":
		default:
			return body, true
		}
	}
	for i := len(codings) - 1; i >= 0; i-- {
		switch plain, ok := inflate(codings[i], body); {
		case ok:
			body = plain
		case !passOver:
			return nil, false
		}
	}
	return body, true
}

// codingsParse says whether Chromium can read a response's list of codings,
// known or not.
//
// https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_util.cc
func codingsParse(h Headers) bool {
	value, _ := h.Get("Content-Encoding")
	return !strings.ContainsAny(value, `"=;*`) && !slices.ContainsFunc(strings.Split(value, ","), func(coding string) bool {
		name := strings.Trim(coding, " \t")
		return strings.ContainsAny(name, " \t") || name == "" && coding != ""
	})
}

// inflate undoes one coding. Browsers take deflate with and without the zlib
// header, and look at no checksum.
func inflate(coding string, body []byte) ([]byte, bool) {
	var r io.Reader
	if coding == "deflate" {
		r = flate.NewReader(bytes.NewReader(body))
		if wrapped, err := zlib.NewReader(bytes.NewReader(body)); err == nil {
			r = wrapped
		}
	} else {
		const magic = "\x1f\x8b"
		if !bytes.HasPrefix(body, []byte(magic[:min(len(body), len(magic))])) {
			return nil, false
		}
		zipped, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, errors.Is(err, io.ErrUnexpectedEOF)
		}
		zipped.Multistream(false)
		r = zipped
	}
	out, err := io.ReadAll(io.LimitReader(r, maxDecoded))
	switch {
	case err == nil, errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrChecksum):
		return out, true
	}
	return nil, false
}
