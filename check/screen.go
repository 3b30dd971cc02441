package check

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// screening is what the target has answered strangers before a browser runs, and
// whom a browser lets ask again. A server refuses most strangers in the same words,
// and a browser does the same with the same words: it sees one of each kind, and
// of those who get anything one of each kind of stranger, too.
type screening struct {
	answered map[string]Result // by the probe's id, where no doubt is left
	chosen   []policy.Probe    // for the browser, with all that are no strangers'
	spared   []policy.Probe
}

// screenTime is how long a target may take to answer strangers without a browser.
// Whoever has no answer by then asks in one, where all wait at once.
const screenTime = scenarios.DefaultTimeout

// first lets one ask before all others: what a target keeps of the first request that
// it ever gets is the same in each check then, and not whatever a race came to. What
// it is told, the browser asks again.
func (o Options) first(ctx context.Context, r *running, probes []policy.Probe) error {
	i := slices.IndexFunc(probes, func(p policy.Probe) bool {
		return p.Class == policy.Refused && len(p.Permutation.Steps) == 1 && !p.Writes
	})
	if i < 0 {
		return nil
	}
	soon, cancel := context.WithTimeout(ctx, screenTime)
	defer cancel()
	_, err := o.ask(soon, r, probes[i:i+1])
	if soon.Err() != nil {
		return ctx.Err() // that it is slow shows later
	}
	return err
}

// screen asks the target by the oracle, in milliseconds, what strangers would.
func (o Options) screen(ctx context.Context, r *running, probes []policy.Probe) (screening, error) {
	s := screening{answered: map[string]Result{}}
	var strangers []policy.Probe
	for _, p := range probes {
		if p.Class == policy.Leak && len(p.Permutation.Steps) == 1 {
			strangers = append(strangers, p)
		}
	}
	soon, cancel := context.WithTimeout(ctx, screenTime)
	defer cancel()
	out, err := o.ask(soon, r, strangers)
	if err != nil && (ctx.Err() != nil || soon.Err() == nil) {
		return s, err
	}
	for _, r := range out.results {
		if _, doubt := evidence(r, 0); doubt == "" {
			s.answered[r.Record.ID] = r
		}
	}
	kinds := map[string]bool{}
	for _, p := range probes {
		r, screened := s.answered[p.Permutation.ID]
		if !screened {
			s.chosen = append(s.chosen, p)
			continue
		}
		kind := kindOf(r)
		if slices.ContainsFunc(itemsOf(r, 0), func(i item) bool { return i.read() || i.preflighted() }) {
			kind += string(p.Who)
		}
		if kinds[kind] {
			s.spared = append(s.spared, p)
			continue
		}
		kinds[kind] = true
		s.chosen = append(s.chosen, p)
	}
	return s, nil
}

// surprised are the engines in which a stranger had another answer, or did
// something else with it, than without a browser: the target tells them apart, or
// changes its mind, and what it said before stands for nothing.
func (s screening) surprised(results []Result) []string {
	var engines []string
	for _, r := range results {
		before, screened := s.answered[r.Record.ID]
		if !screened || slices.Contains(engines, r.Record.Engine) {
			continue
		}
		switch r.Record.Verdict {
		case record.NotApplicable, record.Inconclusive, record.Error:
			continue // which is told by itself
		}
		if kindOf(r) != kindOf(before) {
			engines = append(engines, r.Record.Engine)
		}
	}
	return engines
}

// sparedIn are the results of those who were spared, as an engine's.
func (s screening) sparedIn(engine string) []Result {
	out := make([]Result, len(s.spared))
	for i, p := range s.spared {
		out[i] = s.answered[p.Permutation.ID]
		out[i].Record.Engine, out[i].Spared = engine, true
	}
	return out
}

// inPlaceOf is what the target has answered one for whom no page can be in a
// browser here, where the obstacle is ours: TLS servers in Go take no name with a dot
// at its end. Of others the browser has said that they cannot be.
func (s screening) inPlaceOf(r Result) Result {
	answered, screened := s.answered[r.Record.ID]
	if !screened || r.Record.Verdict != record.NotApplicable || r.Probe.Who != policy.TrailingDot {
		return r
	}
	answered.Record.Engine, answered.Spared = r.Record.Engine, true
	return answered
}

// sparedEverywhere counts the probes that no browser ran.
func sparedEverywhere(results []Result) int {
	spared, ran := map[string]bool{}, map[string]bool{}
	for _, r := range results {
		if r.Spared {
			spared[r.Record.ID] = true
		} else {
			ran[r.Record.ID] = true
		}
	}
	maps.DeleteFunc(spared, func(id string, _ bool) bool { return ran[id] })
	return len(spared)
}

// kindOf is all of a stranger's request and the answers to it that decides what a
// browser does, and what a check has to say of it: two of one kind differ in the
// letters of who asks, and in the path.
func kindOf(r Result) string {
	var b strings.Builder
	b.WriteString(pageKind(r.Probe))
	for _, step := range r.Record.Steps {
		q := step.Request
		fmt.Fprintln(&b, q.Via, q.Mode, q.Credentials, q.Method, q.Headers, q.Body, step.Observed.Read)
		for _, e := range step.Observed.Wire {
			if e.Retry {
				continue
			}
			fmt.Fprintln(&b, e.Preflight, e.Method, e.Status, e.Broken)
			for _, h := range e.ReplyHeaders {
				if line := lineOf(h); line != "" {
					fmt.Fprintf(&b, "%q\n", strings.ReplaceAll(line, r.Probe.Origin, "(who asks)"))
				}
			}
		}
	}
	return b.String()
}

// pageKind is what a browser may look at in the page that asks, beside its origin
// as a whole: what it keeps from insecure pages, what it calls the same site, how
// it writes the origin down.
func pageKind(p policy.Probe) string {
	request := p.Permutation.Steps[0].Request
	from, _, _ := scenarios.ResolveOrigin(request.From)
	to, _, _ := scenarios.ResolveOrigin(request.To)
	dot, odd := strings.HasSuffix(from.Host, "."), strings.ContainsAny(from.Host, "_$+")
	port := strings.HasSuffix(p.Origin, fmt.Sprint(":", from.Port))
	return fmt.Sprintln(from.Scheme, from.IsPotentiallyTrustworthy(), p.Origin == "null", dot, odd, port, oracle.SameSite(from, to))
}

// lineOf is what a header line of an answer has that decides anything; "" for
// nothing. What may have a time in it, or a number, only has to be there.
func lineOf(h oracle.Header) string {
	name := strings.ToLower(h.Name)
	switch name {
	case "expires", "location":
		return name
	case "cache-control", "content-type", "cross-origin-resource-policy", "pragma", "strict-transport-security",
		"timing-allow-origin", "vary", "x-content-type-options":
		return name + ": " + h.Value
	}
	if strings.HasPrefix(name, "access-control-") {
		return name + ": " + h.Value
	}
	return ""
}
