package harness

import "github.com/corsproof/corsproof/oracle"

// replay predicts the steps of a set-up from the replies that its server
// really gave: claim against browser then tests the server, replay against
// browser the engine.
func (t *trial) replay(profile oracle.Profile) {
	standard, engine := oracle.State{}, oracle.State{Profile: profile}
	for i, s := range t.bound.Steps {
		var recorded []oracle.Recorded
		for _, e := range t.steps[i].wire {
			recorded = append(recorded, oracle.Recorded{
				Request: oracle.WireRequest{Method: e.Method, URL: e.At.String() + e.Target, Preflight: e.Preflight},
				Reply:   oracle.Reply{Status: e.Reply.Status, Headers: e.Reply.Headers, Body: e.Reply.Body},
			})
		}
		t.steps[i].standard = oracle.Replay(standard, s.Request, recorded)
		if p := oracle.Replay(engine, s.Request, recorded); !same(t.steps[i].standard, p, s.Request) {
			t.steps[i].profile = &p
		}
	}
}
