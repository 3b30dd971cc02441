// Package lab is the teaching web application: lessons, a playground and the
// catalogue, in which a learner sees the same-origin rules at work in the
// learner's own browser.
//
// Nothing is simulated. The page under test is a real page of a real origin, its
// requests go to the project's own servers, and what came of them stands beside
// what the oracle makes of the standard. What a browser that nobody drives cannot
// do here (other names, certificates, networks) runs in a headless browser, and
// the page says so.
//
// The lab listens on loopback, on three ports in a row: its own pages on the
// first, the origins of the lessons on the others. It serves no other name than
// its own (DNS rebinding), takes orders from its own pages alone (Origin), and
// what a learner makes the servers answer is answered below paths that nobody
// else knows.
package lab
