package webdriver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"time"
)

const (
	// readyPoll is how often a driver that starts is asked whether it listens:
	// it does not say so.
	readyPoll = 5 * time.Millisecond
	// ports is how many ports are tried, of which somebody else may take one
	// between its choice and the driver's start.
	ports = 3
)

// startDriver starts a driver and returns when it listens.
func (b *webKit) startDriver(ctx context.Context) (*process, client, error) {
	var err error
	for range ports {
		var port int
		if port, err = freePort(); err != nil {
			break
		}
		cmd := exec.Command(b.options.Driver, b.engine.args(port)...)
		cmd.Env = b.env
		var p *process
		if p, err = startProcess(cmd); err != nil {
			break
		}
		c := newClient(fmt.Sprintf("http://127.0.0.1:%d", port))
		if err = awaitDriver(ctx, p, c); err == nil {
			return p, c, nil
		}
		err = errors.Join(err, p.kill())
		if ctx.Err() != nil {
			break
		}
	}
	return nil, client{}, err
}

// awaitDriver returns when a driver answers.
func awaitDriver(ctx context.Context, p *process, c client) error {
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-p.ended:
			return p.death()
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", p.name, ctx.Err())
		}
		if c.call(ctx, http.MethodGet, "/status", nil, nil) == nil {
			return nil
		}
	}
}

// freePort is a port of loopback on which nobody listens just now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
