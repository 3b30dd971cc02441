package check

// Failed is true when the server does not do what its policy says, as far as
// nobody has accepted that, or an entry of accept is stale.
func (r Report) Failed() bool {
	for _, f := range r.Findings {
		if f.Accepted == "" {
			return true
		}
	}
	return len(r.Stale) > 0
}

// ExitCode is what a command exits with: 1 on findings, 3 when there is none
// but not all is proven.
func (r Report) ExitCode() int {
	switch {
	case r.Failed():
		return 1
	case len(r.Unproven) > 0 || r.Probes == 0:
		return 3
	}
	return 0
}
