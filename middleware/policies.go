package middleware

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/policy"
)

// Standard is a policy that many have, as every product is asked to keep it.
type Standard struct {
	Name   string // one word, for a command line
	About  string // who has it
	Policy policy.Policy
}

// endpoints are where the application is asked: an item with the policy's
// methods, a page, an error and what is not there.
func endpoints(methods ...string) []policy.Endpoint {
	return []policy.Endpoint{
		{Path: itemPath, Methods: append([]string{"GET", "POST"}, methods...)},
		{Path: homePath, Methods: []string{"GET"}},
		{Path: failingPath, Methods: []string{"GET"}, ExpectStatus: 500},
		{Path: missingPath, Methods: []string{"GET"}, ExpectStatus: 404},
	}
}

// publicURL is the name of the server in each of them.
const publicURL = "https://api.example.com"

// StandardPolicies are the policies of the table, in its order.
func StandardPolicies() []Standard {
	return []Standard{
		{
			Name: "one-origin", About: "A web application and its API: JSON bodies, no cookies.",
			Policy: policy.Policy{
				Origins:        []string{"https://app.example.com"},
				Methods:        []string{"PUT", "DELETE"},
				RequestHeaders: []string{"Content-Type", "Authorization"},
				Endpoints:      endpoints("PUT", "DELETE"),
			},
		},
		{
			Name: "three-origins", About: "Three front ends of one company, signed in by cookies.",
			Policy: policy.Policy{
				Origins:        []string{"https://app.example.com", "https://admin.example.com:8443", "https://shop.example.org"},
				Methods:        []string{"PUT", "PATCH", "DELETE"},
				RequestHeaders: []string{"Content-Type", "X-CSRF-Token"},
				Credentials:    true,
				Endpoints:      endpoints("PUT", "PATCH", "DELETE"),
			},
		},
		{
			Name: "subdomains", About: "Each customer has a subdomain, signed in by cookies.",
			Policy: policy.Policy{
				Origins:        []string{"https://*.example.org"},
				Methods:        []string{"PUT"},
				RequestHeaders: []string{"Content-Type"},
				Credentials:    true,
				Endpoints:      endpoints("PUT"),
			},
		},
		{
			Name: "public", About: "Open data: everybody reads, nobody is known.",
			Policy: policy.Policy{
				Origins:   []string{"*"},
				Endpoints: endpoints(),
			},
		},
		{
			Name: "public-key", About: "Open data with an API key in a header, and a count in another.",
			Policy: policy.Policy{
				Origins:        []string{"*"},
				RequestHeaders: []string{"X-API-Key"},
				ExposeHeaders:  []string{"X-Total-Count"},
				Endpoints:      endpoints(),
			},
		},
		{
			Name: "everything", About: "One of each: methods, headers, exposed headers, and preflights kept for ten minutes.",
			Policy: policy.Policy{
				Origins:        []string{"https://app.example.com", "https://admin.example.com"},
				Methods:        []string{"PUT", "PATCH", "DELETE"},
				RequestHeaders: []string{"Content-Type", "X-Requested-With", "X-Trace"},
				ExposeHeaders:  []string{"X-Total-Count"},
				Credentials:    true,
				MaxAge:         10 * time.Minute,
				Endpoints:      endpoints("PUT", "PATCH", "DELETE"),
			},
		},
		{
			Name: "any-header", About: "One trusted front end that may send whatever header it likes, signed in by cookies.",
			Policy: policy.Policy{
				Origins:        []string{"https://app.example.com"},
				Methods:        []string{"PUT"},
				RequestHeaders: []string{"*"},
				Credentials:    true,
				Endpoints:      endpoints("PUT"),
			},
		},
		{
			Name: "null-origin", About: "A web application that also runs in sandboxed frames, without cookies.",
			Policy: policy.Policy{
				Origins:    []string{"https://app.example.com"},
				NullOrigin: true,
				Endpoints:  endpoints(),
			},
		},
	}
}

// PoliciesByName returns the standard policies of these names; none: all of
// them. The error names those there are.
func PoliciesByName(names ...string) ([]Standard, error) {
	all := StandardPolicies()
	for i := range all {
		all[i].Policy.PublicURL = publicURL
	}
	if len(names) == 0 {
		return all, nil
	}
	var found []Standard
	for _, name := range names {
		i := slices.IndexFunc(all, func(s Standard) bool { return s.Name == name })
		if i < 0 {
			var known []string
			for _, s := range all {
				known = append(known, s.Name)
			}
			return nil, fmt.Errorf("middleware: no policy %q; there are %s", name, strings.Join(known, ", "))
		}
		found = append(found, all[i])
	}
	return found, nil
}
