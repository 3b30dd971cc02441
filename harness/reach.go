package harness

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// UnreachableError says which origins of a run a browser somewhere else does not
// reach: no case could tell that from a block.
type UnreachableError struct {
	Browser string   // where it is
	Proxy   string   // as it was told
	Origins []string // that it does not reach
	Of      int      // how many there are
	Why     error    // what it says, if it reaches none
}

func (e *UnreachableError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "harness: the browser at %s does not reach %d of the run's %d origins through the proxy that it was told, %s", e.Browser, len(e.Origins), e.Of, e.Proxy)
	if e.Why != nil {
		fmt.Fprintf(&b, "\n  it says: %v", e.Why)
	} else {
		fmt.Fprintf(&b, ":\n  %s", strings.Join(e.Origins, "\n  "))
	}
	fmt.Fprintf(&b, "\n-advertise says by which address its machine reaches this one, -listen where the proxy listens here; a firewall, or a proxy of that browser's own, may stand between")
	return b.String()
}

func (e *UnreachableError) Unwrap() error { return e.Why }

// reach has a browser somewhere else send a request to every origin of the run,
// before any case does, and says which did not arrive.
func (r *run) reach(ctx context.Context, fleet *servers.Fleet, found browser.Found) error {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	b, err := start(ctx, found, r.options(fleet, found))
	if err != nil {
		return err
	}
	defer b.Close()
	var origins []oracle.Origin
	for _, l := range r.listen {
		if !oracle.IsBadPort(l.Origin.Port) { // there no browser goes
			origins = append(origins, l.Origin)
		}
	}
	lost := &UnreachableError{Browser: found.Path, Proxy: r.proxyFor(found, fleet), Of: len(origins)}
	s := &session{browser: b, fleet: fleet, documents: r.documents}
	profile, err := s.newProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.close()
	id := r.tokens.next()
	var urls []string
	for _, origin := range origins {
		urls = append(urls, origin.String()+scenarios.Reserved+"sentinel/"+id)
	}
	page, err := profile.page(ctx, document{page: plainPage, top: plainPage})
	if err == nil {
		err = page.Sentinel(ctx, urls)
	}
	for _, origin := range origins {
		if !fleet.Ledger().Sentinel(id, origin) {
			lost.Origins = append(lost.Origins, origin.String())
		}
	}
	if len(lost.Origins) == len(origins) {
		lost.Why = errors.Unwrap(err)
	} else if err != nil {
		return err
	}
	if len(lost.Origins) > 0 {
		return lost
	}
	return nil
}
