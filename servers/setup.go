package servers

import (
	"context"
	"net"
)

// SetUp is a real server with a CORS configuration of its own: an Express
// process, a gorilla/mux handler. It listens on loopback, without TLS and with
// HTTP/1.1; the fleet stands in front of it, terminates TLS, keeps the ledger
// and passes the bytes through untouched.
type SetUp interface {
	// Name is the word that a scenario's `server.set-up` uses.
	Name() string
	// Start starts the server and returns the address (host:port) it listens
	// on, ready for connections. ctx bounds the start, not the server's life.
	Start(ctx context.Context) (addr string, err error)
	// Alive is nil while the server runs; otherwise it says how it ended.
	Alive() error
	// Close ends the server and everything it started. It may be called more
	// than once, and before Start.
	Close() error
}

// Subject is a set-up that is itself under test. A connection that it breaks off
// is an answer like any other, as long as it takes the next one; of other set-ups
// it is a failure of the harness's.
type Subject interface {
	SetUp
	// Dial opens a connection to the server, on which HTTP/1.1 is spoken.
	Dial(ctx context.Context) (net.Conn, error)
}
