package servers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// setUpSilence is how long a set-up may say nothing before its case is given up.
const setUpSilence = 60 * time.Second

// replyKept is how much of a set-up's reply body the ledger keeps.
const replyKept = 64 << 10

// errClient stands for a client that has gone: nothing the ledger says anything
// about.
var errClient = errors.New("servers: the client has gone")

// relay passes a request to a set-up and its reply back, both as the bytes they
// are, on a connection of its own. When the set-up fails, the client's
// connection is reset and the entry says so: a reply of the harness's own would
// be taken for the set-up's. It is false when the client's connection has ended.
func (c *conn) relay(r *request, e *Entry, b *backend) bool {
	back, err := b.dial(c.ctx)
	if err != nil {
		return c.setUpFailed(e, b, err)
	}
	defer back.Close()
	defer context.AfterFunc(c.ctx, func() { back.Close() })()

	if _, err := back.Write(r.raw); err != nil {
		return c.setUpFailed(e, b, err)
	}
	// The body goes its way while the reply comes: a server may answer before
	// it has read everything, or ask for the body with a 100.
	var up upload
	up.complete.Store(r.body.done)
	passed := make(chan struct{})
	go func() {
		defer close(passed)
		c.passBody(r, e, back, &up)
	}()
	open, err := c.passReply(r, e, back)
	back.SetWriteDeadline(time.Now()) // the set-up has answered: it wants no more
	switch {
	case errors.Is(err, errClient), up.gone.Load():
		c.tcp.Close()
	case (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)) && b.survives(c.ctx):
		c.brokenOff(e)
	case err != nil:
		c.setUpFailed(e, b, err)
	case !up.complete.Load():
		// The reply is complete, the request is not: nothing can follow it.
		c.finish()
		c.tcp.Close()
	default:
		if <-passed; open && r.keepsAlive() {
			return true
		}
		return c.finish()
	}
	<-passed
	return false
}

// dial opens a connection to the set-up.
func (b *backend) dial(ctx context.Context) (net.Conn, error) {
	if s, ok := b.SetUp.(Subject); ok {
		return s.Dial(ctx)
	}
	dialer := net.Dialer{Timeout: setUpSilence}
	return dialer.DialContext(ctx, "tcp", b.addr)
}

// survives says whether a set-up under test, which has ended a connection in the
// midst of a reply, goes on: then that was its reply.
func (b *backend) survives(ctx context.Context) bool {
	if _, ok := b.SetUp.(Subject); !ok || b.Alive() != nil {
		return false
	}
	conn, err := b.dial(ctx)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// brokenOff enters that the reply ended where it did, and resets the client's
// connection there, too.
func (c *conn) brokenOff(e *Entry) bool {
	c.fleet.ledger.update(e, func(e *Entry) {
		e.Reply.Abort, e.cut, e.Pending = inBody, true, false
		if e.Reply.Status == 0 {
			e.Reply.Abort = beforeHeaders
		}
	})
	return c.reset()
}

// upload is how far a request's body has come.
type upload struct {
	complete atomic.Bool // all of it has been read
	gone     atomic.Bool // it cannot become complete: the client's doing
}

// passBody passes the request's body on.
func (c *conn) passBody(r *request, e *Entry, back net.Conn, up *upload) {
	writable := true // once it is not, the reply (or its lack) says why
	err := c.eachPiece(r, func(p []byte) error {
		if r.body.done {
			c.fleet.ledger.update(e, func(e *Entry) { e.Body = r.body.body })
			up.complete.Store(true)
		}
		if writable {
			_, err := back.Write(p)
			writable = err == nil
		}
		return nil
	})
	if err != nil {
		up.gone.Store(true)
		back.Close()
	}
}

// passReply passes the set-up's reply on, after the ledger has it. open is true
// when another one can follow on the client's connection.
func (c *conn) passReply(r *request, e *Entry, back net.Conn) (open bool, err error) {
	from := &conn{ctx: c.ctx, rw: &impatient{back}, in: make([]byte, 16<<10)}
	var reply oracle.Reply
	for reply.Status < 200 {
		raw, err := from.readHead()
		if err != nil {
			return false, fmt.Errorf("no complete reply head: %w", err)
		}
		var ok bool
		if reply, ok = parseReplyHead(raw); !ok {
			return false, fmt.Errorf("not an HTTP reply: %.80q", raw)
		}
		if reply.Status == 101 {
			return false, errors.New("it wants to switch protocols, which is not supported")
		}
		if reply.Status >= 200 {
			c.fleet.ledger.update(e, func(e *Entry) { e.Reply, e.Pending = reply, false })
		}
		if !c.write(raw) {
			return false, errClient
		}
	}

	body := replyFraming(r.method, reply.Status, reply.Headers)
	for !body.done {
		if from.r == from.w {
			if err := from.fill(); errors.Is(err, io.EOF) && body.kind == untilClose {
				return false, nil
			} else if err != nil {
				return false, fmt.Errorf("no complete reply body: %w", err)
			}
		}
		n, err := body.next(from.in[from.r:from.w])
		c.fleet.ledger.update(e, func(e *Entry) { e.Reply.Body = body.body })
		if !c.write(from.in[from.r : from.r+n]) {
			return false, errClient
		}
		if err != nil {
			return false, err
		}
		from.r += n
	}
	if surplus := from.in[from.r:from.w]; len(surplus) > 0 {
		// Not a part of the reply, but the browser is to see that it came.
		if !c.write(surplus) {
			return false, errClient
		}
		return false, nil
	}
	return body.kind != untilClose && !listed(reply.Headers, "Connection", "close"), nil
}

// setUpFailed enters the failure and resets the client's connection.
func (c *conn) setUpFailed(e *Entry, b *backend, err error) bool {
	if c.ctx.Err() != nil {
		return false
	}
	text := fmt.Sprintf("set-up %s failed: %v", b.Name(), err)
	if dead := b.Alive(); dead != nil {
		text += fmt.Sprintf(" (its server has ended: %v)", dead)
	}
	c.fleet.ledger.update(e, func(e *Entry) { e.Failed, e.cut = text, true })
	c.fleet.config.Log("servers: %s at %s: %s", e.Method, c.at, text)
	return c.reset()
}

// impatient is a connection whose reads end after a time of silence.
type impatient struct{ net.Conn }

func (i *impatient) Read(p []byte) (int, error) {
	i.SetReadDeadline(time.Now().Add(setUpSilence))
	return i.Conn.Read(p)
}
