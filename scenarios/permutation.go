package scenarios

import (
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// Permutation is one case: one scenario by one variant by one way to load.
type Permutation struct {
	ID       string // topic/id[/name]/via; words, never positions
	Topic    string
	Title    string
	Why      string
	Spec     string
	Via      oracle.Via
	Steps    []Step // every step's Request.Via is set
	Pos      Pos
	Timeout  time.Duration
	Scenario *Scenario
}

// Bound is a permutation with the token of one run: concrete URLs, ready to be
// predicted, sent and answered.
type Bound struct {
	*Permutation
	Token string
	Steps []BoundStep
}

// BoundStep is one step of a [Bound].
type BoundStep struct {
	Step    *Step
	Request oracle.Request
	// Server answers as the scenario's literal replies do, placeholders
	// expanded by the request that is answered. For a set-up it is nil: its
	// replies are known only after the run.
	Server  oracle.Server
	Cookies []oracle.Cookie
	// Reserved is true when this uses a key whose machinery is not built;
	// Why says which.
	NotSupported string
}
