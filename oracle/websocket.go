package oracle

import (
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"
)

// socketKey is a nonce like any other: 16 bytes, in base64.
const socketKey = "Y29yc3Byb29mJ3Mgbm9uYw=="

// prepareSocket is the WebSocket constructor and the request of establishing a
// connection. false: the constructor throws.
//
// https://websockets.spec.whatwg.org/#concept-websocket-establish
func (f *fetching) prepareSocket() bool {
	if f.url().fragment != "" {
		f.p.Error = "SyntaxError"
		f.fail(InvalidRequest, socketOpen, "The URL has a fragment, which no WebSocket can have: the constructor throws, SyntaxError.")
		return false
	}
	u := *f.url()
	for socket, http := range map[string]string{"ws": "http", "wss": "https"} {
		if u.scheme == socket {
			u.scheme, u.origin.Scheme = http, http
		}
	}
	f.urls[0] = &u
	f.redirectMode, f.asked.Cache = "error", "no-store"
	return true
}

// useSocket looks at the answer to the handshake. CORS has no say in it: the
// server decides by Origin.
//
// https://www.rfc-editor.org/rfc/rfc6455#section-4.1
func (f *fetching) useSocket(reply Reply) {
	h := reply.Headers
	upgrade, _ := h.Get("Upgrade")
	accept, _ := h.Get("Sec-WebSocket-Accept")
	switch {
	case reply.Status != 101:
		f.fail(WrongType, socketOpen, "Status ", itoa(reply.Status), " does not open a WebSocket.")
	case !strings.EqualFold(upgrade, "websocket"):
		f.fail(WrongType, socketOpen, "The answer has status 101, and its Upgrade is not websocket.")
	case !slices.ContainsFunc(h.SplitValues("Connection"), func(value string) bool { return strings.EqualFold(value, "upgrade") }):
		f.fail(WrongType, socketOpen, "The answer has status 101, and its Connection does not list Upgrade.")
	case accept != socketAccept(socketKey):
		f.fail(WrongType, socketOpen, "The answer has status 101, and its Sec-WebSocket-Accept does not match the key.")
	case h.Has("Sec-WebSocket-Protocol") && !f.state.Profile[UnaskedSubprotocolTaken]:
		f.fail(WrongType, socketOpen, "The answer names a subprotocol, and the page asked for none.")
	case slices.ContainsFunc(h.SplitValues("Sec-WebSocket-Extensions"), isUnknownExtension):
		f.fail(WrongType, socketOpen, "The answer names an extension that the page did not ask for.")
	default:
		f.finish(Allowed, "", socketOpen, "Status 101 opens the WebSocket: CORS has no say, the server must look at Origin.")
	}
}

// isUnknownExtension says whether an extension is none that browsers ask for.
func isUnknownExtension(value string) bool {
	name, _, _ := strings.Cut(value, ";")
	return !strings.EqualFold(strings.TrimSpace(name), "permessage-deflate")
}

// socketAccept is what a server makes of a key.
func socketAccept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
