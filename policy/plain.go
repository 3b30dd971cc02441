package policy

import "github.com/corsproof/corsproof/oracle"

// plainTraffic asks what is not CORS, and what a server may not refuse because
// of it: the server's own pages.
func (pl *plan) plainTraffic() {
	own := asker{page: pl.options.Server}
	for _, e := range pl.endpoints {
		for _, v := range []verb{{method: "GET"}, {method: "POST"}, {method: "OPTIONS"}} {
			q := question{from: own, at: e, verb: v, credentials: true}
			p := q.probe(Refused, SameOrigin)
			p.What, p.Subject = Plain, ""
			p.Meant = "A page of the server's own may " + q.String() + "."
			step := pl.step(q, oracle.Allowed)
			if status := q.status(); status != 0 {
				step.Expect.Status = &status
			}
			pl.add(p, q.name(), step)
		}
		if e.preflights() { // no frame can send these
			continue
		}
		q := question{from: own, at: e, verb: verb{method: "GET"}, via: "iframe"}
		p := q.probe(Refused, SameOrigin)
		p.What = Plain
		p.Meant = "A page of the server's own may show " + e.Path + " in a frame."
		step := pl.step(q, "")
		step.Expect.Origin = "absent"
		pl.add(p, "frame", step)
	}
}
