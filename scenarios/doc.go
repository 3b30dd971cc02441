// Package scenarios is what corsproof proves: the types of a scenario file, the
// strict loader, the permutations that a file means, the named origins, and
// the catalogue.
//
// A scenario is data. [Load] reads files and reports every problem they have,
// with file, line and column. [Permutations] multiplies a scenario out by its
// ways to load and its `each` list. [Permutation.Bind] gives a permutation the
// token of one run and turns it into what the oracle predicts, what the page
// sends and what the server answers.
package scenarios
