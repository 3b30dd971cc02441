package setups

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// GorillaMux is the routes of Express in Go: gorilla/mux and CORS by hand, on
// a net/http server. See [GorillaMuxRoutes].
type GorillaMux struct {
	mu     sync.Mutex
	server *http.Server
	err    error
}

// Name is gorilla-mux.
func (g *GorillaMux) Name() string { return "gorilla-mux" }

// Start listens on a free port of 127.0.0.1.
func (g *GorillaMux) Start(ctx context.Context) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.server != nil {
		return "", errors.New("setups: gorilla-mux is started already")
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("setups: gorilla-mux: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("setups: gorilla-mux: %w", err)
	}
	server := &http.Server{Handler: GorillaMuxRoutes()}
	g.server = server
	go func() {
		err := server.Serve(listener)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.err = fmt.Errorf("setups: gorilla-mux ended: %w", err)
	}()
	return listener.Addr().String(), nil
}

// Alive says how the server ended, if it did.
func (g *GorillaMux) Alive() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.server == nil {
		return errNotStarted(g.Name())
	}
	return g.err
}

// Close closes the listener and every connection.
func (g *GorillaMux) Close() error {
	g.mu.Lock()
	server := g.server
	g.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.Close()
}
