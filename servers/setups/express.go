package setups

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/corsproof/corsproof/servers/external"
)

// Express is external/express/server.js: CORS on Express with the cors
// package, in a Node process.
type Express struct {
	Major int // 4 or 5
	// WithoutCORS takes the cors package away, as if its lines had been
	// forgotten: for showing that a run goes red.
	WithoutCORS bool

	process *external.Process
}

// Name is express-cors for Express 5 and express4-cors for Express 4.
func (e *Express) Name() string {
	if e.Major == 5 {
		return "express-cors"
	}
	return fmt.Sprintf("express%d-cors", e.Major)
}

// Start starts Node. The error is an *external.NotInstalledError when Node or
// the packages are missing.
func (e *Express) Start(ctx context.Context) (string, error) {
	if e.process != nil {
		return "", fmt.Errorf("setups: %s is started already", e.Name())
	}
	var preload []string
	if e.WithoutCORS {
		preload = []string{"without-cors.js"}
	}
	process, err := external.Express.StartNode(ctx, preload, "server.js", strconv.Itoa(e.Major))
	if err != nil {
		return "", fmt.Errorf("setups: %s: %w", e.Name(), err)
	}
	e.process = process
	return process.Addr(), nil
}

// Alive says how the Node process ended, if it did.
func (e *Express) Alive() error {
	if e.process == nil {
		return errNotStarted(e.Name())
	}
	if err := e.process.Alive(); err != nil {
		return fmt.Errorf("setups: %s: %w", e.Name(), err)
	}
	return nil
}

// Close ends the Node process.
func (e *Express) Close() error {
	if e.process == nil {
		return nil
	}
	return e.process.Close()
}

func errNotStarted(name string) error {
	return errors.New("setups: " + name + " is not started")
}
