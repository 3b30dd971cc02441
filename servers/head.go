package servers

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/corsproof/corsproof/oracle"
)

// Limits of what a client may send.
const (
	headLimit = 256 << 10
	bodyLimit = 16 << 20
	// openBodyLimit is that of a listener that any page can find.
	openBodyLimit = 64 << 10
)

var (
	errHeadTooLarge = errors.New("servers: the head is larger than 256 KiB")
	errBodyTooLarge = errors.New("servers: the body is too large")
)

// requestHead is a request line and the header lines under it, as they arrived.
type requestHead struct {
	method, target string
	minor          int // HTTP/1.minor
	headers        oracle.Headers
}

// headEnd is the length of the head at the start of p, its empty line included,
// or -1 when p does not hold all of it. The first from bytes are known to hold
// no end.
func headEnd(p []byte, from int) int {
	for {
		i := bytes.IndexByte(p[from:], '\n')
		if i < 0 {
			return -1
		}
		from += i + 1
		switch rest := p[from:]; {
		case len(rest) > 0 && rest[0] == '\n':
			return from + 1
		case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
			return from + 2
		}
	}
}

// parseRequestHead reads a request head. It is strict where two readers of the
// same bytes could disagree on where a message ends, because the bytes of a
// set-up's request are read by both sides of the connection.
func parseRequestHead(raw []byte) (requestHead, error) {
	text := isomorphicDecode(raw)
	line, rest := cutLine(text)
	method, after, _ := strings.Cut(line, " ")
	target, version, ok := strings.Cut(after, " ")
	if !ok || !isToken(method) || target == "" || strings.ContainsAny(target, "\t\r\x00") {
		return requestHead{}, fmt.Errorf("servers: not a request line: %.80q", line)
	}
	h := requestHead{method: method, target: target}
	switch version {
	case "HTTP/1.1":
		h.minor = 1
	case "HTTP/1.0":
	default:
		return requestHead{}, fmt.Errorf("servers: not a version this server speaks: %.20q", version)
	}
	h.headers = make(oracle.Headers, 0, strings.Count(rest, "\n"))
	for {
		line, rest = cutLine(rest)
		if line == "" {
			return h, nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) || strings.ContainsAny(value, "\r\x00") {
			return requestHead{}, fmt.Errorf("servers: not a header line: %.80q", line)
		}
		h.headers = append(h.headers, oracle.Header{Name: name, Value: strings.TrimPrefix(value, " ")})
	}
}

// parseReplyHead reads a response head. A set-up's mistakes are for the browser
// to judge, so a line that is no header line is kept as a name without a value.
// ok is false when the first line is no status line.
func parseReplyHead(raw []byte) (reply oracle.Reply, ok bool) {
	line, rest := cutLine(isomorphicDecode(raw))
	version, after, _ := strings.Cut(line, " ")
	code, text, _ := strings.Cut(after, " ")
	status, err := strconv.Atoi(code)
	if !strings.HasPrefix(version, "HTTP/1.") || err != nil || len(code) != 3 || status < 100 {
		return oracle.Reply{}, false
	}
	reply = oracle.Reply{Status: status, StatusText: strings.Trim(text, " ")}
	for {
		line, rest = cutLine(rest)
		if line == "" {
			return reply, true
		}
		name, value, _ := strings.Cut(line, ":")
		reply.Headers = append(reply.Headers, oracle.Header{Name: name, Value: strings.TrimPrefix(value, " ")})
	}
}

// cutLine cuts text after its first line and gives the line without its end.
func cutLine(text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}

// isToken reports whether s is a token of RFC 9110, section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}

// first is the value of the first header line of that name, without the
// whitespace around it; "" when there is none.
func first(headers oracle.Headers, name string) string {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return strings.Trim(h.Value, " \t")
		}
	}
	return ""
}

// has reports whether there is a header line of that name.
func has(headers oracle.Headers, name string) bool {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}

// listed reports whether a header, read as a comma-separated list over all its
// lines, holds an item, compared without case.
func listed(headers oracle.Headers, name, item string) bool {
	for _, h := range headers {
		if !strings.EqualFold(h.Name, name) {
			continue
		}
		for part := range strings.SplitSeq(h.Value, ",") {
			if strings.EqualFold(strings.Trim(part, " \t"), item) {
				return true
			}
		}
	}
	return false
}

// isomorphicDecode makes a string of bytes, each one character (U+0000 to
// U+00FF).
func isomorphicDecode(p []byte) string {
	for i, c := range p {
		if c >= utf8.RuneSelf {
			out := append(make([]byte, 0, len(p)+16), p[:i]...)
			for _, c := range p[i:] {
				out = utf8.AppendRune(out, rune(c))
			}
			return string(out)
		}
	}
	return string(p)
}

// appendIsomorphic appends a string's characters, each one byte. What is no
// isomorphic string is appended as the bytes it has.
func appendIsomorphic(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			dst = append(dst, s[i])
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r <= 0xFF {
			dst = append(dst, byte(r))
		} else {
			dst = append(dst, s[i:i+size]...)
		}
		i += size
	}
	return dst
}
