package group

import (
	"bytes"
	"sync"
)

// tailSize is how much of what a process says is kept.
const tailSize = 2048

// Tail keeps the end of what is written to it: the last words of a process.
type Tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *Tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if n := len(t.buf) - tailSize; n > 0 {
		t.buf = bytes.Clone(t.buf[n:])
	}
	return len(b), nil
}

// Said puts the words behind an error; "" if there are none.
func (t *Tail) Said() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if text := bytes.TrimSpace(t.buf); len(text) > 0 {
		return "; it said:\n" + string(text)
	}
	return ""
}
