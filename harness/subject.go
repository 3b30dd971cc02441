package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// A subject is a server that is itself under test ([servers.Subject]): of what it
// answers nothing is known before, and its URLs are its own.

// isSubject says whether a permutation goes to a server under test.
func (r *run) isSubject(p *scenarios.Permutation) bool {
	return slices.ContainsFunc(r.SetUps, func(s servers.SetUp) bool {
		_, ok := s.(servers.Subject)
		return ok && p.Steps[0].Server.SetUp != nil && p.Steps[0].Server.SetUp.Name == s.Name()
	})
}

// asked are the origins at which the trial asks.
func (t *trial) asked() []oracle.Origin {
	var origins []oracle.Origin
	for _, s := range t.bound.Steps {
		if origin, _, err := scenarios.ResolveOrigin(s.Step.Request.To); err == nil && !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	return origins
}

// ledAway are the URLs without a token that the browser must have gone on to by
// what the server said.
func (t *trial) ledAway() []string {
	var urls []string
	for i := range t.steps {
		for _, w := range t.due(i).Wire {
			if _, ok := tokenOf(w.URL); !ok {
				urls = append(urls, w.URL)
			}
		}
	}
	return urls
}

// goesOn says whether a trial that has run in company has to run once more, with
// the server to itself: it was led to URLs of the server that carry no token, and
// nobody knows whose requests for them are. One that was led to other servers has
// failed: what those say, nobody knows.
func (t *trial) goesOn() bool {
	if !t.subject || t.failed != nil || t.notApplicable != "" {
		return false
	}
	on := false
	for _, url := range t.ledAway() {
		authority, _, _ := cutAuthority(url)
		if at, _, err := scenarios.ResolveOrigin(authority); err == nil && slices.Contains(t.asked(), at) {
			on = !t.adopts
			continue
		}
		t.failed = fmt.Errorf("a redirect leads to %s, which is another server: what that says is not known", url)
		return false
	}
	return on
}

// driveStrays runs trials one after the other, each in a profile of its own: all
// that arrives without a token meanwhile is theirs. Those that have run before
// start anew.
func (s *session) driveStrays(ctx context.Context, trials []*trial) error {
	for _, t := range trials {
		if err := t.restart(s.tokens(), s.profile); err != nil {
			return err
		}
		if t.notApplicable != "" {
			s.conclude(t)
			continue
		}
		if err := s.survive(ctx, s.driveStray(ctx, t)); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) driveStray(ctx context.Context, t *trial) error {
	for _, at := range t.asked() {
		s.fleet.Adopt(t.bound.Token, at)
	}
	s.failures.adopt(t.bound.Token, t.asked())
	defer s.failures.adopt("", nil)
	return s.driveLone(ctx, t)
}

// restart makes the trial one that has not run, and that adopts what carries no
// token.
func (t *trial) restart(token string, profile oracle.Profile) error {
	bind := t.perm.Bind
	if t.bare {
		bind = t.perm.BindBare
	}
	bound, err := bind(token, fixtures.Assets{})
	if err != nil {
		return fmt.Errorf("harness: %s: %w", t.perm.ID, err)
	}
	t.bound, t.steps = bound, make([]trialStep, len(bound.Steps))
	t.lane, t.adopts, t.silent, t.unanswered = laneAlone, true, nil, nil
	t.predict(profile)
	return nil
}

// elsewhere says whether err is that a page of trials of a server under test has
// another origin than they need, and concludes them so: a policy may name origins
// that browsers do not let be, such as http: ones that are https: for good.
func (s *session) elsewhere(err error, trials []*trial) bool {
	var wrong *browser.OriginError
	if !errors.As(err, &wrong) || !trials[0].subject {
		return false
	}
	for _, t := range trials {
		if !t.concluded {
			t.notApplicable = fmt.Sprintf("this browser makes %s of a page of %s", wrong.Got, wrong.Want)
			s.conclude(t)
		}
	}
	return true
}

// apartFor names what a page of a subject's trial may not share a profile for: a
// server can make every page of its host, and below it, an https one.
//
// https://datatracker.ietf.org/doc/html/rfc6797#section-8.1
func (t *trial) apartFor(page oracle.Origin) string {
	below := func(at oracle.Origin) bool { return page.Host == at.Host || strings.HasSuffix(page.Host, "."+at.Host) }
	if !t.subject || page.Scheme != "http" || !slices.ContainsFunc(t.asked(), below) {
		return ""
	}
	return "http page " + strings.TrimPrefix(page.String(), "http://")
}
