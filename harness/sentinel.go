package harness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// plainPage holds the sentinels that a secure page may not send.
var plainPage = oracle.Origin{Scheme: "http", Host: "sentinel.test", Port: 80}

// sentinels sends one plain request to each origin of the trials, from their
// own tab where that may, else (mixed content, a page with a policy of its own)
// from a plain page of an http origin in the same profile. It returns the origins
// whose sentinel did not arrive.
func (s *session) sentinels(ctx context.Context, profile *profile, page browser.Page, trials []*trial) (map[oracle.Origin]bool, error) {
	id := s.tokens()
	elsewhere := map[bool][]string{}
	origins := map[oracle.Origin]bool{}
	for _, t := range trials {
		for _, origin := range t.watched() {
			if origins[origin] || oracle.IsBadPort(origin.Port) || t.asksSecurely(origin) { // there no sentinel can go
				continue
			}
			origins[origin] = true
			may := t.document(0).mayCall(origin)
			elsewhere[!may] = append(elsewhere[!may], origin.String()+scenarios.Reserved+"sentinel/"+id)
		}
	}
	for other, urls := range elsewhere {
		from := page
		if other {
			var err error
			if from, err = profile.page(ctx, document{page: plainPage, top: plainPage}); err != nil {
				return nil, err
			}
		}
		if err := from.Sentinel(ctx, urls); err != nil {
			return nil, fmt.Errorf("harness: sending sentinels: %w", err)
		}
	}
	silent := map[oracle.Origin]bool{}
	for origin := range origins {
		if !s.fleet.Ledger().Sentinel(id, origin) {
			silent[origin] = true
		}
	}
	return silent, nil
}

// watched are the origins whose silence must mean something. Where a server under
// test can make a page's own origin an https one, that is not among them: nothing
// but pages comes from there.
func (t *trial) watched() []oracle.Origin {
	if t.subject {
		return t.asked()
	}
	return t.bound.Origins()
}

// asksSecurely says whether a browser may have turned to https for all of an
// http origin's host while the case ran: then nothing can reach that server
// any more.
func (t *trial) asksSecurely(origin oracle.Origin) bool {
	secure := slices.ContainsFunc(t.bound.Origins(), func(o oracle.Origin) bool { return o.Scheme == "https" && o.Host == origin.Host })
	return secure && origin.Scheme == "http" && slices.ContainsFunc(t.bound.Steps, func(s scenarios.BoundStep) bool {
		return slices.ContainsFunc(s.Step.Server.Replies(), saysStrictTransport)
	})
}

func saysStrictTransport(r scenarios.Reply) bool {
	const name = "Strict-Transport-Security"
	return strings.Contains(strings.ToLower(string(r.Raw)), strings.ToLower(name)) ||
		slices.ContainsFunc(r.Headers, func(l scenarios.Line) bool { return strings.EqualFold(l.Name, name) })
}
