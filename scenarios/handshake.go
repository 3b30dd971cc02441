package scenarios

import (
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// handshake is the answer to a WebSocket's request: unless the author says
// otherwise it opens the socket. The header lines that do so belong to the
// connection like any framing; one that the author writes stands instead.
//
// https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2
func (b *Bound) handshake(reply Reply, q Query, names Names) Answer {
	a := reply.answer(101, q, names)
	if a.Status != 101 || reply.Raw != nil {
		return a
	}
	for _, h := range []oracle.Header{
		{Name: "Upgrade", Value: "websocket"},
		{Name: "Connection", Value: "Upgrade"},
		{Name: "Sec-WebSocket-Accept", Value: socketAccept(q.SocketKey)},
	} {
		if !slices.ContainsFunc(a.Headers, func(own oracle.Header) bool { return strings.EqualFold(own.Name, h.Name) }) {
			a.Headers = append(a.Headers, h)
		}
	}
	if reply.Body == nil {
		_, a.Body = b.assets.Default("websocket")
	}
	return a
}

// socketAccept shows that the server has read the key.
func socketAccept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
