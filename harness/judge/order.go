package judge

import (
	"slices"

	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
)

// What a page asks for at once arrives in any order, so the wire of a prediction
// is a list in which each request follows a certain other, and some need not
// come at all.

// align finds which request of wire stands in each of n places, so that every
// one follows the one that it must, and every one that must come has a place.
// fits says whether a request can stand in a place. nil: there is no such order.
func align(n int, wire []observe.Request, fits func(place int, r observe.Request) bool) []int {
	if n > len(wire) {
		return nil
	}
	due := 0
	for _, r := range wire {
		if !r.Maybe {
			due++
		}
	}
	placed := make([]bool, len(wire))
	order := make([]int, 0, n)
	var next func(due int) bool
	next = func(due int) bool {
		place := len(order)
		if place == n {
			return due == 0
		}
		if due > n-place {
			return false
		}
		for i, r := range wire {
			if placed[i] || !follows(wire, i, placed) || !fits(place, r) {
				continue
			}
			left := due
			if !r.Maybe {
				left--
			}
			placed[i], order = true, append(order, i)
			if next(left) {
				return true
			}
			placed[i], order = false, order[:place]
		}
		return false
	}
	if !next(due) {
		return nil
	}
	return order
}

// follows says whether the request that i waits for has its place. One that need
// not come may have been answered from elsewhere.
func follows(wire []observe.Request, i int, placed []bool) bool {
	switch after := wire[i].After; {
	case after < 0, after == 0 && i == 0:
		return true
	case after == 0:
		return placed[i-1]
	default:
		return placed[after-1]
	}
}

// arrange puts what arrived into the order of what was due, where that leaves
// the order open, and leaves out of what was due what need not have come. ok is
// false where no order fits: then what arrived is as it was.
func arrange(due, got []observe.Request) (want, arranged []observe.Request, ok bool) {
	if isSequence(due) {
		return due, got, len(due) == len(got)
	}
	scripts := scriptHeaders(due)
	alike := func(place int, r observe.Request) bool { return line(got[place]) == line(r) }
	exactly := func(place int, r observe.Request) bool {
		var d problems
		if alike(place, r) {
			d.request(place, r, got[place], scripts)
			return len(d) == 0
		}
		return false
	}
	order := align(len(got), due, exactly)
	if order == nil {
		order = align(len(got), due, alike)
	}
	if order == nil {
		return slices.DeleteFunc(slices.Clone(due), func(r observe.Request) bool { return r.Maybe }), got, false
	}
	position := make(map[int]int, len(order)) // of what was due: its place among what came
	for _, i := range slices.Sorted(slices.Values(order)) {
		position[i] = len(position) + 1
	}
	want, arranged = make([]observe.Request, len(order)), make([]observe.Request, len(order))
	for place, i := range order {
		r := due[i]
		switch {
		case r.After < 0 || r.After == 0 && i == 0:
			r.After = oracle.AfterNothing
		case r.After == 0:
			r.After = position[i-1]
		default:
			r.After = position[r.After-1]
		}
		at := position[i] - 1
		want[at], arranged[at] = r, got[place]
		arranged[at].After, arranged[at].Maybe = r.After, r.Maybe
	}
	return want, arranged, true
}

// isSequence says whether each request follows the one before it.
func isSequence(wire []observe.Request) bool {
	return !slices.ContainsFunc(wire, func(r observe.Request) bool { return r.After != 0 || r.Maybe })
}
