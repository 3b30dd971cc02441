package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// Port is where the lab's own pages are if nobody says otherwise, so that links
// to them last. The origins of the lessons are at the two ports behind it.
const Port = 8411

// portsStep and portsTried say where the lab looks for room when its ports are
// taken: 8421, 8431, ...
const portsStep, portsTried = 10, 10

// Options say how the lab is to run.
type Options struct {
	// Port is the first of three ports in a row; 0 is the usual one or, where
	// that is taken, the next that are free.
	Port int
	// Headless is a browser for what the learner's own cannot do; nil: there is
	// none, and Install is the command that would bring one.
	Headless *browser.Found
	Install  string
	// Version is shown.
	Version string
	// Log receives what the lab wants to say (nil: nowhere).
	Log func(format string, args ...any)
}

// Lab is the running application.
type Lab struct {
	options  Options
	places   places
	fleet    *servers.Fleet
	server   *http.Server
	cases    *cases
	sessions *sessions
	keeper   harness.Keeper
	turn     chan struct{} // the headless browser runs one case at a time

	served sync.WaitGroup
}

// Start starts the lab. An error says which port is taken, or what else failed.
func Start(o Options) (*Lab, error) {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	ports := []int{o.Port}
	if o.Port == 0 {
		ports = nil
		for i := range portsTried {
			ports = append(ports, Port+i*portsStep)
		}
	}
	var failed error
	for _, port := range ports {
		l, err := startAt(port, o)
		if err == nil {
			return l, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, fmt.Errorf("lab: no room for its ports (-port N asks for N, N+1 and N+2):\n%w", failed)
}

func startAt(port int, o Options) (*Lab, error) {
	all, err := catalogue()
	if err != nil {
		return nil, err
	}
	l := &Lab{options: o, places: placesAt(port), turn: make(chan struct{}, 1)}
	l.cases = newCases(all, l.places)
	stage, documents, err := l.stage()
	if err != nil {
		return nil, err
	}
	tcp, err := net.Listen("tcp", loopback(port))
	if err != nil {
		return nil, err
	}
	config := servers.Config{Pages: stage, Log: o.Log}
	for _, at := range l.places.list {
		config.Origins = append(config.Origins, servers.Listen{Origin: at.origin, Protocol: scenarios.HTTP1, Addr: loopback(at.origin.Port)})
	}
	if l.fleet, err = servers.Start(config); err != nil {
		return nil, errors.Join(err, tcp.Close())
	}
	l.sessions = newSessions(l.fleet, documents)
	l.server = &http.Server{Handler: l.handler(), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	l.served.Go(func() { l.server.Serve(tcp) })
	l.served.Go(l.cases.settle)
	return l, nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Moved says whether the lab is elsewhere than at the usual port.
func (l *Lab) Moved() bool { return l.places.ui.Port != Port }

// URL is where a learner's browser begins: at a page that finds out whether the
// lab's names can be reached, and goes on to a route ("" is the course).
func (l *Lab) URL(route string) string {
	at := "http://localhost:" + strconv.Itoa(l.places.ui.Port) + "/"
	if route != "" {
		at += "#/" + route
	}
	return at
}

// Origin is the origin of the lab's own pages, serialised.
func (l *Lab) Origin() string { return l.places.ui.String() }

// Close ends the lab, its servers and its browser.
func (l *Lab) Close() error {
	l.cases.stop()
	l.sessions.close()
	ended := l.server.Close()
	l.served.Wait()
	return errors.Join(ended, l.fleet.Close(), l.keeper.Close())
}

// catalogue are the permutations of the embedded catalogue.
var catalogue = sync.OnceValues(func() ([]*scenarios.Permutation, error) {
	files, err := scenarios.Catalogue()
	if err != nil {
		return nil, err
	}
	return scenarios.Permutations(files), nil
})

// take waits for the headless browser.
func (l *Lab) take(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
