package servers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// The forward proxy is for browsers that have no other way to find production
// names on loopback. It changes what a client writes for a proxy alone, the
// absolute form in the request line and the Proxy- header lines, and nothing
// else. Replies it does not even read: the end of a connection, or its reset, is
// passed on as what it is.

// Proxy is the address (host:port), as this machine reaches it, of a forward proxy
// for the hosts and ports of Mappings. Of any other it is as if its name did not
// resolve: whoever asks, nothing that is asked for through it leaves the machine.
func (f *Fleet) Proxy() string {
	address := *f.proxy.tcp.Addr().(*net.TCPAddr)
	if address.IP.IsUnspecified() {
		address.IP = net.IPv4(127, 0, 0, 1)
	}
	return address.String()
}

// authority is a host and a port, as they stand in a URL.
type authority struct {
	host string
	port int
}

// proxied is a connection of the proxy's. A client may send requests to one host
// after another on it.
type proxied struct {
	conn
	host authority    // that the connection behind leads to
	back *net.TCPConn // nil: none yet
	// replies is closed when all that comes from behind has been passed on.
	replies chan struct{}
	// turning is closed when the connection behind is to end and the client's is
	// not.
	turning chan struct{}
}

func (f *Fleet) serveProxy(l *listener, tcp *net.TCPConn) {
	p := &proxied{conn: conn{fleet: f, ctx: l.ctx, tcp: tcp, rw: tcp, in: make([]byte, 4<<10)}}
	for p.forward() {
	}
	if p.back != nil {
		p.back.CloseWrite()
		<-p.replies
		p.back.Close()
	}
}

// forward passes one request on. It is false when the client sends no more.
func (p *proxied) forward() bool {
	raw, err := p.readHead()
	if errors.Is(err, errHeadTooLarge) {
		return p.refuse(431, err)
	} else if err != nil {
		return p.clientEnded(err)
	}
	raw, to, err := originForm(raw)
	r := &request{raw: raw}
	if err == nil {
		r.requestHead, err = parseRequestHead(raw)
	}
	if err != nil {
		return p.refuse(400, err)
	}
	if r.method == "CONNECT" {
		return p.tunnel(to)
	}

	r.body, err = requestFraming(r.requestHead)
	upgrade := err == nil && r.body.done && has(r.headers, "Upgrade")
	if p.host != to || upgrade {
		if unknown := p.turn(to); unknown != nil {
			return p.reset() // a reply would be taken for the host's
		}
	}
	if _, err := p.back.Write(r.raw); err != nil {
		return p.clientEnded(err)
	}
	if upgrade && p.switched() || err != nil {
		// It is no HTTP that follows, or none that can be read: the host is to
		// say so.
		return p.passRest()
	}
	p.passReplies()
	err = p.eachPiece(r, func(piece []byte) error {
		_, err := p.back.Write(piece)
		return err
	})
	switch {
	case errors.Is(err, errBodyTooLarge), errors.Is(err, errChunk):
		return p.passRest()
	case err != nil:
		return p.clientEnded(err)
	}
	return true
}

// tunnel makes the client's connection one to a host.
func (p *proxied) tunnel(to authority) bool {
	if p.turn(to) != nil {
		// Firefox takes 404 for a name that does not resolve; to the others one
		// failure is as good as another.
		p.out, _, _ = appendAnswer(p.out[:0], "", notFound)
		p.write(p.out)
		return p.finish()
	}
	if _, err := io.WriteString(p.tcp, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return p.clientEnded(err)
	}
	return p.passRest()
}

// turn opens the connection behind to a host, in place of another one that has
// answered all it was asked.
func (p *proxied) turn(to authority) error {
	if p.back != nil {
		p.passReplies()
		close(p.turning)
		p.back.CloseWrite()
		<-p.replies
		p.back.Close()
		p.back = nil
	}
	l := p.fleet.find(to.host, to.port)
	if l == nil {
		return fmt.Errorf("servers: the proxy knows no %s:%d", to.host, to.port)
	}
	var dialer net.Dialer
	back, err := dialer.DialContext(p.ctx, "tcp", l.tcp.Addr().String())
	if err != nil {
		return fmt.Errorf("servers: the proxy cannot reach %s:%d: %w", to.host, to.port, err)
	}
	p.host, p.back, p.replies, p.turning = to, back.(*net.TCPConn), nil, make(chan struct{})
	return nil
}

// passReplies begins to pass on what comes from behind, unless it has begun.
func (p *proxied) passReplies() {
	if p.replies != nil {
		return
	}
	back, turning, replies := p.back, p.turning, make(chan struct{})
	p.replies = replies
	go func() {
		defer close(replies)
		_, err := io.Copy(p.tcp, back)
		select {
		case <-turning:
			if err == nil {
				return
			}
		default:
		}
		endAs(err, p.tcp, back)
	}()
}

// passRest passes on all that the client still sends.
func (p *proxied) passRest() bool {
	p.passReplies()
	var err error
	if waiting := p.in[p.r:p.w]; len(waiting) > 0 {
		// Even a write of nothing would take the word of a reset away from who reads.
		_, err = p.back.Write(waiting)
	}
	if err == nil {
		_, err = io.Copy(p.back, p.tcp)
	}
	endAs(err, p.back, p.tcp)
	return false
}

// clientEnded ends the connection behind as the client's has ended.
func (p *proxied) clientEnded(err error) bool {
	if p.back == nil {
		return false
	}
	p.passReplies()
	if errors.Is(err, io.EOF) {
		err = nil
	}
	endAs(err, p.back, p.tcp)
	return false
}

// switched passes on what comes first of a reply, and reports whether that is a
// 101 (Switching Protocols).
func (p *proxied) switched() bool {
	const line = "HTTP/1.1 101"
	// All that is there at once: what waits when a reset comes may be lost.
	start := make([]byte, 4<<10)
	n, err := io.ReadAtLeast(p.back, start, len(line))
	if n > 0 {
		p.write(start[:n])
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		endAs(err, p.tcp, p.back)
	}
	return bytes.HasPrefix(start, []byte(line))
}

// endAs ends the sending side of to when from has ended. After an error both are
// reset: one of them was.
func endAs(err error, to, from *net.TCPConn) {
	if err == nil {
		to.CloseWrite()
		return
	}
	for _, tcp := range []*net.TCPConn{to, from} {
		tcp.SetLinger(0)
		tcp.Close()
	}
}

// originForm makes a head for a proxy one for the host that it names: RFC 9112,
// section 3.2. Of the header lines for a proxy alone Proxy-Connection stands
// where clients write Connection otherwise.
func originForm(raw []byte) ([]byte, authority, error) {
	line, lines, _ := bytes.Cut(raw, []byte("\n"))
	method, after, _ := bytes.Cut(line, []byte(" "))
	target, version, _ := bytes.Cut(after, []byte(" "))
	form, to, err := splitTarget(string(method), string(target))
	if err != nil {
		return nil, authority{}, err
	}
	out := make([]byte, 0, len(raw))
	out = fmt.Appendf(out, "%s %s %s\n", method, form, version)
	hasConnection := false
	for l := range bytes.Lines(lines) {
		hasConnection = hasConnection || isNamed(l, "Connection:")
	}
	for l := range bytes.Lines(lines) {
		switch {
		case isNamed(l, "Proxy-Connection:") && !hasConnection:
			out = append(out, l[len("Proxy-"):]...)
		case !isNamed(l, "Proxy-"):
			out = append(out, l...)
		}
	}
	return out, to, nil
}

// isNamed reports whether a header line's name begins so.
func isNamed(line []byte, name string) bool {
	return len(line) >= len(name) && strings.EqualFold(string(line[:len(name)]), name)
}

// splitTarget is a request-target for a proxy taken apart: what the host is to
// get, and the host.
func splitTarget(method, target string) (form string, to authority, err error) {
	host, port := target, ""
	if method != "CONNECT" {
		scheme, rest, found := strings.Cut(target, "://")
		// WebKit names a WebSocket's scheme where others open a tunnel.
		if !found || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "ws") {
			return "", to, fmt.Errorf("servers: not a request for a proxy: %.80q", target)
		}
		host, form, port = rest, "", "80"
		if i := strings.IndexAny(host, "/?"); i >= 0 {
			host, form = host[:i], host[i:]
		}
		switch {
		case form == "" && method == "OPTIONS":
			form = "*"
		case !strings.HasPrefix(form, "/"):
			form = "/" + form
		}
		host = host[strings.LastIndexByte(host, '@')+1:]
	} else {
		form = target
	}
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host, port = host[:i], host[i+1:]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || host == "" {
		return "", to, fmt.Errorf("servers: the proxy is asked for no host and port: %.80q", target)
	}
	return form, authority{strings.ToLower(host), int(n)}, nil
}
