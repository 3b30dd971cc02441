package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWebSocketHandshake(t *testing.T) {
	assert.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", socketAccept("dGhlIHNhbXBsZSBub25jZQ=="), "RFC 6455's own example")
	accepted := socketAccept(socketKey)
	opens := func(more ...string) ServerFunc {
		return answers(101, "hi", append(more, "Upgrade", "WebSocket", "Connection", "keep-alive, upgrade", "Sec-WebSocket-Accept", accepted)...)
	}
	for _, c := range []struct {
		name   string
		url    string
		server ServerFunc
		reason Reason
	}{
		{"opens", "wss://api.other.test/x", opens(), ""},
		{"by an https URL", api, opens(), ""},
		{"with compression", api, opens("Sec-WebSocket-Extensions", "permessage-deflate; a=b"), ""},
		{"status 200", api, answers(200, ""), WrongType},
		{"redirect", api, answers(302, "", "Location", "/"), RedirectModeError},
		{"no Upgrade", api, answers(101, "", "Connection", "upgrade", "Sec-WebSocket-Accept", accepted), WrongType},
		{"no Connection", api, answers(101, "", "Upgrade", "websocket", "Sec-WebSocket-Accept", accepted), WrongType},
		{"no Accept", api, answers(101, "", "Upgrade", "websocket", "Connection", "upgrade"), WrongType},
		{"two Accepts", api, opens("Sec-WebSocket-Accept", accepted), WrongType},
		{"a protocol", api, opens("Sec-WebSocket-Protocol", "chat"), WrongType},
		{"an extension", api, opens("Sec-WebSocket-Extensions", "permessage-deflate, other"), WrongType},
		{"a fragment", api + "#here", opens(), InvalidRequest},
		{"mixed content", "ws://api.other.test/x", opens(), MixedContent},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := predict(t, Request{Via: "websocket", URL: c.url}, c.server)
			assert.Equal(t, c.reason, p.Reason)
			if c.reason == "" {
				assert.Equal(t, Allowed, p.Read)
				assert.Equal(t, "hi", string(p.Body))
				assert.Equal(t, []string{"GET " + api + " " + app}, saw(p))
			}
		})
	}
}
