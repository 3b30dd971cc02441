package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness"
)

func TestProgress(t *testing.T) {
	halfway := harness.Progress{Done: 5, Total: 10, Unexpected: 2}
	for name, c := range map[string]struct {
		show func(*progress, harness.Progress)
		want string
	}{
		"cases":  {(*progress).show, "\r\x1b[K5/10  1 cases/s  5s left  2 unexpected"},
		"probes": {(*progress).probes, "\r\x1b[K5/10  1 probes/s  5s left"},
	} {
		var b bytes.Buffer
		c.show(&progress{w: &b, terminal: true, started: time.Now().Add(-5 * time.Second)}, halfway)
		assert.Equal(t, c.want, b.String(), name)
	}
}
