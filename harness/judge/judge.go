// Package judge holds the three votes against each other: the author's claim,
// the oracle's computation, the browser's behaviour. It gives one verdict, and
// says in sentences what it rests on.
//
// A page cannot tell "blocked by CORS" from "the server is dead": every engine
// gives a bare TypeError. So a block counts only with [Evidence].
package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Votes are the three votes on one step.
type Votes struct {
	Claim    scenarios.Expect
	Expand   Expander
	Standard observe.Seen
	// Profile is the prediction with the engine's switches on; nil when no
	// switch changes anything here.
	Profile  *observe.Seen
	Observed observe.Seen
	Repeats  bool   // the way to load may ask several times
	TimedOut bool   // no event came before the deadline
	Broken   string // the probe itself failed
}

// Evidence is what a verdict may rest on, beside the votes.
type Evidence struct {
	// Failed says why the servers could not do their part while the case ran.
	Failed string
	// Unanswered are the requests that a server had not begun to answer when
	// the case was over: what blocked it did not stand in their replies.
	Unanswered []string
	// Silent are the origins of the case whose sentinel never arrived: their
	// silence proves nothing.
	Silent []string
	// Controls are the outcomes of the permissive twins, one for each step
	// that was blocked; a missing one is no evidence.
	Controls map[int]Control
}

// Control is the outcome of a permissive twin: the same load with replies that
// allow it.
type Control struct {
	OK  bool
	Why string // what it saw
}

// Explanation is a difference that is known: a switch of the engine's profile
// or a line of expectations.
type Explanation struct {
	Read   oracle.Read
	Reason oracle.Reason
	Wire   bool // other requests arrive than the standard's
	Link   string
}

// Result is a verdict and the sentences it rests on.
type Result struct {
	Verdict   record.Verdict
	Problems  []string
	Explained string // the link of a divergence
}

// Judge gives the verdict on a permutation from its steps' votes. switches is
// the explanation of every step whose Profile is set; listed is the line of
// expectations that names the permutation, or nil.
func Judge(steps []Votes, e Evidence, switches string, listed *Explanation) Result {
	if e.Failed != "" {
		return Result{Verdict: record.Error, Problems: []string{e.Failed}}
	}
	for i, v := range steps {
		if v.Broken != "" {
			return Result{Verdict: record.Error, Problems: []string{prefix(steps, i) + "the probe failed: " + v.Broken}}
		}
	}
	if doubts := doubts(steps, e); len(doubts) > 0 {
		return Result{Verdict: record.Inconclusive, Problems: doubts}
	}
	var r Result
	var differs, claimFails, claimContradicts, explainedBySwitch, staleSwitch bool
	explainedBySwitch = true
	for i, v := range steps {
		standard := v.Differences(v.Standard)
		var profile []string
		if v.Profile != nil {
			profile = v.Differences(*v.Profile)
		}
		switch {
		case len(standard) == 0:
			staleSwitch = staleSwitch || len(profile) > 0
			profile = nil
		case v.Profile == nil || len(profile) > 0:
			differs, explainedBySwitch = true, false
		default:
			differs = true
		}
		claim := Claim(v.Claim, v.arranged(), "the browser", v.Expand)
		claimFails = claimFails || len(claim) > 0
		contradiction := Claim(v.Claim, v.Standard, "the standard", v.Expand)
		claimContradicts = claimContradicts || len(contradiction) > 0
		for _, p := range slices.Concat(standard, beside(profile, standard), claim, contradiction) {
			r.Problems = append(r.Problems, prefix(steps, i)+p)
		}
	}
	switch {
	case claimContradicts:
		r.Verdict = record.Unexpected
	case differs && explainedBySwitch:
		r.Verdict, r.Explained = record.Divergence, switches
	case (differs || claimFails) && listed != nil && matches(*listed, steps):
		// A claim alone fails where the oracle predicts nothing, as of Sec-Fetch-Mode.
		r.Verdict, r.Explained = record.Divergence, listed.Link
	case differs || claimFails:
		r.Verdict = record.Unexpected
	case staleSwitch:
		r.Verdict = record.Stale
		r.Problems = append(r.Problems, "a switch of the engine's profile predicts another outcome than the standard, and the browser follows the standard: "+switches)
	case listed != nil:
		r.Verdict = record.Stale
		r.Problems = append(r.Problems, "expectations list a difference here, and the browser follows the standard: "+listed.Link)
	default:
		r.Verdict = record.Pass
	}
	return r
}

// beside are the differences from the engine's profile that are not those from
// the standard, which are told already.
func beside(profile, standard []string) []string {
	var out []string
	for _, p := range profile {
		if !slices.Contains(standard, p) {
			out = append(out, strings.Replace(p, "the standard", "the engine's profile", 1))
		}
	}
	return out
}

// matches is true when the last step did what the line says, and no more.
func matches(l Explanation, steps []Votes) bool {
	last := steps[len(steps)-1]
	if l.Read != "" && l.Read != last.Observed.Read || l.Reason != "" && specific(last.Observed.Reason) && l.Reason != last.Observed.Reason {
		return false
	}
	if l.Wire {
		return true
	}
	for _, v := range steps {
		var d problems
		d.wire(v.Standard.Wire, v.wire(v.Standard.Wire))
		if len(d) > 0 {
			return false
		}
	}
	return true
}

// Differences holds the observation against a prediction, a sentence for each. What stands behind a
// status counts where somebody claims it: nothing depends on it otherwise.
func (v Votes) Differences(from observe.Seen) []string {
	got := v.Observed
	got.Wire = v.wire(from.Wire)
	if v.Claim.StatusText == nil {
		got.StatusText = from.StatusText
	}
	return Differences(from, got)
}

// arranged is the observation with its requests in the order of a prediction,
// as far as one fits.
func (v Votes) arranged() observe.Seen {
	got := v.Observed
	if _, wire, ok := arrange(v.Standard.Wire, v.wire(v.Standard.Wire)); ok {
		got.Wire = wire
	} else if v.Profile != nil {
		if _, wire, ok = arrange(v.Profile.Wire, v.wire(v.Profile.Wire)); ok {
			got.Wire = wire
		}
	}
	return got
}

// wire is what arrived, as it is held against what was due.
func (v Votes) wire(due []observe.Request) []observe.Request {
	if v.Repeats {
		return withoutRepeats(v.Observed.Wire, due)
	}
	return v.Observed.Wire
}

// byPolicy is true when every prediction is that a policy blocks, before a
// request or by a response: a network that fails is then something else, such
// as a server that died, or a request that was not due to a place where nobody
// listens.
func (v Votes) byPolicy() bool {
	return isPolicy(v.Standard.Reason) && (v.Profile == nil || isPolicy(v.Profile.Reason))
}

// nothingDue is true when the standard, or the engine's profile, says that no
// request is sent.
func (v Votes) nothingDue() bool {
	return len(v.Standard.Wire) == 0 || v.Profile != nil && len(v.Profile.Wire) == 0
}

// isPolicy is true for the reasons that browsers have words of their own for.
func isPolicy(r oracle.Reason) bool {
	switch r {
	case oracle.MixedContent, oracle.MissingAllowOrigin, oracle.MultipleAllowOrigin, oracle.InvalidAllowOrigin,
		oracle.AllowOriginMismatch, oracle.WildcardWithCredentials, oracle.InvalidAllowCredentials,
		oracle.PreflightMissingAllowOrigin, oracle.PreflightMultipleAllowOrigin, oracle.PreflightInvalidAllowOrigin,
		oracle.PreflightAllowOriginMismatch, oracle.PreflightWildcardWithCredentials, oracle.PreflightInvalidAllowCredentials,
		oracle.PreflightInvalidStatus, oracle.InvalidAllowMethods, oracle.InvalidAllowHeaders,
		oracle.MethodNotAllowed, oracle.HeaderNotAllowed,
		oracle.CrossOriginResourcePolicy, oracle.CrossOriginEmbedderPolicy, oracle.FrameOptions,
		oracle.ContentSecurityPolicy, oracle.LocalNetworkAccess:
		return true
	}
	return false
}

// doubts says why nothing can be concluded: the evidence that is missing.
func doubts(steps []Votes, e Evidence) []string {
	var d problems
	if len(steps) == 0 {
		d.add("no step ran")
	}
	if len(e.Silent) > 0 {
		d.add("no sentinel came back from %s: the silence of that server proves nothing", strings.Join(e.Silent, ", "))
	}
	if len(e.Unanswered) > 0 && slices.ContainsFunc(steps, func(v Votes) bool { return v.Observed.Read == oracle.Blocked }) {
		d.add("blocked, and the server had not answered yet: %s", strings.Join(e.Unanswered, ", "))
	}
	for i, v := range steps {
		if v.TimedOut {
			d.add("%sno event came before the deadline", prefix(steps, i))
			continue
		}
		if v.Observed.Read == "" {
			d.add("%sthe page reported no outcome", prefix(steps, i))
			continue
		}
		if v.Observed.Read == oracle.Blocked && v.Observed.Reason == oracle.NetworkError && v.byPolicy() {
			d.add("%sblocked, and the browser says that the network failed (%s), where a policy was to block (%s)", prefix(steps, i), v.Observed.Native, v.Standard.Reason)
		}
		if v.Observed.Read != oracle.Blocked || len(v.Observed.Wire) == 0 && v.nothingDue() {
			continue
		}
		// Blocked with something on the wire, or with something missing from
		// it: only a twin that was let through shows that the policy did it.
		if control, found := e.Controls[i]; !found {
			d.add("%sblocked, and no control ran", prefix(steps, i))
		} else if !control.OK {
			d.add("%sblocked, and its control, the same load with replies that allow everything, did no better: %s", prefix(steps, i), control.Why)
		}
	}
	return d
}

func prefix(steps []Votes, i int) string {
	if len(steps) == 1 {
		return ""
	}
	return fmt.Sprintf("step %d: ", i+1)
}
