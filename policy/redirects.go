package policy

import (
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// redirects asks with and without a slash at the end, which many servers
// answer with a redirect.
func (pl *plan) redirects() {
	if len(pl.declared) == 0 {
		return
	}
	for _, e := range pl.endpoints {
		path, ok := otherSlash(e.Path)
		if !ok {
			continue
		}
		q := question{from: pl.declared[0], at: e, path: path, verb: verb{method: "GET"}}
		p := q.probe(Refused, Declared)
		p.What, p.Endpoint = Redirected, e.Path
		p.Meant = q.from.String() + " may " + q.String() + ", or read where it went."
		pl.add(p, q.name()+"-"+slash(path), pl.step(q, oracle.Allowed))
	}
}

func otherSlash(path string) (string, bool) {
	path, query, found := strings.Cut(path, "?")
	if found {
		query = "?" + query
	}
	if other, had := strings.CutSuffix(path, "/"); had {
		return other + query, other != ""
	}
	return path + "/" + query, true
}

func slash(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if strings.HasSuffix(path, "/") {
		return "with-slash"
	}
	return "without-slash"
}
