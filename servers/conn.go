package servers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// conn is one HTTP/1.1 connection. Its requests are answered in order, one
// after the other; those of other connections do not wait for it.
type conn struct {
	fleet *Fleet
	at    oracle.Origin
	named map[string]oracle.Origin // by Host; nil where there is one origin
	ctx   context.Context          // done when the listener ends
	tcp   *net.TCPConn             // below TLS
	rw    net.Conn

	in   []byte // in[r:w] has been read and not yet used
	r, w int
	out  []byte // answers are put together here
}

// request is a request whose head has been read.
type request struct {
	requestHead
	raw  []byte // the head, as it arrived; good until the next read
	body framing
}

// keepsAlive reports whether the client will send another request.
func (r *request) keepsAlive() bool {
	return r.minor == 1 && !listed(r.headers, "Connection", "close")
}

func (c *conn) serve() {
	for c.exchange() {
	}
}

// exchange reads one request and answers it. It is false when the connection
// has ended.
func (c *conn) exchange() bool {
	raw, err := c.readHead()
	if errors.Is(err, errHeadTooLarge) {
		return c.refuse(431, err)
	} else if err != nil {
		return false
	}
	r := &request{raw: raw}
	if r.requestHead, err = parseRequestHead(raw); err != nil {
		return c.refuse(400, err)
	}
	if r.body, err = requestFraming(r.requestHead); errors.Is(err, errBodyTooLarge) {
		return c.refuse(413, err)
	} else if err != nil {
		return c.refuse(400, err)
	}

	if !c.nameOrigin(r) {
		return c.refuse(421, fmt.Errorf("servers: no origin of this listener is %.80q", first(r.headers, "Host")))
	}
	if strings.HasPrefix(r.target, scenarios.Reserved) {
		return c.own(r)
	}
	address, path, ok := c.fleet.caseOf(r.target, c.at)
	if c.named != nil {
		ok = ok && c.fleet.whoAnswers(address) != armed{}
	}
	if !ok {
		return c.readBody(r) && c.send(r, nil, notFound)
	}
	e := c.fleet.ledger.arrived(c.at, address, path, r.requestHead)
	who := c.fleet.whoAnswers(address)
	if who.backend != nil {
		return c.relay(r, e, who.backend)
	}
	ok = c.readBody(r)
	c.fleet.ledger.update(e, func(e *Entry) { e.Body = r.body.body })
	return ok && c.send(r, e, c.fleet.answer(e, who))
}

// nameOrigin finds out which origin a request is for, where the listener has
// several. It is false for one that is for none of them.
func (c *conn) nameOrigin(r *request) bool {
	if c.named == nil {
		return true
	}
	var known bool
	c.at, known = c.named[first(r.headers, "Host")]
	return known && strings.HasPrefix(r.target, "/")
}

// own answers what lives below the reserved path.
func (c *conn) own(r *request) bool {
	r.raw = bytes.Clone(r.raw)
	if !c.readBody(r) {
		return false
	}
	if id, ok := sentinelID(r.target); ok && c.named == nil {
		c.fleet.ledger.sentinelArrived(id, c.at)
		return c.send(r, nil, sentinelAnswer)
	}
	if c.fleet.config.Pages == nil {
		return c.send(r, nil, notFound)
	}
	return c.servePage(r)
}

// readHead reads up to the empty line that ends a head. Empty lines before the
// request line are passed over: RFC 9112, section 2.2.
func (c *conn) readHead() ([]byte, error) {
	known := 0
	for {
		for c.r < c.w && (c.in[c.r] == '\r' || c.in[c.r] == '\n') {
			c.r++
		}
		if n := headEnd(c.in[c.r:c.w], known); n >= 0 {
			c.r += n
			return c.in[c.r-n : c.r], nil
		}
		if c.w-c.r >= headLimit {
			return nil, errHeadTooLarge
		}
		// An end may begin in the last bytes: CR LF CR.
		known = max(0, c.w-c.r-3)
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads more bytes and makes room for them.
func (c *conn) fill() error {
	if c.r > 0 {
		c.w = copy(c.in, c.in[c.r:c.w])
		c.r = 0
	}
	if c.w == len(c.in) {
		c.in = append(c.in, make([]byte, len(c.in))...)
	}
	n, err := c.rw.Read(c.in[c.w:])
	c.w += n
	if n > 0 {
		return nil
	}
	return err
}

// readBody reads the request's body to its end. It is false when there was
// none to be had; the client has been told.
func (c *conn) readBody(r *request) bool {
	if !r.body.done && strings.EqualFold(first(r.headers, "Expect"), "100-continue") {
		if _, err := io.WriteString(c.rw, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return false
		}
	}
	err := c.eachPiece(r, func([]byte) error { return nil })
	switch {
	case errors.Is(err, errBodyTooLarge):
		return c.refuse(413, err)
	case errors.Is(err, errChunk):
		return c.refuse(400, err)
	}
	return err == nil
}

// eachPiece calls back with the bytes of the request's body as they arrived,
// framing included.
func (c *conn) eachPiece(r *request, piece func([]byte) error) error {
	for !r.body.done {
		if c.r == c.w {
			if err := c.fill(); err != nil {
				return err
			}
		}
		n, err := r.body.next(c.in[c.r:c.w])
		if err != nil {
			return err
		}
		if r.body.size > bodyLimit || c.named != nil && r.body.size > openBodyLimit {
			return errBodyTooLarge
		}
		c.r += n
		if err := piece(c.in[c.r-n : c.r]); err != nil {
			return err
		}
	}
	return nil
}

// refuse answers a request that cannot be read and ends the connection.
func (c *conn) refuse(status int, why error) bool {
	c.fleet.config.Log("servers: request at %s refused with %d: %v", c.at, status, why)
	c.out, _, _ = appendAnswer(c.out[:0], "", scenarios.Answer{
		Status:  status,
		Headers: oracle.Headers{{Name: "Connection", Value: "close"}},
	})
	c.write(c.out)
	return c.finish()
}

func (c *conn) write(p []byte) bool {
	_, err := c.rw.Write(p)
	return err == nil
}

// finishLimit is how long a client may take to read the end of an answer that
// closes the connection.
const finishLimit = 2 * time.Second

// finish ends the connection after an answer. Bytes of the client that nobody
// reads would turn the close into a reset, which can overtake the answer: so
// the sending side closes first and what still comes is read away.
func (c *conn) finish() bool {
	c.rw.SetDeadline(time.Now().Add(finishLimit))
	if half, ok := c.rw.(interface{ CloseWrite() error }); ok && c.rw != net.Conn(c.tcp) {
		half.CloseWrite()
	}
	if c.tcp.CloseWrite() == nil {
		io.Copy(io.Discard, c.tcp)
	}
	return false
}

// reset ends the connection as a server that dies does.
func (c *conn) reset() bool {
	c.tcp.SetLinger(0)
	c.tcp.Close()
	return false
}

// wait waits for as long as an answer is to be held back. It is false when the
// listener ended before.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
