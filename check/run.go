package check

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// Options say what to check.
type Options struct {
	Policy *policy.Policy
	Target *Target
	// Browsers are those to run in; [Offline] needs none.
	Browsers []browser.Found
	Thorough bool // more probes
	// AllowWrites lets requests other than GET, HEAD and OPTIONS go to a target
	// that is not on this machine.
	AllowWrites bool
	// Isolate keeps corsproof's parameter out of the URLs, for a target that
	// refuses queries that it does not know: one probe at a time then, each in a
	// browser context of its own.
	Isolate bool
	// Insecure takes any certificate of an https: target.
	Insecure bool
	// Rate bounds the requests a second to the target; 0: no bound.
	Rate float64
	// Raw adds requests that no browser can send: class robustness.
	Raw bool
	// Advertise and Listen are as in [harness.Options].
	Advertise, Listen string
	// Keeper, if set, has browsers that outlive the check.
	Keeper *harness.Keeper
	// Plan, if set, is called before anything is sent.
	Plan     func(Plan)
	Progress func(harness.Progress)
	Log      func(format string, args ...any)
}

// Plan is what a check is about to do.
type Plan struct {
	Target string // as a report names it
	Host   string // that the requests go to
	Origin string // by which browsers know it
	Probes int
	// Withheld are the probes that would write to a target that is not on this
	// machine.
	Withheld int
}

// Result is what one probe came to in one engine.
type Result struct {
	Probe  policy.Probe
	Record record.Record
	// Spared is true where no browser ran the probe: it did run others of the same
	// kind, and the oracle this one.
	Spared bool
}

// outcome is what the probes of a check came to.
type outcome struct {
	results []Result
	engines []record.Engine
}

// permitted leaves out the probes that would write where nobody has allowed it.
func (o Options) permitted(probes []policy.Probe) (kept, withheld []policy.Probe) {
	if o.AllowWrites || !o.Target.remote() {
		return probes, nil
	}
	for _, p := range probes {
		if p.Writes {
			withheld = append(withheld, p)
		} else {
			kept = append(kept, p)
		}
	}
	return kept, withheld
}

// drive runs the probes in the browsers: all of them where it is to be thorough, where
// each request counts, or where strangers surprise there.
func (o Options) drive(ctx context.Context, r *running, probes []policy.Probe) (outcome, error) {
	if o.Rate == 0 {
		if err := o.first(ctx, r, probes); err != nil {
			return outcome{}, err
		}
	}
	s := screening{chosen: probes}
	if !o.Thorough && o.Rate == 0 {
		var err error
		if s, err = o.screen(ctx, r, probes); err != nil {
			return outcome{}, err
		}
	}
	out, err := o.browse(ctx, r, s.chosen)
	if err != nil {
		return out, err
	}
	surprised := s.surprised(out.results)
	for i, result := range out.results {
		out.results[i] = s.inPlaceOf(result)
	}
	for _, e := range out.engines {
		if !slices.Contains(surprised, e.Key) {
			out.results = append(out.results, s.sparedIn(e.Key)...)
		}
	}
	if len(surprised) > 0 && len(s.spared) > 0 {
		o.Browsers = slices.DeleteFunc(slices.Clone(o.Browsers), func(f browser.Found) bool { return !slices.Contains(surprised, f.Key) })
		more, err := o.browse(ctx, r, s.spared)
		if err != nil {
			return out, err
		}
		out.results = append(out.results, more.results...)
	}
	sortResults(out.results, probes)
	return out, nil
}

// browse runs the probes in the browsers; the results are in the order that they end.
func (o Options) browse(ctx context.Context, r *running, probes []policy.Probe) (outcome, error) {
	byID := make(map[string]policy.Probe, len(probes))
	permutations := make([]*scenarios.Permutation, len(probes))
	for i, p := range probes {
		byID[p.Permutation.ID] = p
		permutation := p.Permutation
		if !o.Isolate {
			permutation = framed(p)
		}
		permutations[i] = permutation
	}
	if o.Rate > 0 {
		o.wait(permutations)
	}
	var out outcome
	info, err := harness.Run(ctx, harness.Options{
		Permutations: permutations, Browsers: o.Browsers, SetUps: []servers.SetUp{r},
		Isolate: o.Isolate,
		Keeper:  o.Keeper, Advertise: o.Advertise, Listen: o.Listen,
		Record:   func(rec record.Record) { out.results = append(out.results, Result{Probe: byID[rec.ID], Record: rec}) },
		Progress: o.Progress, Log: o.Log,
	})
	if err != nil {
		return out, err
	}
	out.engines = info.Engines
	return out, nil
}

// wait gives each probe time for all requests that may go before its own, as the
// target's rate is bounded.
func (o Options) wait(permutations []*scenarios.Permutation) {
	const most = 3 // requests of a step: with a preflight, and what follows a redirect
	requests := 0
	for _, p := range permutations {
		requests += most * len(p.Steps)
	}
	for i, p := range permutations {
		p = new(*p)
		p.Timeout += 5*time.Second + time.Duration(requests)*every(o.Rate)
		permutations[i] = p
	}
}

// sortResults puts results in the plan's order, each engine's beside the other's.
func sortResults(results []Result, plan []policy.Probe) {
	place := make(map[string]int, len(plan))
	for i, p := range plan {
		place[p.Permutation.ID] = i
	}
	slices.SortStableFunc(results, func(a, b Result) int {
		return cmp.Or(cmp.Compare(place[a.Record.ID], place[b.Record.ID]), cmp.Compare(a.Record.Engine, b.Record.Engine))
	})
}
