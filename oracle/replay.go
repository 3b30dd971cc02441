package oracle

// Recorded is a request that reached a server and the reply that it got. Of
// the request, only Method, URL and Preflight are looked at.
type Recorded struct {
	Request WireRequest
	Reply   Reply
}

// Replay predicts from recorded replies, for a server whose replies nobody
// wrote down: whatever the algorithm asks for is answered by the next recorded
// request with that method and URL. A request that was never recorded gets no
// answer, which is a network error.
func Replay(s State, r Request, recorded []Recorded) Prediction {
	p, _ := s.Replay(r, recorded)
	return p
}

// Replay is [Replay], and what it leaves behind for the request after it.
func (s State) Replay(r Request, recorded []Recorded) (Prediction, State) {
	used := make([]bool, len(recorded))
	return Predict(s, r, ServerFunc(func(w WireRequest) Reply {
		for i, rec := range recorded {
			if !used[i] && rec.Request.Method == w.Method && rec.Request.Preflight == w.Preflight && sameURL(rec.Request.URL, w.URL) {
				used[i] = true
				return rec.Reply
			}
		}
		return Reply{Abort: "before-headers"}
	}))
}

// sameURL compares two URLs as they are on the wire.
func sameURL(a, b string) bool {
	u, ok := parseURL(a, nil)
	v, ok2 := parseURL(b, nil)
	return ok && ok2 && u.wire() == v.wire()
}
