package harness

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// Served is one permutation whose servers are up.
type Served struct {
	Permutation *scenarios.Permutation
	Page        string   // URL of a page on the right origin
	Snippet     string   // what to type in that page's console
	Curl        []string // the conversation, request by request
}

// Serve starts just the servers of some permutations, for a browser of the
// user's own. The caller closes the fleet.
func Serve(permutations []*scenarios.Permutation, log func(string, ...any)) (*servers.Fleet, []Served, error) {
	r := &run{Options: Options{Permutations: permutations, Log: log}}
	fleet, err := r.startFleet()
	if err != nil {
		return nil, nil, err
	}
	var out []Served
	for i, p := range permutations {
		bound, err := p.Bind(fmt.Sprintf("case%d", i+1), fixtures.Assets{})
		if err != nil {
			fleet.Close()
			return nil, nil, err
		}
		t := &trial{perm: p, bound: bound}
		s := &session{fleet: fleet}
		if err := s.arm(t, 0); err != nil {
			fleet.Close()
			if why := r.missing[t.setUp(0)]; why != "" {
				err = errors.New(why)
			}
			return nil, nil, fmt.Errorf("harness: %s: %w", p.ID, err)
		}
		predictions := predictSteps(bound, nil)
		request := bound.Steps[0].Request
		served := Served{
			Permutation: p, Page: request.Client.Page.String() + scenarios.Reserved + "page.html",
			Snippet: strings.ReplaceAll(Snippet(request), scenarios.StripToken(request.URL), request.URL),
		}
		wire := predictions[0].Wire
		if bound.Steps[0].Server == nil { // a set-up: what it answers is for the user to see
			wire = []oracle.WireRequest{{Method: methodOf(request), URL: request.URL, Origin: request.Client.Origin().String()}}
		}
		for _, w := range wire {
			served.Curl = append(served.Curl, curl(w, fleet))
		}
		out = append(out, served)
	}
	return fleet, out, nil
}

// curl is a request as a command line: names go to the right listener, and the
// throw-away key is pinned.
func curl(w oracle.WireRequest, fleet *servers.Fleet) string {
	var options []string
	if u, err := url.Parse(w.URL); err == nil {
		for _, m := range fleet.Mappings() {
			if m.Host == u.Hostname() && fmt.Sprint(m.Port) == portOf(u) {
				options = append(options, "--connect-to", fmt.Sprintf("%s:%d:%s", m.Host, m.Port, m.Addr))
			}
		}
		if u.Scheme == "https" {
			options = append(options, "-k", "--pinnedpubkey", "sha256//"+fleet.SPKI())
		}
	}
	return Curl(w, options...)
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
