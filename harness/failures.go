package harness

import (
	"context"
	"maps"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// failures keeps what the browser says of requests that failed, by the token of
// the case. Such words come on their own channel, often after the page knows
// the outcome.
type failures struct {
	mu      sync.Mutex
	byToken map[string]browser.Failure
	adopted map[string]string // tokens, by the serialised origin of URLs without one
	ended   map[string]bool   // tokens whose shared worker the browser has ended
	changed chan struct{}     // closed and replaced at each arrival
}

func newFailures() *failures {
	return &failures{byToken: map[string]browser.Failure{}, ended: map[string]bool{}, changed: make(chan struct{})}
}

// hear takes a failure from the driver. A failure that names a step of the
// standard is kept over one that only says that the network, or something,
// failed.
func (f *failures) hear(failure browser.Failure) {
	token, ok := tokenOf(failure.URL)
	f.mu.Lock()
	defer f.mu.Unlock()
	if !ok {
		authority, _, _ := cutAuthority(failure.URL)
		if token = f.adopted[authority]; token == "" {
			return
		}
	}
	if failure.Ended {
		f.ended[token] = true
		return
	}
	if known, found := f.byToken[token]; found {
		errorPage := known.ErrorPage || failure.ErrorPage
		if rank(known.Reason) > rank(failure.Reason) {
			failure = known
		}
		failure.ErrorPage = errorPage
	}
	f.byToken[token] = failure
	close(f.changed)
	f.changed = make(chan struct{})
}

// adopt makes what is said of URLs without a token at origins a case's, until
// the next call.
func (f *failures) adopt(token string, at []oracle.Origin) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.adopted = map[string]string{}
	for _, origin := range at {
		f.adopted[origin.String()] = token
	}
}

// hasEnded says whether the browser has ended a shared worker of a case.
func (f *failures) hasEnded(token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ended[token]
}

// rank says how much a reason says.
func rank(r oracle.Reason) int {
	switch r {
	case "":
		return 0
	case oracle.NetworkError:
		return 1
	case oracle.WrongType, // of an error page's own type, for one
		oracle.IntegrityMismatch: // Firefox says it of what did not come, too
		return 2
	}
	return 3
}

// take returns the failure of each token and forgets it, once all have one or
// ctx ends: a browser owes no reason.
func (f *failures) take(ctx context.Context, tokens []string) map[string]browser.Failure {
	for {
		f.mu.Lock()
		complete := true
		for _, token := range tokens {
			if _, found := f.byToken[token]; !found {
				complete = false
				break
			}
		}
		changed := f.changed
		if complete || ctx.Err() != nil {
			taken := make(map[string]browser.Failure, len(tokens))
			for _, token := range tokens {
				if failure, found := f.byToken[token]; found {
					taken[token] = failure
					delete(f.byToken, token)
				}
			}
			f.mu.Unlock()
			return taken
		}
		f.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// tokenOf is the token of the case that a URL belongs to.
func tokenOf(url string) (string, bool) {
	_, rest, found := cutAuthority(url)
	if !found {
		return "", false
	}
	address, _, ok := scenarios.ParseTarget(rest)
	return address.Token, ok
}

// hearReasons gives each blocked step the browser's own words for it.
func (s *session) hearReasons(ctx context.Context, trials []*trial, step int) {
	if s.browser.Info().Silent {
		return
	}
	var blocked, opaque []string
	for _, t := range trials {
		if o := t.steps[step].outcome; o != nil && o.Read == oracle.Blocked && isReported(t.bound.Steps[step].Request, t.steps[step].standard.Reason) {
			blocked = append(blocked, t.bound.Token)
		} else if o != nil && o.Read == oracle.Opaque {
			opaque = append(opaque, t.bound.Token)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, reasonTime)
	defer cancel()
	words := s.failures.take(ctx, blocked)
	cancel()
	// Of the others nothing is owed: what has been said is all there is.
	maps.Copy(words, s.failures.take(ctx, opaque))
	for _, t := range trials {
		failure, found := words[t.bound.Token]
		if !found {
			continue
		}
		o := t.steps[step].outcome
		if o.Read == oracle.Opaque && !failure.ErrorPage {
			continue // of something else that the case loads
		}
		o.Read = oracle.Blocked
		t.steps[step].failure = &failure
	}
}

// isReported is false for what a browser has no words for, so that waiting for
// them would be in vain: the API throws, the load itself went well, nothing went
// over the network, or a worker was what failed.
func isReported(r oracle.Request, reason oracle.Reason) bool {
	switch reason {
	case oracle.InvalidRequest, oracle.ForbiddenMethod, oracle.MethodNotSafelisted,
		oracle.RedirectModeNoCORS, oracle.ModeSameOrigin, oracle.WrongType:
		return false
	}
	if r.Via == "iframe" && (reason == oracle.ContentSecurityPolicy || reason == oracle.LocalNetworkAccess) {
		return false // of a frame, the log names no more than the origin
	}
	if scheme, _, _ := strings.Cut(r.URL, ":"); scheme == "blob" || scheme == "data" {
		return false
	}
	switch r.Via {
	case "worker", "shared-worker", "service-worker":
		return false
	}
	return !inWorkers(r) || reportedOfWorkers(reason)
}

// inWorkers is true for what is loaded by a worker or a worklet, not by a
// document.
func inWorkers(r oracle.Request) bool {
	switch r.Via {
	case "worker-module", "worker-import", "audioworklet":
		return true
	}
	return r.Client.Worker != "" || fixtures.Ways()[r.Via].In != ""
}

// reportedOfWorkers is false for what Chromium logs of documents only: what the
// network, a redirect or a policy beside CORS did to a request.
func reportedOfWorkers(reason oracle.Reason) bool {
	switch reason {
	case oracle.NetworkError, oracle.RedirectScheme, oracle.RedirectLocation, oracle.RedirectCount, oracle.RedirectModeError,
		oracle.CrossOriginResourcePolicy, oracle.CrossOriginEmbedderPolicy, oracle.OpaqueResponseBlocking, oracle.EmbeddedCredentials:
		return false
	}
	return true
}

func cutAuthority(url string) (authority, rest string, found bool) {
	i := strings.Index(url, "://")
	if i < 0 {
		return "", "", false
	}
	slash := strings.IndexAny(url[i+3:], "/?#")
	if slash < 0 {
		return url, "/", true
	}
	return url[:i+3+slash], url[i+3+slash:], true
}
