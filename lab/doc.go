// Package lab is the web application in which a learner sees the same-origin
// rules at work: lessons, a playground, and the servers that they run against.
package lab
