package lab

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// headlessTime bounds a case in the headless browser, its start included.
const headlessTime = 90 * time.Second

// headless runs a case with the catalogue's own names in a browser that
// corsproof drives, one case at a time.
func (l *Lab) headless(request *http.Request) (any, error) {
	_, p, _, err := l.subject(request)
	if err != nil {
		return nil, err
	}
	found := l.options.Headless
	if found == nil {
		return nil, &apiError{status: http.StatusServiceUnavailable, err: errors.New("there is no browser for it on this machine: " + l.options.Install)}
	}
	ctx, cancel := context.WithTimeout(request.Context(), headlessTime)
	defer cancel()
	if err := l.take(ctx); err != nil {
		return nil, err
	}
	defer func() { <-l.turn }()
	var rec record.Record
	info, err := harness.Run(ctx, harness.Options{
		Permutations: []*scenarios.Permutation{p}, Browsers: []browser.Found{*found}, Keeper: &l.keeper, Log: l.options.Log,
		Record: func(r record.Record) { rec = r },
	})
	if err != nil {
		return nil, err
	}
	out := result{Where: headless}
	if len(info.Engines) > 0 {
		e := info.Engines[0]
		out.Engine = engineInfo{e.Key, e.Name, e.Version}
	}
	return l.ran(out, p, rec)
}

// ran is the result that a record tells.
func (l *Lab) ran(out result, p *scenarios.Permutation, rec record.Record) (any, error) {
	if len(rec.Steps) == 0 { // it came to no end, or not to a beginning
		return nil, &apiError{status: http.StatusConflict, err: errors.New(joined(rec.Problems))}
	}
	explained, err := harness.Explain(p, rec.Engine)
	if err != nil {
		return nil, err
	}
	bound, err := p.Bind("headless", fixtures.Assets{})
	if err != nil {
		return nil, err
	}
	agrees := rec.Verdict == record.Pass || rec.Verdict == record.Divergence
	for i, step := range rec.Steps {
		s := sawStep(explained.Steps[i], step.Observed, i)
		if s.Standard.Trace == nil { // a set-up's replies are known only now
			s.Standard = courseOf(step.Oracle)
		}
		s.Server, s.Agrees, s.Differences = serverOf(bound.Steps[i].Request), agrees, []string{}
		if !agrees {
			s.Differences = rec.Problems
		}
		out.Steps = append(out.Steps, s)
	}
	return out, nil
}

func courseOf(p record.Predicted) harness.Course {
	return harness.Course{Read: oracle.Read(p.Read), Reason: oracle.Reason(p.Reason), Type: p.Type, Status: p.Status, Trace: p.Trace, Wire: []harness.Exchange{}}
}

func joined(problems []string) string {
	if len(problems) == 0 {
		return "it did not run"
	}
	return problems[0]
}
