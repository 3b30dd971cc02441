package servers

import (
	"time"
	"unicode/utf8"
)

// speak is the server's side of a WebSocket that has just been opened, on the
// connection's bytes: one message, then a Close frame, then it waits until the
// client has closed, too.
//
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2
func (c *conn) speak(message []byte) {
	c.rw.SetDeadline(time.Now().Add(finishLimit))
	opcode := byte(socketText)
	if !utf8.Valid(message) {
		opcode = socketBinary
	}
	c.out = appendFrame(c.out[:0], opcode, message)
	const normalClosure = 1000
	c.out = appendFrame(c.out, socketClose, []byte{normalClosure >> 8, normalClosure & 0xff})
	if !c.write(c.out) {
		return
	}
	for !c.heardClose() {
		if c.fill() != nil {
			return
		}
	}
}

// The kinds of frame that are told apart here.
const (
	socketText   = 1
	socketBinary = 2
	socketClose  = 8
)

// appendFrame appends one frame that is a whole message. A server's frames are
// not masked.
func appendFrame(dst []byte, opcode byte, payload []byte) []byte {
	const final = 0x80
	dst = append(dst, final|opcode)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, byte(n))
	case n < 1<<16:
		dst = append(dst, 126, byte(n>>8), byte(n))
	default:
		dst = append(dst, 127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, payload...)
}

// heardClose takes the client's frames off the connection, as far as they are
// all there, and reports whether one was a Close. They are masked; what they
// say does not matter.
func (c *conn) heardClose() bool {
	for {
		in := c.in[c.r:c.w]
		if len(in) < 2 {
			return false
		}
		head, size := 2, int(in[1]&0x7f)
		if size >= 126 { // no script of ours sends as much
			return true
		}
		if in[1]&0x80 != 0 {
			head += 4 // the mask
		}
		if len(in) < head+size {
			return false
		}
		c.r += head + size
		if in[0]&0x0f == socketClose {
			return true
		}
	}
}
