package oracle

import (
	"slices"
	"time"
)

// State is what a browser remembers between requests, as far as CORS looks at
// it. The zero State is a fresh profile that follows the standard. States are
// values: [Predict] returns a new one and leaves the old as it was.
type State struct {
	// Now is the time since the state began; preflight cache entries age by it.
	Now time.Duration
	// Profile is the engine's: the switches by which it leaves the standard.
	Profile Profile

	preflight []cacheEntry
	cookies   []storedCookie
	responses []storedResponse // the HTTP cache
	preloads  []preload        // the documents' maps of preloaded resources
	modules   []module         // the documents' module maps
}

// FreshPage is the state with every document opened anew: what documents keep
// for themselves is gone.
func (s State) FreshPage() State {
	s = s.clone()
	s.preloads, s.modules = nil, nil
	for i := range s.responses {
		s.responses[i].document = ""
	}
	return s
}

// Advance is the state after d has passed.
func (s State) Advance(d time.Duration) State {
	s.Now += d
	return s
}

// clone is a state whose slices can be changed.
func (s State) clone() State {
	return State{
		Now: s.Now, Profile: s.Profile, preflight: slices.Clone(s.preflight), cookies: slices.Clone(s.cookies),
		responses: slices.Clone(s.responses), preloads: slices.Clone(s.preloads), modules: slices.Clone(s.modules),
	}
}
