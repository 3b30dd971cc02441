package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLooseTypes(t *testing.T) {
	for _, c := range []struct {
		via          Via
		contentType  string
		strict, read Read
	}{
		{"module", "text/javascript", Allowed, Allowed},
		{"module", "text/javascript x", Blocked, Allowed},
		{"module", "TEXT/JavaScript(x", Blocked, Allowed},
		{"module", "text/javascript\tx", Blocked, Allowed},
		{"module", "text / javascript", Blocked, Blocked},
		{"module", "javascript", Blocked, Blocked},
		{"module", "*/*", Blocked, Blocked},
		{"module", "text/javascript, x", Allowed, Allowed},
		{"module", `text/javascript;a=",x/x"`, Allowed, Allowed},
		{"eventsource", "text/event-stream (x", Blocked, Allowed},
		{"eventsource", "text/event-stream x;charset=utf-8", Blocked, Allowed},
		{"eventsource", "text/event-stream x;charset=latin1", Blocked, Blocked},
	} {
		r := Request{Via: c.via, URL: own}
		server := answers(200, "1", "Content-Type", c.contentType)
		assert.Equal(t, c.strict, predict(t, r, server).Read, c)
		assert.Equal(t, c.read, predictAs(t, ProfileFor("chromium"), r, server).Read, c)
	}
}
