package middleware

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
)

// goSetUp is a set-up in this process, as the Go products are.
func goSetUp(handler http.Handler, config string, notes ...string) SetUp {
	return SetUp{Language: "go", Config: config, Notes: notes, Start: func(context.Context) (Server, error) {
		server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
		return listen(server.Serve, server.Close)
	}}
}

// inProcess is a server in this process.
type inProcess struct {
	addr  string
	close func() error
	ended chan struct{}
	err   error
}

// listen lets a server serve on a free port of loopback.
func listen(serve func(net.Listener) error, stop func() error) (Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("middleware: %w", err)
	}
	s := &inProcess{addr: l.Addr().String(), close: stop, ended: make(chan struct{})}
	go func() {
		s.err = serve(l)
		close(s.ended)
	}()
	return s, nil
}

func (s *inProcess) Addr() string { return s.addr }

func (s *inProcess) Alive() error {
	select {
	case <-s.ended:
		return fmt.Errorf("middleware: the server has ended: %v", s.err)
	default:
		return nil
	}
}

func (s *inProcess) Close() error {
	err := s.close()
	<-s.ended
	return err
}

//go:embed go.mod
var goMod string

// goVersion reads a module's version from our go.mod.
func goVersion(module string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		for line := range strings.Lines(goMod) {
			fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
			if len(fields) >= 2 && fields[0] == module {
				return strings.TrimPrefix(fields[1], "v"), nil
			}
		}
		return "", fmt.Errorf("%w of %s", errNoVersion, module)
	}
}
