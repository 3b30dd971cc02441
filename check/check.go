package check

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
)

// Run checks a target in browsers, one after the other. An error means that
// nothing can be said of the target: it does not start, or no browser does.
func Run(ctx context.Context, o Options) (Report, error) {
	if len(o.Browsers) == 0 {
		return Report{}, errors.New("check: no browser to run in")
	}
	return o.check(ctx, o.drive)
}

// check plans, starts the target, has it probed, and finds.
func (o Options) check(ctx context.Context, probe func(context.Context, *running, []policy.Probe) (outcome, error)) (Report, error) {
	started := time.Now()
	public, err := o.Target.Origin(o.Policy)
	if err != nil {
		return Report{}, err
	}
	probes, err := o.Policy.Scenarios(policy.Options{Server: public, Path: o.Target.Path(), Thorough: o.Thorough})
	if err != nil {
		return Report{}, err
	}
	probes, withheld := o.permitted(probes)
	if o.Plan != nil {
		plan := Plan{Target: o.Target.String(), Host: public.Host, Origin: public.String(), Probes: len(probes), Withheld: len(withheld)}
		if o.Target.url != nil {
			plan.Host = o.Target.url.Host
		}
		o.Plan(plan)
	}
	r, err := o.Target.start(ctx, o)
	if err != nil {
		return Report{}, err
	}
	out, err := probe(ctx, r, probes)
	var harm []RawResult
	attacked := false
	if err == nil && o.Raw {
		var a *raw
		if a, err = o.raw(r); err == nil {
			harm, attacked, err = a.attack(ctx, probes)
		}
	}
	if err = errors.Join(err, r.stop()); err != nil {
		return Report{}, err
	}
	report := Report{
		Policy: *o.Policy, Target: o.Target.String(), Engines: out.engines, Probes: len(probes), Withheld: len(withheld),
		Seconds: time.Since(started).Seconds(),
	}
	for _, r := range out.results {
		if r.Record.Verdict == record.NotApplicable {
			report.NotApplicable++
		}
	}
	report.Spared = sparedEverywhere(out.results)
	excused := newExcuses(o.Policy, started)
	report.Findings, report.Unproven = find(o.Policy, out.results, excused)
	report.Findings = append(report.Findings, rawFindings(harm, excused)...)
	slices.SortStableFunc(report.Findings, worse)
	for i, f := range report.Findings {
		report.Findings[i].Curl = aim(f.Curl, public.String(), o.Target.address())
	}
	report.Stale = excused.stale(func(a policy.Accept) bool {
		if a.Class == policy.Robustness {
			return !attacked
		}
		return unasked(a, out.results, withheld)
	})
	return redact(report, o.Policy.Secrets()), nil
}

// Offline checks a target without a browser: the oracle does what the standard
// wants of one, and asks the target for real, in a browser's bytes.
func Offline(ctx context.Context, o Options) (Report, error) {
	report, err := o.check(ctx, o.ask)
	report.Offline = true
	return report, err
}
