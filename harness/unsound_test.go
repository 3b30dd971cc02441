package harness

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/oracle"
)

func TestUnsound(t *testing.T) {
	fails := []oracle.TraceStep{{Fails: true}}
	for _, c := range []struct {
		name, want string
		via        oracle.Via
		p          oracle.Prediction
	}{
		{"sound", "", "fetch", oracle.Prediction{Read: oracle.Allowed, Type: "basic", Status: 200}},
		{"blocked", "", "fetch", oracle.Prediction{Read: oracle.Blocked, Reason: oracle.NetworkError, Type: "error", Error: "TypeError", Trace: fails}},
		{"an event", "", "img", oracle.Prediction{Read: oracle.Blocked, Reason: oracle.NetworkError, Type: "error", Trace: fails}},
		{"nothing to be rejected with", "nothing says by what", "fetch", oracle.Prediction{Read: oracle.Blocked, Reason: oracle.NetworkError, Type: "error", Trace: fails}},
		{"an opaque status", "script sees status 200", "iframe", oracle.Prediction{Read: oracle.Opaque, Type: "opaque", Status: 200}},
		{"the end of a failure", "the URL", "img", oracle.Prediction{Read: oracle.Blocked, Reason: oracle.NetworkError, Type: "error", URL: "https://api.other.test/", Trace: fails}},
		{"no reason", "the reason is", "img", oracle.Prediction{Read: oracle.Blocked, Type: "error", Trace: fails}},
		{"nothing fails", "step 1 of 1", "img", oracle.Prediction{Read: oracle.Blocked, Type: "error", Trace: make([]oracle.TraceStep, 1)}},
		{"sent by nobody", "request 1", "img", oracle.Prediction{Read: oracle.Allowed, Type: "basic", Wire: make([]oracle.WireRequest, 1)}},
	} {
		text := unsound(c.p, c.via)
		if c.want == "" {
			assert.Empty(t, text, c.name)
		} else {
			assert.Contains(t, text, c.want, c.name)
		}
	}
}
