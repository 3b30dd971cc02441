// Package mutant chooses at run time which mutant a rewritten package is. The
// code that package mutate writes calls it; see there. A rewritten package is
// for one goroutine.
package mutant

import "cmp"

// Active is the number of the mutant that is alive; 0 is none.
var Active int

// Reached, while it is not nil, notes the mutants whose code ran at a point
// where it would have done something else.
var Reached map[int]bool

// Budget is how often [Is] may still be asked while a mutant is alive. Then it
// panics with [Endless]: a loop has lost its end.
var Budget int

// Endless is what a mutant panics with that does not come to an end.
const Endless = "mutant: it runs for ever"

// Is says whether mutant n is alive.
func Is(n int) bool {
	if Reached != nil {
		Reached[n] = true
	}
	if Active == 0 {
		return false
	}
	if Budget--; Budget < 0 {
		panic(Endless)
	}
	return n == Active
}

// The comparisons, each with its neighbour as mutant: < and <=, > and >=.

func Less[T cmp.Ordered](n int, a, b T) bool         { return a < b || a == b && Is(n) }
func LessEqual[T cmp.Ordered](n int, a, b T) bool    { return a < b || a == b && !Is(n) }
func Greater[T cmp.Ordered](n int, a, b T) bool      { return a > b || a == b && Is(n) }
func GreaterEqual[T cmp.Ordered](n int, a, b T) bool { return a > b || a == b && !Is(n) }

// integer are the types of a constant that can be off by one.
type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// Int is a constant, as mutant one more.
func Int[T integer](n int, v T) T {
	if Is(n) {
		return v + 1
	}
	return v
}

// String is a constant, as mutant empty, or, if it is, not.
func String[T ~string](n int, v T) T {
	switch {
	case !Is(n):
		return v
	case v == "":
		return "mutant"
	}
	return ""
}
