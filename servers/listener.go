package servers

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// handshakeLimit is how long a TLS handshake may take.
const handshakeLimit = 10 * time.Second

// acceptPause keeps a listener from spinning when the process is out of file
// descriptors.
const acceptPause = 50 * time.Millisecond

// listener serves the origins of one host and port: https, http, or both, told
// apart by the first byte of a connection.
type listener struct {
	fleet  *Fleet
	host   string
	port   int
	plain  bool                     // serves the http origin
	tls    *tls.Config              // serves the https origin; nil: does not
	h2     bool                     // the https origin speaks HTTP/2
	addr   string                   // where it was told to listen, "" for anywhere
	named  map[string]oracle.Origin // by Host, its http origins there
	tcp    net.Listener
	ctx    context.Context
	cancel context.CancelFunc
	speak  func(*listener, *net.TCPConn) // serves a connection until it ends

	mu    sync.Mutex
	conns map[net.Conn]struct{} // nil once killed
}

func newListener(f *Fleet, host string, port int, tcp net.Listener) *listener {
	l := &listener{fleet: f, host: host, port: port, tcp: tcp, conns: make(map[net.Conn]struct{}), speak: (*listener).serveOrigins}
	l.ctx, l.cancel = context.WithCancel(f.ctx)
	return l
}

func (l *listener) accept() {
	for {
		tcp, err := l.tcp.Accept()
		if l.ctx.Err() != nil {
			if err == nil {
				tcp.Close()
			}
			return
		}
		if err != nil {
			l.fleet.config.Log("servers: accept for %s:%d: %v", l.host, l.port, err)
			select {
			case <-time.After(acceptPause):
			case <-l.ctx.Done():
			}
			continue
		}
		if !l.keep(tcp) {
			tcp.Close()
			return
		}
		go l.serve(tcp.(*net.TCPConn))
	}
}

// keep enters a connection among those that end with the listener.
func (l *listener) keep(tcp net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conns == nil || !l.fleet.enter() {
		return false
	}
	l.conns[tcp] = struct{}{}
	return true
}

// serve serves a connection until it ends.
func (l *listener) serve(tcp *net.TCPConn) {
	defer l.fleet.wg.Done()
	defer func() {
		tcp.Close()
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.conns, tcp)
	}()
	l.speak(l, tcp)
}

func (l *listener) serveOrigins(tcp *net.TCPConn) {
	c := &conn{fleet: l.fleet, ctx: l.ctx, tcp: tcp, rw: tcp, in: make([]byte, 4<<10)}
	c.at, c.named = oracle.Origin{Scheme: "http", Host: l.host, Port: l.port}, l.named
	if l.tls == nil {
		c.serve()
		return
	}
	if l.plain {
		first := make([]byte, 1)
		if _, err := tcp.Read(first); err != nil {
			return
		}
		const handshakeRecord = 0x16
		if first[0] != handshakeRecord {
			c.w = copy(c.in, first)
			c.serve()
			return
		}
		c.rw = &prefixed{Conn: tcp, prefix: first}
	}
	tcp.SetDeadline(time.Now().Add(handshakeLimit))
	secure := tls.Server(c.rw, l.tls)
	if err := secure.HandshakeContext(l.ctx); err != nil {
		l.fleet.config.Log("servers: TLS at %s:%d: %v", l.host, l.port, err)
		return
	}
	tcp.SetDeadline(time.Time{})
	c.at.Scheme, c.rw = "https", secure
	switch {
	case !l.h2:
		c.serve()
	case secure.ConnectionState().NegotiatedProtocol == "h2":
		l.serveH2(secure, c.at)
	default:
		// crypto/tls lets a client through that does not offer h2: browsers do
		// not for a WebSocket.
		c.serve()
	}
}

// kill ends the listener and its connections.
func (l *listener) kill() {
	l.cancel()
	l.tcp.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for tcp := range l.conns {
		tcp.Close()
	}
	l.conns = nil
}

// prefixed is a connection with bytes that have already been read from it.
type prefixed struct {
	net.Conn
	prefix []byte
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.prefix) > 0 {
		n := copy(b, p.prefix)
		p.prefix = p.prefix[n:]
		return n, nil
	}
	return p.Conn.Read(b)
}
