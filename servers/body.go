package servers

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// framing finds the end of a message body in the bytes of a connection, and
// keeps the first bytes of what the body says. It is fed pieces of any size, so
// that the same bytes can be passed on untouched.
type framing struct {
	kind  framingKind
	done  bool
	left  int64 // bytes to come: of the body (byLength), of the chunk (chunked)
	state chunkState
	lines int // bytes of chunk extensions and trailers, bounded

	keep int    // how many bytes of the body to keep
	body []byte // the kept ones, without the chunks' framing
	size int64  // how many there were
}

type framingKind int

const (
	noBody framingKind = iota
	byLength
	chunked
	untilClose
)

type chunkState int

const (
	chunkSize chunkState = iota // at the first digit
	chunkDigits
	chunkExtension
	chunkSizeEnd // after the CR of the size line
	chunkData
	chunkDataEnd // after the last byte of data
	chunkDataLF
	trailerStart // at the start of a trailer line
	trailerLine
	trailerEnd // after the CR of the empty line
)

// requestFraming is the framing that a request's headers announce.
func requestFraming(h requestHead) (framing, error) {
	f := framing{keep: bodyLimit}
	coding := has(h.headers, "Transfer-Encoding")
	length, given, err := contentLength(h.headers)
	switch {
	case err != nil:
		return f, err
	case coding && (given || h.minor == 0 || !onlyChunked(h.headers)):
		return f, errors.New("servers: the request's Transfer-Encoding leaves its length in doubt")
	case coding:
		f.kind = chunked
	case length > bodyLimit:
		return f, errBodyTooLarge
	case length > 0:
		f.kind, f.left = byLength, length
	default:
		f.done = true
	}
	return f, nil
}

// replyFraming is the framing of a set-up's reply. Where its headers are wrong
// the reply ends with the connection: the browser is to see what came.
func replyFraming(method string, status int, headers oracle.Headers) framing {
	f := framing{keep: replyKept}
	length, given, err := contentLength(headers)
	switch {
	case bodiless(method, status):
		f.done = true
	case onlyChunked(headers):
		f.kind = chunked
	case has(headers, "Transfer-Encoding"), err != nil, !given:
		f.kind = untilClose
	case length == 0:
		f.done = true
	default:
		f.kind, f.left = byLength, length
	}
	return f
}

// bodiless reports whether a reply has no body whatever its headers say: RFC
// 9112, section 6.3.
func bodiless(method string, status int) bool {
	return method == "HEAD" || status < 200 || status == 204 || status == 304
}

// contentLength reads Content-Length; given is false when there is none.
func contentLength(headers oracle.Headers) (n int64, given bool, err error) {
	for _, h := range headers {
		if !strings.EqualFold(h.Name, "Content-Length") {
			continue
		}
		v, err := strconv.ParseUint(strings.Trim(h.Value, " \t"), 10, 63)
		if err != nil || given && int64(v) != n {
			return 0, true, errors.New("servers: Content-Length is not one number")
		}
		n, given = int64(v), true
	}
	return n, given, nil
}

// onlyChunked reports whether "chunked" is the one transfer coding.
func onlyChunked(headers oracle.Headers) bool {
	found := false
	for _, h := range headers {
		if strings.EqualFold(h.Name, "Transfer-Encoding") {
			if found || !strings.EqualFold(strings.Trim(h.Value, " \t"), "chunked") {
				return false
			}
			found = true
		}
	}
	return found
}

// next takes bytes off the connection and returns how many of them belong to
// this message. When it is all there, done is true.
func (f *framing) next(p []byte) (used int, err error) {
	switch f.kind {
	case byLength:
		n := f.take(p)
		f.done = f.left == 0
		return n, nil
	case untilClose:
		f.left = math.MaxInt64
		return f.take(p), nil
	case chunked:
		return f.nextChunked(p)
	default:
		f.done = true
		return 0, nil
	}
}

// take takes as much of p as is left.
func (f *framing) take(p []byte) int {
	n := len(p)
	if int64(n) > f.left {
		n = int(f.left)
	}
	f.left -= int64(n)
	f.size += int64(n)
	f.body = append(f.body, p[:min(n, f.keep-len(f.body))]...)
	return n
}

var errChunk = errors.New("servers: the chunked body is malformed")

// nextChunked is next for chunks: RFC 9112, section 7.1. Like browsers, it
// takes a lone LF for the end of a line.
func (f *framing) nextChunked(p []byte) (used int, err error) {
	for i := 0; i < len(p); {
		if f.state == chunkData {
			i += f.take(p[i:])
			if f.left == 0 {
				f.state = chunkDataEnd
			}
			continue
		}
		c := p[i]
		i++
		switch f.state {
		case chunkSize, chunkDigits:
			digit, ok := hexDigit(c)
			switch {
			case ok && f.left < 1<<40:
				f.left, f.state = f.left<<4|digit, chunkDigits
			case ok, f.state == chunkSize:
				return i, errChunk
			case c == '\n':
				f.sizeRead()
			case c == '\r':
				f.state = chunkSizeEnd
			case c == ';', c == ' ', c == '\t':
				f.state = chunkExtension
			default:
				return i, errChunk
			}
		case chunkExtension, trailerLine:
			if f.lines++; f.lines > headLimit {
				return i, errChunk
			}
			switch {
			case c != '\n':
			case f.state == trailerLine:
				f.state = trailerStart
			default:
				f.sizeRead()
			}
		case chunkSizeEnd:
			if c != '\n' {
				return i, errChunk
			}
			f.sizeRead()
		case chunkDataEnd, chunkDataLF:
			switch {
			case c == '\n':
				f.state = chunkSize
			case c == '\r' && f.state == chunkDataEnd:
				f.state = chunkDataLF
			default:
				return i, errChunk
			}
		case trailerStart, trailerEnd:
			switch {
			case c == '\n':
				f.done = true
				return i, nil
			case f.state == trailerEnd:
				return i, errChunk
			case c == '\r':
				f.state = trailerEnd
			default:
				f.state = trailerLine
			}
		}
	}
	return len(p), nil
}

// sizeRead moves on from the line that gives a chunk's size.
func (f *framing) sizeRead() {
	f.state = chunkData
	if f.left == 0 {
		f.state = trailerStart
	}
}

func hexDigit(c byte) (int64, bool) {
	switch {
	case '0' <= c && c <= '9':
		return int64(c - '0'), true
	case 'a' <= c && c <= 'f':
		return int64(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return int64(c-'A') + 10, true
	}
	return 0, false
}
