package check

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// handlerOrigin is how browsers know a handler whose policy names no public URL.
const handlerOrigin = "https://api.corsproof.test"

// dialTimeout bounds the opening of one connection to the target.
const dialTimeout = 10 * time.Second

// Target is the server under test: a handler, a URL, or a command that serves a
// URL.
type Target struct {
	handler http.Handler
	url     *url.URL // nil for a handler
	command []string // that starts the server; nil: it runs already
}

// Handler is a target that a server of its own serves on loopback, as net/http
// does: over HTTP/1.1, without TLS, and a panic ends the connection.
func Handler(h http.Handler) *Target { return &Target{handler: h} }

// URL is a target that runs somewhere. Its path is the endpoint that is probed
// where the policy names none.
func URL(raw string) (*Target, error) {
	u, err := url.Parse(raw)
	switch {
	case !strings.Contains(raw, "://"):
		return nil, fmt.Errorf("check: url %q: expected one that begins with http:// or https://", raw)
	case err != nil:
		return nil, fmt.Errorf("check: url %q: %w", raw, errors.Unwrap(err))
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("check: url %q: expected one that begins with http:// or https://", raw)
	case u.Hostname() == "":
		return nil, fmt.Errorf("check: url %q: expected a host", raw)
	case u.User != nil:
		return nil, fmt.Errorf("check: url %q: a user name and a password do not belong here: give the Authorization header to the endpoint, in the policy", raw)
	case u.Fragment != "":
		return nil, fmt.Errorf("check: url %q: a server never sees what stands behind #", raw)
	}
	if _, _, err := scenarios.ResolveOrigin(u.Scheme + "://" + u.Host); err != nil {
		return nil, fmt.Errorf("check: url %q: %w", raw, err)
	}
	return &Target{url: u}, nil
}

// Command is a target that a command line serves at a URL: it is started for the
// check and ended, with all that it has started, after it. No shell reads the
// line: see [Split].
func Command(line, raw string) (*Target, error) {
	t, err := URL(raw)
	if err != nil {
		return nil, err
	}
	if t.command, err = Split(line); err != nil {
		return nil, err
	}
	if t.remote() {
		return nil, fmt.Errorf("check: url %q: a command serves an address of this machine: 127.0.0.1 or localhost", raw)
	}
	return t, nil
}

// String is the target as a report names it.
func (t *Target) String() string {
	switch {
	case t.url == nil:
		return "a Go handler"
	case t.command != nil:
		return t.url.String() + " (" + strings.Join(t.command, " ") + ")"
	}
	return t.url.String()
}

// Path is the endpoint of a policy that names none: the path and query of the
// URL.
func (t *Target) Path() string {
	if t.url == nil {
		return "/"
	}
	return t.url.RequestURI()
}

// Origin is the name by which browsers know the target: the policy's, or where
// it is.
func (t *Target) Origin(p *policy.Policy) (oracle.Origin, error) {
	name := p.PublicURL
	switch {
	case name != "":
	case t.url == nil:
		name = handlerOrigin
	default:
		name = t.url.Scheme + "://" + t.url.Host
	}
	origin, _, err := scenarios.ResolveOrigin(name)
	if err != nil {
		return origin, fmt.Errorf("check: public URL: %w", err)
	}
	return origin, nil
}

// remote is true for a target that is not on this machine.
func (t *Target) remote() bool {
	if t.url == nil {
		return false
	}
	host := t.url.Hostname()
	return !isLocalhost(host) && !net.ParseIP(host).IsLoopback()
}

// isLocalhost is true for the names of this machine. No name server is asked
// for them: who knows where that would send what writes.
//
// https://www.rfc-editor.org/rfc/rfc6761#section-6.3
func isLocalhost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// running is a target that takes connections. It is the set-up that the probes
// go to: [servers.Subject].
type running struct {
	addr  string // host:port
	tls   *tls.Config
	pace  pace
	alive func() error
	stop  func() error
}

// start starts what there is to start, and returns when the target answers.
func (t *Target) start(ctx context.Context, o Options) (*running, error) {
	r := &running{alive: func() error { return nil }, stop: func() error { return nil }}
	if o.Rate > 0 {
		r.pace.every = every(o.Rate)
	}
	if t.handler != nil {
		return r, r.serve(t.handler, o.Log)
	}
	port := t.url.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[t.url.Scheme]
	}
	r.addr = net.JoinHostPort(t.url.Hostname(), port)
	if t.url.Scheme == "https" {
		r.tls = &tls.Config{
			ServerName: t.url.Hostname(), NextProtos: []string{"http/1.1"},
			ClientSessionCache: tls.NewLRUClientSessionCache(0), InsecureSkipVerify: o.Insecure,
		}
	}
	if t.command != nil {
		return r, r.run(ctx, t)
	}
	if err := r.answers(ctx, t); err != nil {
		return nil, fmt.Errorf("check: %s does not answer: %w", t.url, err)
	}
	return r, nil
}

// serve serves a handler on a free port of loopback.
func (r *running) serve(h http.Handler, say func(string, ...any)) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("check: listen for the handler: %w", err)
	}
	server := &http.Server{Handler: h, ErrorLog: log.New(logger(say), "", 0)}
	r.addr, r.stop = listener.Addr().String(), server.Close
	var mu sync.Mutex
	var ended error
	r.alive = func() error {
		mu.Lock()
		defer mu.Unlock()
		return ended
	}
	go func() {
		err := server.Serve(listener)
		mu.Lock()
		defer mu.Unlock()
		ended = fmt.Errorf("check: the handler's server ended: %w", err)
	}()
	return nil
}

// logger passes what net/http logs, a panic's stack for one, to a log.
type logger func(string, ...any)

func (l logger) Write(b []byte) (int, error) {
	if l != nil {
		l("target: %s", strings.TrimSpace(string(b)))
	}
	return len(b), nil
}

// Name is the word for the target in the scenarios of a policy.
func (r *running) Name() string { return policy.Target }

// Start says where the target is: it runs already.
func (r *running) Start(context.Context) (string, error) { return r.addr, nil }

// Alive says how the target ended, if it did and that is known here.
func (r *running) Alive() error { return r.alive() }

// Close leaves the target as it is: it outlives the fleets in front of it.
func (r *running) Close() error { return nil }

// Dial opens a connection to the target, when its rate allows one more.
func (r *running) Dial(ctx context.Context) (net.Conn, error) {
	if err := r.pace.wait(ctx); err != nil {
		return nil, err
	}
	return r.dial(ctx)
}

func (r *running) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := r.connect(ctx)
	if err != nil || r.tls == nil {
		return conn, err
	}
	secure := tls.Client(conn, r.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
}

// connect opens the connection below TLS.
func (r *running) connect(ctx context.Context) (net.Conn, error) {
	dialer := &net.Dialer{}
	host, port, err := net.SplitHostPort(r.addr)
	if err != nil || !isLocalhost(host) {
		return dialer.DialContext(ctx, "tcp", r.addr)
	}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
	if err == nil {
		return conn, nil
	}
	if conn, other := dialer.DialContext(ctx, "tcp", net.JoinHostPort("::1", port)); other == nil {
		return conn, nil
	}
	return nil, err
}
