// Package faults is a corpus of servers that get CORS wrong, each in exactly one
// way that people get it wrong in, and each with its correct twin: the same
// server without the fault. A check must find the fault of each, call it by its
// class, and say nothing of the twin. Nothing that people import imports it.
package faults

import (
	"net/http"
	"slices"

	"github.com/corsproof/corsproof/policy"
)

// Fault is a server with one fault, and its twin.
type Fault struct {
	Name  string // words joined by hyphens; no other fault has it
	About string // what is wrong, one sentence
	// Class and Cause are what a check must find, and all that it may find,
	// but for what Besides names, "class/cause": the other side of the same thing.
	Class   policy.Class
	Cause   string
	Besides string
	Policy  policy.Policy
	// Faulty and Correct make a server of their own each time, so that nothing
	// of one check is left for the next.
	Faulty, Correct func() http.Handler
}

// Twin is a correct server that is nobody's twin: a way to get it right that
// looks like a fault to whoever is too strict.
type Twin struct {
	Name, About string
	Policy      policy.Policy
	Correct     func() http.Handler
}

// All are the faults, grouped by what goes wrong.
func All() []Fault {
	return slices.Concat(origins, patterns, answers, credentials, preflight, methods, headers, exposed, vary, failures, halves, state, maxAge, gates, plain, robustness)
}
