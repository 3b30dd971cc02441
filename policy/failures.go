package policy

import (
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// undeclaredPath is what no server has.
const undeclaredPath = "corsproof-undeclared"

// failures asks for what fails: those who may read must be able to read how.
func (pl *plan) failures() {
	if len(pl.declared) == 0 {
		return
	}
	who := pl.declared[0]
	asked := map[string]bool{}
	for _, e := range pl.endpoints {
		for _, path := range []string{beside(e.Path), below(e.Path)} {
			if asked[path] {
				continue
			}
			asked[path] = true
			q := question{from: who, at: e, path: path, verb: verb{method: "GET"}}
			pl.readable(q, "missing")
			if pl.policy.Credentials {
				q.credentials = true
				pl.readable(q, "missing")
			}
		}
		for _, v := range e.verbs {
			if !v.served {
				pl.readable(question{from: who, at: e, verb: v}, "not-served")
			}
		}
		if len(e.Headers) > 0 { // a token, or what else it may want
			pl.readable(question{from: who, at: e, verb: e.reads(), bare: true}, "bare")
		}
	}
}

// readable asks for something of which script must learn that it failed.
func (pl *plan) readable(q question, name string) {
	p := q.probe(UnreadableError, Declared)
	p.What, p.Subject = ErrorResponse, ""
	p.Endpoint = q.at.Path
	p.Meant = q.from.String() + " may read how " + q.String() + " is answered, also if it fails."
	if q.path != "" {
		name += "-" + q.path
	}
	pl.add(p, q.name()+"-"+name, pl.step(q, oracle.Allowed))
}

// beside is a path in the same folder.
func beside(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return path[:strings.LastIndexByte(path, '/')+1] + undeclaredPath
}

// below is a path in the folder that the endpoint would be.
func below(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return strings.TrimSuffix(path, "/") + "/" + undeclaredPath
}
