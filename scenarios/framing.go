package scenarios

import (
	"bytes"
	"io"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// received is the answer to a request of the method as a client decodes it: the
// message framing is gone, and what breaks it is an Abort.
//
// https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length
func (a Answer) received(method string, p Protocol) oracle.Reply {
	reply := oracle.Reply{Status: a.Status, StatusText: strings.Trim(a.Phrase(), " "), Headers: a.Headers, Body: a.Body, HTTP1: p != H2, Abort: a.Abort}
	if a.Abort == "in-body" && a.Raw == nil && a.Status != 101 && (method == "HEAD" || !mayHaveBody(a.Status)) {
		reply.Abort = "before-headers" // there is no body to break off
	}
	chunks := true
	if a.Raw != nil {
		h, _, ok := finalHead(a.Raw)
		if !ok {
			if _, begins := skipSlop(a.Raw); begins && a.Abort == "" {
				reply.Abort = "before-headers" // the head ends early, or has a NUL in it
			}
			reply.NotHTTP = reply.Abort == ""
			return reply
		}
		chunks = h.chunks
		if head, _, found := bytes.Cut(a.Raw, []byte("\r\n\r\n")); found {
			reply.Head = string(head)
		}
	}
	if reply.Abort != "" || p == H2 || method == "HEAD" || !mayHaveBody(reply.Status) {
		return reply
	}
	reply.Body, reply.Abort = unframed(reply.Headers, reply.Body, chunks)
	return reply
}

// unframed takes the body out of what follows the head. abort says where
// lengths or chunks that do not hold break the response off; "" if they do.
func unframed(h oracle.Headers, data []byte, chunks bool) (body []byte, abort string) {
	codings, _ := h.Get("Transfer-Encoding")
	if chunks && slices.ContainsFunc(strings.Split(codings, ","), isChunked) {
		body, err := io.ReadAll(io.LimitReader(httputil.NewChunkedReader(bytes.NewReader(data)), tree.MaxBytes))
		if err != nil {
			return body, "in-body"
		}
		return body, ""
	}
	lengths := splitLengths(h.Values("Content-Length"))
	switch len(lengths) {
	case 0:
		return data, ""
	case 1:
	default:
		return nil, "before-headers"
	}
	length, err := strconv.ParseUint(lengths[0], 10, 63)
	switch {
	case err != nil: // no length: the body ends with the connection
		return data, ""
	case length > uint64(len(data)):
		return data, "in-body"
	}
	return data[:length], ""
}

func isChunked(coding string) bool { return strings.EqualFold(strings.Trim(coding, " \t"), "chunked") }

// splitLengths are the different values of Content-Length, of all lines and
// lists.
func splitLengths(values []string) []string {
	var lengths []string
	for _, value := range values {
		for length := range strings.SplitSeq(value, ",") {
			if length = strings.Trim(length, " \t"); !slices.Contains(lengths, length) {
				lengths = append(lengths, length)
			}
		}
	}
	return lengths
}
