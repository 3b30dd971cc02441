package check

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// around are the pages in whose frames strangers ask. There are dozens of these,
// and a tab for each takes several times as long; CORS looks at a document's
// origin, and not at what is around it. An https page has no frames of http.
var around = map[string]string{"https": "https://frames.test", "http": "http://frames.test"}

// framed is a stranger's probe in a frame, and any other as it is.
func framed(p policy.Probe) *scenarios.Permutation {
	stranger := p.Who != policy.Declared && p.Who != policy.SameOrigin
	scheme, _, named := strings.Cut(p.Origin, "://")
	if !stranger || !named || len(p.Permutation.Steps) != 1 || p.Permutation.Steps[0].Page != nil {
		return p.Permutation
	}
	in := new(*p.Permutation)
	in.Steps = slices.Clone(in.Steps)
	in.Steps[0].Page = &scenarios.Page{Top: around[scheme]}
	return in
}
