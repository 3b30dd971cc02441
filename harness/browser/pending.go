package browser

import (
	"encoding/json"
	"fmt"
)

// Pending are the probes of a run whose outcomes are still to come, by their ids.
type Pending map[string]bool

// NewPending are all of a run's. It is an error if two have one id.
func NewPending(probes []Probe) (Pending, error) {
	pending := make(Pending, len(probes))
	for _, probe := range probes {
		if pending[probe.ID] {
			return nil, fmt.Errorf("two probes are called %q", probe.ID)
		}
		pending[probe.ID] = true
	}
	return pending, nil
}

// Take calls back for each outcome in a message of the page's that is still
// pending: {outcomes} while the run goes on, {done} or {error} at its end.
func (p Pending) Take(message []byte, onOutcome func(Outcome)) error {
	var m struct {
		Outcomes []Outcome
		Done     bool
		Error    string
	}
	if err := json.Unmarshal(message, &m); err != nil {
		return fmt.Errorf("the page says %.100q: %w", message, err)
	}
	for _, outcome := range m.Outcomes {
		if p[outcome.ID] {
			delete(p, outcome.ID)
			onOutcome(outcome)
		}
	}
	switch {
	case m.Error != "":
		return fmt.Errorf("the page says: %s", m.Error)
	case m.Done && len(p) > 0:
		return fmt.Errorf("%d outcomes are missing", len(p))
	}
	return nil
}
