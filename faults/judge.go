package faults

import (
	"context"
	"fmt"
	"net/http"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/policy"
)

// Check holds a server to a policy: through the oracle, or in a browser.
type Check func(context.Context, *policy.Policy, http.Handler) (check.Report, error)

// Offline is a check through the oracle.
func Offline(ctx context.Context, p *policy.Policy, h http.Handler) (check.Report, error) {
	return check.Offline(ctx, check.Options{Policy: p, Target: check.Handler(h), Raw: true})
}

// In is a check in a browser, which is started once and kept by the keeper.
func In(found browser.Found, keeper *harness.Keeper) Check {
	return func(ctx context.Context, p *policy.Policy, h http.Handler) (check.Report, error) {
		return check.Run(ctx, check.Options{
			Policy: p, Target: check.Handler(h), Raw: true, Browsers: []browser.Found{found}, Keeper: keeper,
		})
	}
}

// Verdict is what a check made of a server.
type Verdict struct {
	Name  string
	Class policy.Class // of the fault; "" for a correct server
	// Found is true for a fault that is among the findings, by its class.
	Found bool
	// Problems are what a check should have said otherwise, or not at all; none
	// for a fault that was found, named and nothing else, and for silence about a
	// correct server.
	Problems []string
	// Findings are all that it said.
	Findings []check.Finding
}

// Judge lets a check look for the fault.
func (f Fault) Judge(ctx context.Context, check Check) (Verdict, error) {
	v := Verdict{Name: f.Name, Class: f.Class}
	report, err := check(ctx, &f.Policy, f.Faulty())
	if err != nil {
		return v, fmt.Errorf("faults: %s: %w", f.Name, err)
	}
	v.Findings = report.Findings
	named := false
	for _, finding := range report.Findings {
		is := string(finding.Class) + "/" + finding.Cause
		v.Found = v.Found || finding.Class == f.Class
		switch is {
		case f.String():
			named = true
		case f.Besides:
		default:
			v.Problems = append(v.Problems, "found "+is+": "+finding.Title)
		}
	}
	if !named {
		v.Problems = append(v.Problems, "did not find "+f.String()+": "+f.About)
	}
	v.unproven(report)
	return v, nil
}

// Twin is the same server without the fault.
func (f Fault) Twin() Twin { return Twin{f.Name + "-mended", f.About, f.Policy, f.Correct} }

// String is what must be found.
func (f Fault) String() string { return string(f.Class) + "/" + f.Cause }

// Judge lets a check look for a fault that is not there.
func (t Twin) Judge(ctx context.Context, check Check) (Verdict, error) {
	v := Verdict{Name: t.Name}
	report, err := check(ctx, &t.Policy, t.Correct())
	if err != nil {
		return v, fmt.Errorf("faults: %s: %w", t.Name, err)
	}
	v.Findings = report.Findings
	for _, finding := range report.Findings {
		v.Problems = append(v.Problems, fmt.Sprintf("found %s/%s, which is not there: %s", finding.Class, finding.Cause, finding.Title))
	}
	v.unproven(report)
	return v, nil
}

// unproven are problems, too: what nobody knows is no silence.
func (v *Verdict) unproven(report check.Report) {
	for _, u := range report.Unproven {
		v.Problems = append(v.Problems, fmt.Sprintf("unproven: %s %s", u.Meant, u.Why))
	}
}
