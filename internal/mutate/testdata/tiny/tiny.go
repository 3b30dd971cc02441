// Package tiny has one of each thing that can go wrong.
package tiny

import words "fmt"

const most = 10

var notes []string

func note(parts ...string) { notes = append(notes, parts...) }

// Few is a limit and a comparison.
func Few(n int) bool { return n <= most }

// Kind is a switch over constants.
func Kind(s string) int {
	switch s {
	case "a", "b":
		return 1
	}
	return 2
}

// Sign has conditions in place of constants, and an early return.
func Sign(n int) string {
	switch {
	case n < 0:
		return "-"
	case n == 0:
		return "0"
	}
	return "+"
}

// Both joins conditions.
func Both(a, b, c bool) bool {
	if a && (b || !c) {
		return true
	}
	return false
}

// Told has a sentence that nothing depends on.
func Told(n int) int {
	text := "few"
	if n > 3 {
		text = "many"
	}
	note("there are ", text)
	sum := 0
	for i := 0; i < n; i++ {
		sum += i
	}
	return sum
}

// Stuck stops the process when it goes wrong.
func Stuck(free bool) {
	if !free {
		select {}
	}
}

// Unseen is called by nobody.
func Unseen() error { return words.Errorf("%d", most) }
