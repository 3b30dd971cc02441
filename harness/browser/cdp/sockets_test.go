package cdp

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

func TestSocketFailure(t *testing.T) {
	const at = "WebSocket connection to 'wss://a.test/x' failed: "
	for text, want := range map[string]browser.Failure{
		at + "Error during WebSocket handshake: Unexpected response code: 403":            {Native: "Error during WebSocket handshake: Unexpected response code: 403", Reason: oracle.WrongType},
		at + "Error during WebSocket handshake: Unexpected response code: 302":            {Native: "Error during WebSocket handshake: Unexpected response code: 302"},
		at + "HTTP Authentication failed; no valid credentials available":                 {Native: "HTTP Authentication failed; no valid credentials available"},
		at + "Error in connection establishment: net::ERR_CONNECTION_REFUSED":             {Native: "net::ERR_CONNECTION_REFUSED", Reason: oracle.NetworkError},
		at + "Error during WebSocket handshake: 'Sec-WebSocket-Accept' header is missing": {Native: "Error during WebSocket handshake: 'Sec-WebSocket-Accept' header is missing", Reason: oracle.WrongType},
	} {
		want.URL = "wss://a.test/x"
		got, ok := socketFailure(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got)
	}
	_, ok := socketFailure("Failed to load resource: net::ERR_FAILED")
	assert.False(t, ok)
}
