package harness

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// lane says which company a case can bear.
type lane int

const (
	laneMain  lane = iota // concurrent with all others of its page
	laneHeld              // holds its connection for long: few at a time
	laneSteps             // several steps, of which no page keeps anything: few at a time
	laneAlone             // a profile of its own
)

// laneOf decides the company a permutation can bear.
func laneOf(p *scenarios.Permutation, bound *scenarios.Bound) lane {
	lane := laneMain
	for i, s := range p.Steps {
		if len(p.Steps) > 1 && (s.Wait > 0 || !isKeptNowhere(s.Request.Via)) || s.Request.Sync && bound.Steps[i].Request.Client.Worker == "" || s.Fresh || outlivesPage(bound.Steps[i].Request) || lastsInProfile(s.Server) {
			return laneAlone
		}
		if authenticates(s) || slices.ContainsFunc(s.Cookies, func(c scenarios.Cookie) bool { return scenarios.OutlivesCase(c.Name) }) {
			return laneAlone
		}
		if s.Server.SetUp != nil && len(s.Cookies) > 0 { // its paths are every case's
			return laneAlone
		}
		if paints(s) || slices.ContainsFunc(s.Server.Replies(), isNoHTTP) {
			return laneAlone
		}
		if slow(s.Server) || asksOnTheWay(s.Server, bound.Steps[i].Request) {
			lane = laneHeld
		}
		switch fixtures.Ways()[s.Request.Via].Lane {
		case "alone":
			return laneAlone
		case "held":
			lane = laneHeld
		}
	}
	if len(p.Steps) > 1 {
		return laneSteps
	}
	return lane
}

// isKeptNowhere holds for the ways to load that leave nothing in their document,
// so that a later step of another case cannot meet it.
func isKeptNowhere(via oracle.Via) bool {
	return via == "fetch" || via == "xhr" || via == "worker-fetch"
}

// paints is true when a style sheet of the author's names images or fonts: it
// would change how the page of other cases looks, and what that page loads.
func paints(s scenarios.Step) bool {
	switch s.Request.Via {
	case "style", "style-cors", "css-import":
		return slices.ContainsFunc(s.Server.Replies(), func(r scenarios.Reply) bool {
			return r.Body != nil && urlInRule.MatchString(r.Body.String())
		})
	}
	return false
}

var urlInRule = regexp.MustCompile(`(?i)\{[^{}]*(\{url:[^{}]*\}[^{}]*)*url\(`)

// isNoHTTP is true for bytes that do not begin like HTTP. Whether a browser takes
// them for an answer may depend on what its connection was for before: Firefox
// skips them after one without content, a sentinel's too.
func isNoHTTP(r scenarios.Reply) bool {
	return r.Raw != nil && !bytes.HasPrefix(r.Raw, []byte("HTTP/"))
}

// authenticates is true where a browser has a name and a password for a server:
// it may try them on the same realm again, whichever case asks.
func authenticates(s scenarios.Step) bool {
	given := s.Request.Userinfo != ""
	for _, hop := range s.Server.Redirects {
		given = given || hop.Userinfo != "" || hop.Location != nil
	}
	return given && slices.ContainsFunc(s.Server.Replies(), asksForPassword)
}

// outlivesPage is true for a request of which browsers count the bytes: all such
// requests of a profile share 64 KiB.
func outlivesPage(r oracle.Request) bool {
	const small = 512 // many of them have room at once
	return (r.Keepalive || r.Via == "beacon") && r.Body != nil && len(r.Body.Bytes) > small
}

// slow is true when a reply holds its connection, of which a host has six.
func slow(s scenarios.Server) bool {
	for _, r := range s.Replies() {
		if r.Delay > 0 || r.Abort != "" {
			return true
		}
	}
	return false
}

// asksOnTheWay is true when a preflight can follow a redirect. Chromium keeps
// the redirect's connection until that is answered: six at once to a host wait
// for each other.
func asksOnTheWay(s scenarios.Server, r oracle.Request) bool {
	needed := !oracle.IsSafelistedMethod(oracle.NormalizeMethod(cmp.Or(r.Method, "GET"))) || len(oracle.UnsafeRequestHeaderNames(r.Headers)) > 0
	stream := r.Body != nil && r.Body.Stream
	return len(s.Redirects) > 0 && (needed || r.UploadListener || stream)
}

// lastsInProfile is true when a reply changes how the browser treats later
// requests of other cases to that host.
func lastsInProfile(s scenarios.Server) bool {
	for _, r := range s.Replies() {
		for _, h := range r.Headers {
			name, _, _ := strings.Cut(strings.TrimSpace(h.Value.String()), "=")
			if lasts(h.Name) || strings.EqualFold(h.Name, "Set-Cookie") && scenarios.OutlivesCase(name) {
				return true
			}
		}
		for line := range strings.Lines(string(r.Raw)) {
			name, value, found := strings.Cut(line, ":")
			// Without a Path it stays below the case's own.
			cookie := strings.EqualFold(strings.TrimSpace(name), "Set-Cookie") && strings.Contains(strings.ToLower(value), "path")
			if found && (cookie || lasts(name)) {
				return true
			}
		}
	}
	return false
}

// lasts is true for a response header that outlives its case.
func lasts(name string) bool {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "strict-transport-security", "clear-site-data", "alt-svc", "accept-ch", "origin-agent-cluster", "nel":
		return true
	}
	return false
}
