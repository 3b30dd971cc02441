package servers

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Where an answer's connection is reset.
const (
	beforeHeaders = "before-headers"
	inBody        = "in-body"
)

// send sends an answer. e is nil for a request that the ledger does not keep.
// It is false when the connection has ended.
func (c *conn) send(r *request, e *Entry, a scenarios.Answer) bool {
	if !wait(c.ctx, a.Delay) {
		return false
	}
	var sent oracle.Reply
	var last bool
	c.out, sent, last = appendAnswer(c.out[:0], r.method, a)
	if e != nil {
		// Entered before it is sent: whoever hears of the answer from the
		// page finds it in the ledger.
		cut := a.Abort != "" || len(c.out) == 0
		c.fleet.ledger.update(e, func(e *Entry) { e.Reply, e.cut, e.Pending = sent, cut, false })
	}
	if len(c.out) > 0 && !c.write(c.out) {
		return false
	}
	switch {
	case a.Abort != "":
		return c.reset()
	case a.Status == http.StatusSwitchingProtocols:
		if first(r.headers, "Sec-WebSocket-Key") != "" && a.Raw == nil {
			c.speak(a.Body)
		}
		return c.finish()
	case last, !r.keepsAlive():
		return c.finish()
	}
	return true
}

// appendAnswer appends an answer's bytes: the author's, and a Content-Length
// when nothing of theirs says where the body ends. sent is what a client can
// see of it. last is true when no other answer can follow on the connection.
func appendAnswer(dst []byte, method string, a scenarios.Answer) (out []byte, sent oracle.Reply, last bool) {
	sent.Abort = a.Abort
	none := bodiless(method, a.Status)
	switch {
	case a.Abort == beforeHeaders, a.Abort == inBody && none && a.Raw == nil && a.Status != http.StatusSwitchingProtocols:
		// Without a body there is nothing else to break off.
		return dst, sent, true
	case a.Raw != nil:
		return append(dst, a.Raw...), rawReply(a), true
	}

	headers, body, length := a.Headers, a.Body, len(a.Body)
	if a.Abort == inBody {
		body, length = body[:len(body)/2], length+1
	}
	given, isGiven, err := contentLength(headers)
	last = a.Abort != "" || a.Status < 200 || listed(headers, "Connection", "close")
	switch {
	case has(headers, "Transfer-Encoding"):
		last = last || !none
	case isGiven:
		last = last || !none && (err != nil || given != int64(len(body)))
	case a.Status >= 200 && a.Status != 204 && a.Status != 304:
		headers = append(slices.Clip(headers), oracle.Header{Name: "Content-Length", Value: strconv.Itoa(length)})
	}
	if none {
		body = nil
	}

	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(a.Status), 10)
	dst = append(dst, ' ')
	dst = append(dst, a.Phrase()...)
	dst = append(dst, "\r\n"...)
	for _, h := range headers {
		dst = appendIsomorphic(dst, h.Name)
		dst = append(dst, ": "...)
		dst = appendIsomorphic(dst, h.Value)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, "\r\n"...)
	sent.Status, sent.StatusText, sent.Headers, sent.Body = a.Status, a.Phrase(), headers, body
	return append(dst, body...), sent, last
}

// rawReply is what a client can see in an author's raw answer, as far as it is
// HTTP.
func rawReply(a scenarios.Answer) oracle.Reply {
	sent := oracle.Reply{Abort: a.Abort, Body: a.Raw}
	n := headEnd(a.Raw, 0)
	if n < 0 {
		return sent
	}
	if head, ok := parseReplyHead(a.Raw[:n]); ok {
		head.Abort, head.Body = a.Abort, a.Raw[n:]
		return head
	}
	return sent
}
