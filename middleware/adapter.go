// Package middleware puts CORS products of many kinds under one policy each:
// middleware for Go and for Node.js, and web servers in front of an
// application. It is a module of its own, so that nobody who tests with
// corsproof inherits them.
//
// An [Adapter] says a [policy.Policy] in a product's own words, by the means
// that its documentation describes. What a product has no words for is a
// result, an [InexpressibleError], never an approximation.
package middleware

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// Adapter is a product whose CORS can be set up from a policy.
type Adapter struct {
	Name    string // one word, for a command line: "rs-cors"
	Title   string // as its people call it
	Package string // where it comes from: a Go module, an npm or a Debian package
	On      string // the framework that it runs on, or what stands behind it
	Docs    string // the documentation of the means that are used
	// Version is that of the release in use.
	Version func(ctx context.Context) (string, error)
	// Missing is nil if the product can run on this machine; otherwise it says
	// what to install, as one plain sentence.
	Missing func() error
	// configure says a policy in the product's words. It may panic where the product does.
	configure func(p policy.Policy) (SetUp, error)
}

// SetUp is a product with its configuration, not started yet.
type SetUp struct {
	Language string // of Config: "go", "js", "nginx"...
	Config   string // what the product is given, as its user would write it
	// Notes are what a reader of the configuration should know: where it says
	// something else than one expects, and why.
	Notes []string
	// Start starts a server on a free port of loopback. ctx bounds the start,
	// not the server's life.
	Start func(ctx context.Context) (Server, error)
}

// Server is a running set-up.
type Server interface {
	Addr() string // host:port, of loopback
	Alive() error // how it ended; nil while it runs
	Close() error // ends it, and all that it has started
}

// InexpressibleError says what part of a policy a product has no words for.
type InexpressibleError struct{ What string }

func (e *InexpressibleError) Error() string { return "middleware: not expressible: " + e.What }

// RefusedError is a product that takes a policy for a mistake and does not
// start with it. That is its decision to make, and no fault.
type RefusedError struct{ Said string }

func (e *RefusedError) Error() string { return "middleware: refused: " + e.Said }

// Configure says a policy in the product's words. The error is an
// [InexpressibleError] or a [RefusedError], also when the product panics.
func (a Adapter) Configure(p policy.Policy) (s SetUp, err error) {
	defer func() {
		if said := recover(); said != nil {
			s, err = SetUp{}, &RefusedError{Said: fmt.Sprint(said)}
		}
	}()
	return a.configure(p)
}

// All are the adapters, in the order in which to present them.
func All() []Adapter {
	return []Adapter{
		netHTTP, rsCORS, jub0bs, gorilla, chi, gin, echo, fiber2, fiber3,
		express, fastify, hono, koa,
		nginx, caddy, apache,
	}
}

// ByName returns the adapters of these names; none: all of them. The error
// names those there are.
func ByName(names ...string) ([]Adapter, error) {
	if len(names) == 0 {
		return All(), nil
	}
	var found []Adapter
	for _, name := range names {
		i := slices.IndexFunc(All(), func(a Adapter) bool { return a.Name == name })
		if i < 0 {
			var known []string
			for _, a := range All() {
				known = append(known, a.Name)
			}
			return nil, fmt.Errorf("middleware: no system %q; there are %s", name, strings.Join(known, ", "))
		}
		found = append(found, All()[i])
	}
	return found, nil
}

// here is what a product that is compiled in is missing.
func here() error { return nil }

var errNoVersion = errors.New("middleware: no version found")
