package scenarios

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// head is what stands before the body of a raw answer.
type head struct {
	status  int
	text    string // behind the status
	chunks  bool   // HTTP/1.1: there may be chunks
	headers oracle.Headers
}

// finalHead reads a raw answer as browsers do, leniently, up to the body: 1xx
// responses are skipped, but for a 101 that no other head follows. ok is false
// when the bytes are no HTTP response; the head is then empty, and rest is all of
// them.
//
// https://fetch.spec.whatwg.org/#concept-http-network-fetch
func finalHead(raw []byte) (h head, rest []byte, ok bool) {
	rest = raw
	for {
		next, after, found := parseHead(rest)
		if !found && h.status == 101 {
			return h, rest, true
		}
		if !found {
			return head{}, raw, false
		}
		h, rest = next, after
		if h.status < 100 || h.status > 199 || len(rest) == 0 {
			return h, rest, true
		}
	}
}

// parseHead reads one status line and the header lines after it, up to an empty
// line. ok is false when there is no such thing.
func parseHead(data []byte) (h head, rest []byte, ok bool) {
	rest, ok = skipSlop(data)
	if !ok {
		return h, data, false
	}
	line, rest, _ := cutLine(rest)
	version, code, _ := strings.Cut(line, " ")
	major, minor, dotted := strings.Cut(version[len("http"):], ".")
	h.chunks = dotted && (major == "/1" && minor >= "1" || major > "/1")
	h.status, h.text = statusCode(code)
	for {
		var ended bool
		if line, rest, ended = cutLine(rest); !ended || strings.Contains(line, "\x00") {
			return head{}, data, false
		}
		if line == "" {
			return h, rest, true
		}
		h.add(line)
	}
}

// slop is how many bytes browsers skip in search of the status line.
const slop = 4

func skipSlop(data []byte) (rest []byte, ok bool) {
	for i := 0; i <= slop && i+len("http") <= len(data); i++ {
		if bytes.EqualFold(data[i:i+len("http")], []byte("http")) {
			return data[i:], true
		}
	}
	return data, false
}

// statusCode is the number after the version, and the text after it: 200 and
// none if there is no number.
func statusCode(s string) (status int, text string) {
	s = strings.TrimLeft(s, " ")
	end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(s)
	}
	if n, err := strconv.Atoi(s[:end]); err == nil {
		return n, strings.Trim(s[end:], " ")
	}
	return 200, ""
}

// add reads a header line. A line that begins with white space goes on with the
// one before; one without a name is skipped.
func (h *head) add(line string) {
	if folded := strings.TrimLeft(line, " \t"); folded != line && len(h.headers) > 0 {
		h.headers[len(h.headers)-1].Value += " " + strings.TrimRight(folded, " \t")
		return
	}
	name, value, found := strings.Cut(line, ":")
	if name = strings.TrimRight(name, " \t"); found && isToken(name) {
		h.headers = append(h.headers, oracle.Header{Name: name, Value: strings.Trim(value, " \t")})
	}
}

// cutLine is the first line of data, isomorphic, and what follows it; ended is
// false when data ends before the line does.
func cutLine(data []byte) (line string, rest []byte, ended bool) {
	first, rest, ended := bytes.Cut(data, []byte("\n"))
	return tree.IsomorphicDecode(bytes.TrimSuffix(first, []byte("\r"))), rest, ended
}
