package servers_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/scenarios"
)

const upgrading = " HTTP/1.1\r\nHost: api.other.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a2V5\r\n\r\n"

func TestAWebSocketSpeaksOnce(t *testing.T) {
	fleet := start(t)
	for name, test := range map[string]struct{ body, frame string }{
		"text":  {"hi", "\x81\x02hi"},
		"bytes": {"\xff", "\x82\x01\xff"},
		"long":  {strings.Repeat("x", 300), "\x81\x7e\x01\x2c" + strings.Repeat("x", 300)},
		"huge":  {strings.Repeat("x", 70000), "\x81\x7f\x00\x00\x00\x00\x00\x01\x11\x70" + strings.Repeat("x", 70000)},
	} {
		fleet.Arm("tok", script(func(_ int, q scenarios.Query) scenarios.Answer {
			assert.Equal(t, "a2V5", q.SocketKey)
			return scenarios.Answer{Status: 101, Body: []byte(test.body)}
		}))
		conn := dial(t, fleet, plain)
		_, err := io.WriteString(conn, "GET /~tok/"+upgrading)
		require.NoError(t, err)
		want := "HTTP/1.1 101 Switching Protocols\r\n\r\n" + test.frame + "\x88\x02\x03\xe8"
		got := make([]byte, len(want))
		_, err = io.ReadFull(conn, got)
		require.NoError(t, err)
		assert.Equal(t, want, string(got), name)
		// A message is passed over; the Close, in two pieces, ends it.
		for _, piece := range []string{"\x81\x82mask\x01\x02", "\x88\x82ma", "sk\x03\xe8"} {
			_, err = io.WriteString(conn, piece)
			require.NoError(t, err)
		}
		rest, err := io.ReadAll(conn)
		require.NoError(t, err)
		assert.Empty(t, rest, "the server closes when the client has closed")
	}
}

func TestAWebSocketThatBreaksOff(t *testing.T) {
	fleet := start(t)
	fleet.Arm("tok", always(scenarios.Answer{Status: 101, Abort: "in-body"}))
	conn := dial(t, fleet, plain)
	_, err := io.WriteString(conn, "GET /~tok/"+upgrading)
	require.NoError(t, err)
	got, err := io.ReadAll(conn)
	assert.Equal(t, "HTTP/1.1 101 Switching Protocols\r\n\r\n", string(got))
	assert.ErrorAs(t, err, new(*net.OpError), "no Close")
}
