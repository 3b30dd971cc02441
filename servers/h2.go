package servers

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// serveH2 serves an HTTP/2 connection until it ends.
func (l *listener) serveH2(secure *tls.Conn, at oracle.Origin) {
	one := &oneConn{conn: secure, ended: make(chan struct{})}
	server := http.Server{
		MaxHeaderBytes: headLimit,
		ErrorLog:       log.New(io.Discard, "", 0),
		BaseContext:    func(net.Listener) context.Context { return l.ctx },
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				one.end()
			}
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !l.fleet.enter() {
				panic(http.ErrAbortHandler)
			}
			defer l.fleet.wg.Done()
			l.fleet.serveStream(at, w, r)
		}),
	}
	server.Serve(one)
}

// oneConn is a listener that has one connection, and ends with it.
type oneConn struct {
	conn  net.Conn
	ended chan struct{}
	once  sync.Once
}

func (o *oneConn) Accept() (net.Conn, error) {
	if conn := o.conn; conn != nil {
		o.conn = nil
		return conn, nil
	}
	<-o.ended
	return nil, net.ErrClosed
}

func (o *oneConn) end()           { o.once.Do(func() { close(o.ended) }) }
func (o *oneConn) Close() error   { return nil }
func (o *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// serveStream answers one HTTP/2 request.
func (f *Fleet) serveStream(at oracle.Origin, w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.RequestURI, scenarios.Reserved) {
		if id, ok := sentinelID(r.RequestURI); ok {
			f.ledger.sentinelArrived(id, at)
			writeH2(w, sentinelAnswer)
		} else if f.config.Pages != nil {
			f.config.Pages.ServeHTTP(w, r)
		} else {
			writeH2(w, notFound)
		}
		return
	}
	address, path, ok := scenarios.ParseTarget(r.RequestURI)
	if !ok {
		writeH2(w, notFound)
		return
	}
	h := requestHead{method: r.Method, target: r.RequestURI, minor: 1, headers: h2Headers(r.Header)}
	e := f.ledger.arrived(at, address, path, h)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	f.ledger.update(e, func(e *Entry) { e.Body = body })
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	who := f.whoAnswers(address)
	if who.backend != nil {
		text := fmt.Sprintf("set-up %s speaks HTTP/1.1: it cannot answer at %s", who.backend.Name(), at)
		f.ledger.update(e, func(e *Entry) { e.Failed, e.cut = text, true })
		panic(http.ErrAbortHandler)
	}
	a := f.answer(e, who)
	if !wait(r.Context(), a.Delay) {
		panic(http.ErrAbortHandler)
	}
	_, sent, _ := appendAnswer(nil, r.Method, a)
	f.ledger.update(e, func(e *Entry) { e.Reply, e.cut, e.Pending = sent, a.Abort != "", false })
	if sent.Status == 0 || a.Raw != nil {
		// The stream is reset. A raw answer is HTTP/1.1: it has no other
		// meaning here.
		panic(http.ErrAbortHandler)
	}
	writeH2(w, scenarios.Answer{Status: sent.Status, Headers: sent.Headers, Body: sent.Body})
	if a.Abort != "" {
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// writeH2 writes an answer and keeps the library from adding to it.
func writeH2(w http.ResponseWriter, a scenarios.Answer) {
	header := w.Header()
	header["Date"] = nil
	header["Content-Type"] = nil
	for _, h := range a.Headers {
		name := http.CanonicalHeaderKey(h.Name)
		header[name] = append(header[name], string(appendIsomorphic(nil, h.Value)))
	}
	w.WriteHeader(a.Status)
	w.Write(a.Body)
}

// h2Headers are a request's header lines. Their order on the wire is not to be
// had from the library; they are sorted.
func h2Headers(header http.Header) oracle.Headers {
	headers := make(oracle.Headers, 0, len(header))
	for name, values := range header {
		for _, value := range values {
			headers = append(headers, oracle.Header{
				Name:  strings.ToLower(name),
				Value: isomorphicDecode([]byte(value)),
			})
		}
	}
	slices.SortStableFunc(headers, func(a, b oracle.Header) int { return strings.Compare(a.Name, b.Name) })
	return headers
}
