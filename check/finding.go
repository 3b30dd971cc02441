// Package check holds a server to the policy that its author declares: it runs
// the policy's scenarios against it, in browsers or through the oracle, and
// turns what came back into findings.
package check

import (
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
)

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	Critical Severity = "critical" // a stranger reads what the user's credentials give
	High     Severity = "high"     // a stranger reads what needs none, or what was declared does not work at all
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Finding is one way in which the server differs from its policy: one cause,
// however many probes show it. The fields that are one example come from the
// plainest of these.
type Finding struct {
	Class    policy.Class `json:"class"`
	Severity Severity     `json:"severity"`
	// Cause is what the probes of the finding have in common, in words joined by
	// hyphens; class and cause name a finding from run to run.
	Cause string `json:"cause"`
	// Title is the finding in one sentence.
	Title    string `json:"title"`
	Origin   string `json:"origin"`
	Endpoint string `json:"endpoint"`
	Method   string `json:"method"`
	Meant    string `json:"meant"`    // the policy's word, one sentence
	Happened string `json:"happened"` // what the browser did, one sentence
	// Reason is the step of the standard that failed, in the oracle's word; ""
	// where nothing failed that should have.
	Reason string `json:"reason"`
	// Native is the browser's own word for it, if it gave one.
	Native string            `json:"native,omitempty"`
	Spec   string            `json:"spec"`
	Wire   []record.Exchange `json:"wire"`
	// Headers are the one or two header lines that matter, as they were sent;
	// "(no Access-Control-Allow-Origin)" for one that is missing.
	Headers []string `json:"headers"`
	Curl    string   `json:"curl"`
	Snippet string   `json:"snippet"` // for the console of a page of Origin
	// Also lists the other probes with the same cause: "PUT /items from https://...".
	Also []string `json:"also,omitempty"`
	// Engines are those that show it.
	Engines []string `json:"engines"`
	// Modelled is true where no browser of this check has shown it: the oracle says
	// what one would do with the target's answers.
	Modelled bool `json:"modelled,omitempty"`
	// Accepted is the reason why somebody lives with it; "" for a finding that fails the check.
	Accepted string `json:"accepted,omitempty"`
}

// Modelled is how a report says of a finding that no browser showed it.
const Modelled = "the oracle, from what the server answered: no browser ran this"

// Unproven is a probe that gave no evidence either way.
type Unproven struct {
	Probe  string `json:"probe"` // its id
	Engine string `json:"engine"`
	Meant  string `json:"meant"`
	Why    string `json:"why"`
}

// Report is what a check came to.
type Report struct {
	Policy  policy.Policy   `json:"policy"` // secrets blanked
	Target  string          `json:"target"`
	Offline bool            `json:"offline,omitempty"` // the oracle stood in for a browser
	Engines []record.Engine `json:"engines"`
	Probes  int             `json:"probes"`
	// Spared are those of the probes that no browser ran, where browsers did run:
	// the target answered their like, which they did run, in the same words.
	Spared int `json:"spared,omitempty"`
	// NotApplicable are those that an engine or the target cannot do.
	NotApplicable int `json:"not-applicable,omitempty"`
	// Withheld would have written to a target that is not on this machine: they
	// were not sent, and are none of the Probes.
	Withheld int        `json:"withheld,omitempty"`
	Findings []Finding  `json:"findings"` // worst first; those accepted last
	Unproven []Unproven `json:"unproven,omitempty"`
	// Stale are the entries of accept that excuse nothing, or whose day has passed.
	Stale   []string `json:"stale,omitempty"`
	Seconds float64  `json:"seconds"`
}
