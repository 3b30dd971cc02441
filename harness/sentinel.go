package harness

import (
	"context"
	"fmt"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// plainPage holds the sentinels that a secure page may not send.
var plainPage = oracle.Origin{Scheme: "http", Host: "sentinel.test", Port: 80}

// sentinels sends one plain request to each origin of the trials, from their
// own page where that page may, else (mixed content, a page with a policy of its
// own) from a plain page of an http origin in the same profile. It returns the origins whose sentinel did not
// arrive.
func (s *session) sentinels(ctx context.Context, profile *profile, page browser.Page, trials []*trial) (map[oracle.Origin]bool, error) {
	id := s.tokens()
	elsewhere := map[bool][]string{}
	origins := map[oracle.Origin]bool{}
	for _, t := range trials {
		for _, origin := range t.bound.Origins() {
			if origins[origin] || oracle.IsBadPort(origin.Port) { // there no sentinel can go
				continue
			}
			origins[origin] = true
			document := t.document(0)
			may := document.plain() && (document.page.Scheme != "https" || origin.Scheme != "http")
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
