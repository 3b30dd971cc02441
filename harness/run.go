// Package harness runs scenarios in real browsers. [Run] reads top to bottom:
// plan, arm, drive, observe, judge, emit.
package harness

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
	"github.com/corsproof/corsproof/servers/setups"
)

// Options say what to run and where.
type Options struct {
	Permutations []*scenarios.Permutation
	// Browsers are those to run in, each permutation in each. No two have the
	// same key.
	Browsers []browser.Found
	Headed   bool
	// Keeper, if set, has browsers that outlive the run.
	Keeper *Keeper
	// Advertise is the address (host or host:port) by which browsers somewhere else
	// reach the servers' forward proxy; "" for where it listens. Listen is where
	// it does so (host or host:port); "" for the host of Advertise or, without
	// one, loopback.
	Advertise, Listen string
	// Shard is the part of the permutations that runs. Servers listen for all of
	// them, so that every shard has the same origins.
	Shard record.Shard
	// Without are switches to leave out of the engines' profiles: what they
	// explain is then unexpected.
	Without []oracle.Switch
	// SetUps are beside those of servers/setups, for scenarios that name them.
	SetUps []servers.SetUp
	// Isolate keeps the tokens out of the URLs of servers under test, for those
	// that refuse queries that they do not know: their permutations then run one
	// after the other, each in a profile of its own.
	Isolate bool
	// Record is called for each record, in the order that cases finish, never
	// twice at once.
	Record func(record.Record)
	// Evidence, if set, is called before Record with what the verdict rests on,
	// except for cases that came to no end.
	Evidence func(Evidence)
	// Progress is called when the number of finished cases changes.
	Progress func(Progress)
	// Pause, if set, is called when the cases have run and a browser is still
	// open; the first of them stand in pages of their own.
	Pause func()
	// Started, if set, is called when the servers listen and a browser runs.
	Started func(*servers.Fleet, browser.Browser)
	Log     func(format string, args ...any)
}

// Progress counts the cases that have run, in all browsers together.
type Progress struct{ Done, Total, Unexpected int }

// Run runs every permutation in every browser, one browser after the other in
// front of the same servers, and returns what the run was. Each permutation
// gives exactly one record a browser. An error means that the harness could not
// run at all; a case that fails is a record, not an error.
func Run(ctx context.Context, o Options) (record.Run, error) {
	started := time.Now()
	r := &run{Options: o, tokens: newTokens(), order: map[string]int{}}
	var ids []string
	for i, p := range o.Permutations {
		r.order[p.ID] = i + 1
		ids = append(ids, p.ID)
		if o.Shard.Has(p.ID) {
			r.mine = append(r.mine, p)
		}
	}
	r.total = len(r.mine) * len(o.Browsers)
	if r.Log == nil {
		r.Log = func(string, ...any) {}
	}
	fleet, err := r.startFleet()
	if err != nil {
		return record.Run{}, err
	}
	defer fleet.Close()
	for _, found := range o.Browsers {
		if found.Remote == nil {
			continue
		}
		if err := r.reach(ctx, fleet, found); err != nil {
			return record.Run{}, err
		}
	}

	var engines []record.Engine
	var absent []*turn // those whose browser never came up
	for _, found := range o.Browsers {
		t := &turn{run: r, fleet: fleet, found: found}
		engine, err := t.all(ctx)
		if err != nil {
			return record.Run{}, err
		}
		if engine.Key == "" {
			engine = record.Engine{Key: found.Key, Name: found.Name, Version: found.Version}
			absent = append(absent, t)
		}
		engines = append(engines, engine)
	}
	if len(absent) == len(engines) {
		lost := make([]error, len(absent))
		for i, t := range absent {
			lost[i] = t.lost
		}
		return record.Run{}, errors.Join(lost...) // nothing ran
	}
	for _, t := range absent {
		for _, p := range r.mine {
			t.unfinished(p, attempts)
		}
	}
	info := record.Run{
		Schema: record.Schema, Version: Version(), Started: started.UTC().Format(time.RFC3339),
		Engines: engines, Topology: topology(r.listen), Topics: topics(o.Permutations), Expected: r.total,
		Selection: record.Selection(ids), Seconds: time.Since(started).Seconds(),
	}
	if !o.Shard.Whole() {
		info.Shard = &o.Shard
	}
	return info, nil
}

// run is a run on its way.
type run struct {
	Options
	tokens    *tokens
	mine      []*scenarios.Permutation // the shard's
	listen    []servers.Listen
	documents *servers.Documents
	missing   map[string]string // set-ups that cannot run here, and why
	order     map[string]int    // by id, from 1
	total     int

	mu         sync.Mutex
	seen       int // outcomes, of which some wait for their evidence
	done       int
	unexpected int
}

// startFleet starts a listener for every origin that any permutation touches.
func (r *run) startFleet() (*servers.Fleet, error) {
	seen := map[oracle.Origin]bool{}
	var listen []servers.Listen
	add := func(origin oracle.Origin) {
		if !seen[origin] {
			_, protocol, _ := scenarios.ResolveOrigin(origin.String()) // what a case touches does resolve
			seen[origin] = true
			listen = append(listen, servers.Listen{Origin: origin, Protocol: protocol})
		}
	}
	needed := map[string]bool{}
	for _, p := range r.Permutations {
		bound, err := p.Bind("plan", fixtures.Assets{})
		if err != nil {
			return nil, fmt.Errorf("harness: %s: %w", p.ID, err)
		}
		for _, origin := range bound.Origins() {
			add(origin)
		}
		for _, s := range p.Steps {
			if s.Server.SetUp != nil && r.Shard.Has(p.ID) {
				needed[s.Server.SetUp.Name] = true
			}
		}
	}
	add(plainPage)
	probe, err := startupProbe(cookiesProbe)
	if err != nil {
		return nil, err
	}
	bound, err := probe.Bind("plan", fixtures.Assets{})
	if err != nil {
		return nil, err
	}
	for _, origin := range bound.Origins() {
		add(origin)
	}
	r.listen = listen
	r.documents = &servers.Documents{}
	config := servers.Config{Origins: listen, Proxy: r.listenAt(), Log: r.Log, Pages: servers.Pages(servers.Assets{
		PageHTML: fixtures.PageHTML, FrameHTML: fixtures.FrameHTML, ProbeJS: fixtures.ProbeJS(),
	}, r.documents)}
	r.missing = map[string]string{}
	for _, s := range r.SetUps {
		if needed[s.Name()] {
			config.SetUps = append(config.SetUps, s)
			delete(needed, s.Name())
		}
	}
	for name := range needed {
		info, err := setups.ByName(name)
		if err != nil {
			return nil, err
		}
		if err := info.Missing(); err != nil {
			r.missing[name] = err.Error()
			continue
		}
		config.SetUps = append(config.SetUps, info.New())
	}
	fleet, err := servers.Start(config)
	if err != nil && r.Advertise != "" && r.Listen == "" {
		return nil, fmt.Errorf("%w\nwithout -listen the proxy listens at the host of -advertise, and that has to be this machine's own", err)
	}
	return fleet, err
}

func (r *run) emit(rec record.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	if rec.Verdict.NeedsAttention() {
		r.unexpected++
	}
	if r.Record != nil {
		r.Record(rec)
	}
	r.progress()
}

// saw counts an outcome whose evidence is still to come.
func (r *run) saw() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen++
	r.progress()
}

func (r *run) progress() {
	if r.Progress != nil {
		r.Progress(Progress{Done: min(max(r.done, r.seen), r.total), Total: r.total, Unexpected: r.unexpected})
	}
}

func mappings(fleet *servers.Fleet) []browser.Mapping {
	var out []browser.Mapping
	for _, m := range fleet.Mappings() {
		out = append(out, browser.Mapping(m))
	}
	return out
}

// ownOrigins are the hosts that no case uses, and what they are for.
var ownOrigins = map[string]string{plainPage.Host: "sentinel", "start-up.test": "start-up", "elsewhere.test": "start-up"}

func topology(listen []servers.Listen) []record.Origin {
	var out []record.Origin
	for _, l := range listen {
		name, relation := "literal", ""
		if job, ok := ownOrigins[l.Origin.Host]; ok {
			name, relation = job, "corsproof's own"
		}
		for _, n := range scenarios.Named {
			if n.Origin == l.Origin {
				name, relation = n.Name, n.Relation
			}
		}
		out = append(out, record.Origin{Name: name, Origin: l.Origin.String(), Relation: relation, Protocol: string(l.Protocol)})
	}
	return out
}

// topics says what the files of the permutations are about, in their order.
func topics(permutations []*scenarios.Permutation) []record.Topic {
	var out []record.Topic
	for _, p := range permutations {
		if p.File != nil && !slices.ContainsFunc(out, func(t record.Topic) bool { return t.Name == p.Topic }) {
			out = append(out, record.Topic{Name: p.Topic, About: p.File.About, Spec: p.File.Spec})
		}
	}
	return out
}

// Version is corsproof's own: the module's version and revision.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += " " + s.Value[:12]
		}
	}
	return v
}
