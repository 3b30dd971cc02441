package servers

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// setUpStart bounds the start of all set-ups together.
const setUpStart = 30 * time.Second

// Config says what a fleet serves. The zero value serves nothing.
type Config struct {
	// Origins are listened for; one that stands here twice counts once.
	Origins []Listen
	// Pages answers requests below /.corsproof/ on every origin, except those
	// for sentinels. Usually it is [Pages]. It may be nil: they are 404 then.
	Pages http.Handler
	// Proxy is the address (host:port) that the forward proxy listens on; "" is a
	// free port of loopback. The origins' own listeners are on loopback always.
	Proxy string
	// SetUps are started and closed with the fleet.
	SetUps []SetUp
	// Log receives what the fleet wants to say (nil: nowhere).
	Log func(format string, args ...any)
}

// Listen is an origin to serve and the protocol it speaks.
type Listen struct {
	Origin   oracle.Origin
	Protocol scenarios.Protocol
	// Addr (host:port) is where to listen for an http origin that browsers find by
	// themselves; "" is a free port of loopback, which they have to be mapped to.
	// Origins of one Addr are told apart by the Host of their requests, and a
	// request for any other host is refused: a name that somebody else's DNS leads
	// here (DNS rebinding) is served nothing. Any page may send requests there, so
	// nothing is kept of those whose case is not armed, nor of sentinels, and bodies
	// end at 64 KiB.
	Addr string
}

// Mapping sends the connections that a browser makes to Host:Port to the
// listener at Addr (host:port).
type Mapping struct {
	Host string
	Port int
	Addr string
}

// Script answers the requests of a literal case; step is the case's active
// step. A [scenarios.Bound] is one. It must be safe for concurrent use.
type Script interface {
	Answer(step int, q scenarios.Query) scenarios.Answer
}

// Fleet is a set of running servers. It is safe for concurrent use.
type Fleet struct {
	config    Config
	ledger    *Ledger
	cert      tls.Certificate
	spki      string
	ctx       context.Context
	cancel    context.CancelFunc
	listeners []*listener
	proxy     *listener
	backends  map[string]*backend

	mu      sync.RWMutex
	armed   map[string]armed
	adopted map[oracle.Origin]string // whose the requests without a token are, by where they arrive

	life   sync.Mutex // guards closed, and wg.Add against wg.Wait
	closed bool
	wg     sync.WaitGroup
}

// armed is what answers a case: a script or a set-up.
type armed struct {
	script  Script
	backend *backend
}

// backend is a started set-up.
type backend struct {
	SetUp
	addr string
}

// Start starts the set-ups and listens for every origin on a free port of
// loopback. On an error nothing is left running.
func Start(config Config) (*Fleet, error) {
	own, err := throwAwayCertificate()
	if err != nil {
		return nil, err
	}
	if config.Log == nil {
		config.Log = func(string, ...any) {}
	}
	f := &Fleet{
		config: config, ledger: newLedger(), cert: own.Certificate, spki: own.pin,
		backends: make(map[string]*backend), armed: make(map[string]armed), adopted: make(map[oracle.Origin]string),
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	if err := errors.Join(f.listenProxy(), f.listen(), f.startSetUps()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	for _, l := range append(f.listeners[:len(f.listeners):len(f.listeners)], f.proxy) {
		f.wg.Go(l.accept)
	}
	return f, nil
}

func (f *Fleet) listenProxy() error {
	tcp, err := net.Listen("tcp", cmp.Or(f.config.Proxy, "127.0.0.1:0"))
	if err != nil {
		return fmt.Errorf("servers: listen for the proxy: %w", err)
	}
	host, port := "proxy", tcp.Addr().(*net.TCPAddr).Port // to the log
	f.proxy = newListener(f, host, port, tcp)
	f.proxy.speak = f.serveProxy
	return nil
}

// listen opens one listener for each host and port.
func (f *Fleet) listen() error {
	for _, want := range f.config.Origins {
		o := want.Origin
		h2 := want.Protocol == scenarios.H2
		switch {
		case o.Host == "" || o.Port == 0 || o.Scheme != "https" && o.Scheme != "http":
			return fmt.Errorf("servers: cannot listen for %q: want an http or https origin", o)
		case h2 && o.Scheme != "https":
			return fmt.Errorf("servers: cannot listen for %s: HTTP/2 needs https", o)
		case want.Addr != "" && o.Scheme != "http":
			return fmt.Errorf("servers: cannot listen for %s at %s: no browser would trust its certificate", o, want.Addr)
		}
		l, err := f.listenerFor(want)
		if err != nil {
			return fmt.Errorf("servers: listen for %s: %w", o, err)
		}
		if o.Scheme == "http" {
			l.plain = true
			continue
		}
		if l.tls != nil && l.h2 != h2 {
			return fmt.Errorf("servers: %s is to speak both HTTP/1.1 and HTTP/2: choose one", o)
		}
		protocol := "http/1.1"
		if h2 {
			protocol = "h2"
		}
		l.h2 = h2
		l.tls = &tls.Config{Certificates: []tls.Certificate{f.cert}, NextProtos: []string{protocol}}
	}
	return nil
}

// listenerFor is the listener of an origin: one that is there, or a new one.
func (f *Fleet) listenerFor(want Listen) (*listener, error) {
	o := want.Origin
	l := f.find(o.Host, o.Port)
	for _, other := range f.listeners {
		if want.Addr != "" && other.addr == want.Addr {
			l = other
		}
	}
	if l == nil {
		tcp, err := net.Listen("tcp", cmp.Or(want.Addr, "127.0.0.1:0"))
		if err != nil {
			return nil, err
		}
		l = newListener(f, o.Host, o.Port, tcp)
		l.addr = want.Addr
		f.listeners = append(f.listeners, l)
	}
	if want.Addr != "" {
		if l.named == nil {
			l.named = map[string]oracle.Origin{}
		}
		l.named[o.Authority()] = o
	}
	return l, nil
}

func (f *Fleet) startSetUps() error {
	ctx, cancel := context.WithTimeout(f.ctx, setUpStart)
	defer cancel()
	var group errgroup.Group
	for _, s := range f.config.SetUps {
		b := &backend{SetUp: s}
		if f.backends[s.Name()] != nil {
			return fmt.Errorf("servers: two set-ups are named %q", s.Name())
		}
		f.backends[s.Name()] = b
		group.Go(func() (err error) {
			if b.addr, err = b.Start(ctx); err != nil {
				return fmt.Errorf("servers: start set-up %s: %w", b.Name(), err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (f *Fleet) find(host string, port int) *listener {
	for _, l := range f.listeners {
		if l.host == host && l.port == port {
			return l
		}
	}
	return nil
}

// Mappings says which listener serves which host and port, one for each. Those
// with an address of their own need none.
func (f *Fleet) Mappings() []Mapping {
	mappings := make([]Mapping, 0, len(f.listeners))
	for _, l := range f.listeners {
		if l.addr == "" {
			mappings = append(mappings, Mapping{Host: l.host, Port: l.port, Addr: l.tcp.Addr().String()})
		}
	}
	return mappings
}

// SPKI is the base64 SHA-256 of the public key that every TLS listener shows.
func (f *Fleet) SPKI() string { return f.spki }

// Ledger is the fleet's ledger.
func (f *Fleet) Ledger() *Ledger { return f.ledger }

// Arm makes the script answer the literal case of that token.
func (f *Fleet) Arm(token string, s Script) { f.arm(token, armed{script: s}) }

// ArmSetUp passes the requests of that token through to a set-up.
func (f *Fleet) ArmSetUp(token, setUp string) error {
	b := f.backends[setUp]
	if b == nil {
		return fmt.Errorf("servers: no set-up %q is running", setUp)
	}
	f.arm(token, armed{backend: b})
	return nil
}

func (f *Fleet) arm(token string, a armed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed[token] = a
}

// Step says which step of a case is active from now on; it starts with 0.
func (f *Fleet) Step(token string, step int) { f.ledger.setStep(token, step) }

// Adopt makes the requests that arrive at an origin without a token a case's, as
// long as it is armed, and has a set-up answer them: what a server's own redirects
// lead to carries none. No other case may be on its way there.
func (f *Fleet) Adopt(token string, at oracle.Origin) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.adopted[at] = token
}

// Disarm forgets a case and its entries in the ledger.
func (f *Fleet) Disarm(token string) {
	f.mu.Lock()
	delete(f.armed, token)
	maps.DeleteFunc(f.adopted, func(_ oracle.Origin, by string) bool { return by == token })
	f.mu.Unlock()
	f.ledger.forget(token)
}

// caseOf finds the case that a request-target belongs to at an origin, and the
// path as its author wrote it. ok is false for requests that belong to none.
func (f *Fleet) caseOf(target string, at oracle.Origin) (a scenarios.Address, path string, ok bool) {
	if a, path, ok = scenarios.ParseTarget(target); ok {
		return a, path, true
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	token, ok := f.adopted[at]
	return scenarios.Address{Token: token, SetUp: true}, target, ok
}

// whoAnswers is what is armed for an address: a script below the case's own
// path, a set-up at the set-up's, never one for the other.
func (f *Fleet) whoAnswers(a scenarios.Address) armed {
	f.mu.RLock()
	defer f.mu.RUnlock()
	who := f.armed[a.Token]
	if a.SetUp {
		who.script = nil
	} else {
		who.backend = nil
	}
	return who
}

// Kill ends the listener of an origin and all its connections at once, as if
// its server had died. Origins that share its host and port die with it.
func (f *Fleet) Kill(origin oracle.Origin) error {
	l := f.find(origin.Host, origin.Port)
	if l == nil {
		return fmt.Errorf("servers: no listener for %s", origin)
	}
	l.kill()
	return nil
}

// Close ends listeners, connections and set-ups, and returns when all of them
// have gone. It may be called more than once.
func (f *Fleet) Close() error {
	f.life.Lock()
	f.closed = true
	f.life.Unlock()
	f.cancel()
	for _, l := range f.listeners {
		l.kill()
	}
	if f.proxy != nil {
		f.proxy.kill()
	}
	f.wg.Wait()
	var errs []error
	for _, b := range f.backends {
		if err := b.Close(); err != nil {
			errs = append(errs, fmt.Errorf("servers: close set-up %s: %w", b.Name(), err))
		}
	}
	return errors.Join(errs...)
}

// enter counts one more goroutine that Close waits for; it is false when the
// fleet is closing. Each true needs a call of f.wg.Done.
func (f *Fleet) enter() bool {
	f.life.Lock()
	defer f.life.Unlock()
	if f.closed {
		return false
	}
	f.wg.Add(1)
	return true
}

// sentinelID is the id in a sentinel's request-target.
func sentinelID(target string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(target, sentinelPath)
	id, _, _ = strings.Cut(rest, "?")
	return id, ok && id != ""
}

const sentinelPath = scenarios.Reserved + "sentinel/"

// sentinelAnswer is readable by every origin, so that its arrival is known on
// the page, too.
var sentinelAnswer = scenarios.Answer{
	Status: 204,
	Headers: oracle.Headers{
		{Name: "Access-Control-Allow-Origin", Value: "*"},
		{Name: "Cache-Control", Value: "no-store"},
	},
}

// notFound has no CORS headers: a request that belongs to no case gets nothing
// that a page could read.
var notFound = scenarios.Answer{Status: 404}

// answer is the literal answer to an entered request.
func (f *Fleet) answer(e *Entry, a armed) scenarios.Answer {
	if a.script == nil {
		// A 404 of the fleet's own would block a read as well as any policy.
		f.ledger.update(e, func(e *Entry) { e.Failed = "nothing is armed to answer " + e.Target })
		return notFound
	}
	return a.script.Answer(e.Step, scenarios.Query{
		At:             e.At,
		Hop:            e.Hop,
		Path:           e.Path,
		Preflight:      e.Preflight,
		Origin:         first(e.Headers, "Origin"),
		RequestMethod:  first(e.Headers, "Access-Control-Request-Method"),
		RequestHeaders: first(e.Headers, "Access-Control-Request-Headers"),
		SocketKey:      first(e.Headers, "Sec-WebSocket-Key"),
	})
}
