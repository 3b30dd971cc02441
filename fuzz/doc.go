// Package fuzz makes random scenarios, runs them in a browser, and holds what
// it did against the oracle. A case is made from a grammar of all that the
// scenario format has (grammar.go and the files of its keys); nobody claims
// anything of it but the oracle. Each disagreement is made as small as it can
// be while it still comes up, and written as a scenario file of its own.
//
// The same seed gives the same cases, on any machine.
package fuzz
