package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/middleware"
)

// Options say what to ask whom.
type Options struct {
	Systems  []middleware.Adapter
	Policies []middleware.Standard
	Browsers []browser.Found
	// Offline asks without a browser: the oracle stands in for one.
	Offline bool
	// Cell receives each cell as soon as there is one.
	Cell func(Cell) error
	Log  func(format string, args ...any)
}

// Run puts each policy before each system, one after the other. That a system
// cannot be checked is a cell, too; an error is what stops the run.
func Run(ctx context.Context, o Options) error {
	for _, a := range o.Systems {
		system := System{Name: a.Name, Title: a.Title, Package: a.Package, On: a.On, Docs: a.Docs}
		missing := a.Missing()
		if missing == nil {
			var err error
			if system.Version, err = a.Version(ctx); err != nil {
				return err
			}
		}
		for _, s := range o.Policies {
			c := Cell{System: system, Policy: Policy{Name: s.Name, About: s.About, YAML: policyYAML(s.Policy)}}
			if missing != nil {
				c.State, c.Said = LeftOut, missing.Error()
			} else {
				o.run(ctx, a, s, &c)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := o.Cell(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// run fills a cell.
func (o Options) run(ctx context.Context, a middleware.Adapter, s middleware.Standard, c *Cell) {
	setUp, err := a.Configure(s.Policy)
	if words, refused := new(middleware.InexpressibleError), new(middleware.RefusedError); errors.As(err, &words) {
		c.State, c.Said = Inexpressible, words.What
		return
	} else if errors.As(err, &refused) {
		c.State, c.Said = Refused, refused.Said
		return
	} else if err != nil {
		c.State, c.Said = Failed, err.Error()
		return
	}
	c.Language, c.Config, c.Notes = setUp.Language, setUp.Config, setUp.Notes
	report, err := o.check(ctx, setUp, s)
	if err == nil && report.Probes == 0 {
		err = errors.New("table: nothing was asked")
	}
	if err != nil {
		c.State, c.Said = Failed, err.Error()
		return
	}
	c.State, c.Probes, c.Spared, c.Findings, c.Unproven = Checked, report.Probes, report.Spared, report.Findings, report.Unproven
	c.Offline = report.Offline
	for _, e := range report.Engines {
		c.Engines = append(c.Engines, fmt.Sprintf("%s %s", e.Name, e.Version))
	}
}

// check starts a system and checks it.
func (o Options) check(ctx context.Context, setUp middleware.SetUp, s middleware.Standard) (_ check.Report, err error) {
	server, err := setUp.Start(ctx)
	if err != nil {
		return check.Report{}, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	target, err := check.URL("http://" + server.Addr() + "/")
	if err != nil {
		return check.Report{}, err
	}
	ask := check.Run
	if o.Offline {
		ask = check.Offline
	}
	report, err := ask(ctx, check.Options{Policy: &s.Policy, Target: target, Browsers: o.Browsers, Log: o.Log})
	return report, errors.Join(err, server.Alive())
}
