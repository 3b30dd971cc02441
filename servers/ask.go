package servers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// Heard is what came back for one request.
type Heard struct {
	// Reply is the final one, as the ledger would have it; its Status is 0 when
	// none came, and its Abort says where a connection was broken off.
	Reply oracle.Reply
	// Surplus are the bytes that came along behind the reply: no part of it, but
	// a client may take them for the next one.
	Surplus []byte
	// Open is true when another request can follow on the connection.
	Open bool
}

// Ask sends the bytes of one request on a connection and reads the reply as the
// fleet does those of set-ups. The error says why there is no complete one.
func Ask(ctx context.Context, over net.Conn, method string, raw []byte) (Heard, error) {
	defer context.AfterFunc(ctx, func() { over.Close() })()
	// A server may answer, and break off, before it has read everything.
	written := make(chan error, 1)
	go func() {
		_, err := over.Write(raw)
		written <- err
	}()
	h, err := hear(&conn{ctx: ctx, rw: over, in: make([]byte, 16<<10)}, method)
	over.SetWriteDeadline(time.Now()) // it has answered: it wants no more
	if wrong := <-written; wrong != nil {
		h.Open = false
	}
	over.SetWriteDeadline(time.Time{})
	if cause := context.Cause(ctx); cause != nil && err != nil {
		err = cause
	}
	return h, err
}

// hear reads a reply.
func hear(from *conn, method string) (h Heard, err error) {
	for h.Reply.Status < 200 {
		raw, err := from.readHead()
		if err != nil {
			h.Reply = oracle.Reply{Abort: beforeHeaders}
			return h, fmt.Errorf("no complete reply head: %w", err)
		}
		var ok bool
		if h.Reply, ok = parseReplyHead(raw); !ok {
			h.Reply = oracle.Reply{NotHTTP: true, Body: bytes.Clone(raw)}
			return h, fmt.Errorf("not an HTTP reply: %.80q", raw)
		}
		if h.Reply.Status == 101 {
			return h, errors.New("it wants to switch protocols, which is not supported")
		}
	}
	body := replyFraming(method, h.Reply.Status, h.Reply.Headers)
	for !body.done {
		if from.r == from.w {
			if err := from.fill(); errors.Is(err, io.EOF) && body.kind == untilClose {
				h.Reply.Body = body.body
				return h, nil
			} else if err != nil {
				h.Reply.Body, h.Reply.Abort = body.body, inBody
				return h, fmt.Errorf("no complete reply body: %w", err)
			}
		}
		n, err := body.next(from.in[from.r:from.w])
		h.Reply.Body = body.body
		if err != nil {
			h.Reply.Abort = inBody
			return h, err
		}
		from.r += n
	}
	h.Surplus = bytes.Clone(from.in[from.r:from.w])
	h.Open = len(h.Surplus) == 0 && body.kind != untilClose && !listed(h.Reply.Headers, "Connection", "close")
	return h, nil
}

// RequestBytes is a request as it is sent: the strings are isomorphic.
func RequestBytes(method, target string, headers oracle.Headers, body []byte) []byte {
	var out []byte
	for _, s := range []string{method, " ", target, " HTTP/1.1\r\n"} {
		out = appendIsomorphic(out, s)
	}
	for _, h := range headers {
		out = appendIsomorphic(out, h.Name)
		out = append(out, ": "...)
		out = appendIsomorphic(out, h.Value)
		out = append(out, "\r\n"...)
	}
	return append(append(out, "\r\n"...), body...)
}
