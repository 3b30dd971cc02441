package harness

import (
	"slices"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// replay predicts the steps of a set-up from the replies that its server
// really gave: claim against browser then tests the server, replay against
// browser the engine.
func (t *trial) replay(profile oracle.Profile) { t.vote(profile, t.replaySteps) }

// replaySteps runs the oracle over the recorded replies. A later step finds what
// the earlier ones have left in the caches.
func (t *trial) replaySteps(profile oracle.Profile) []oracle.Prediction {
	state := oracle.State{Profile: profile}
	out := make([]oracle.Prediction, len(t.bound.Steps))
	for i, s := range t.bound.Steps {
		var recorded []oracle.Recorded
		for _, e := range t.steps[i].wire {
			_, protocol, _ := scenarios.ResolveOrigin(e.At.String())
			this := oracle.Recorded{
				Request: oracle.WireRequest{Method: e.Method, URL: e.At.String() + e.Target, Preflight: e.Preflight},
				Reply:   e.Reply,
			}
			this.Reply.HTTP1 = protocol != scenarios.H2
			if e.Retry { // the browser has it in place of the one before
				recorded = slices.DeleteFunc(recorded, func(r oracle.Recorded) bool {
					return r.Request.Method == e.Method && r.Request.URL == this.Request.URL && r.Reply.Abort != ""
				})
			}
			recorded = append(recorded, this)
		}
		state = before(state, s)
		out[i], state = state.Replay(s.Request, recorded)
	}
	return out
}
