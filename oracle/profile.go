package oracle

// Switch names a rule by which an engine leaves the standard.
type Switch string

// Profile is the set of switches that are on. The zero Profile is the standard.
type Profile map[Switch]bool
