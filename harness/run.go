// Package harness runs scenarios in real browsers. [Run] reads top to bottom:
// plan, arm, drive, observe, judge, emit.
package harness

import (
	"cmp"
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
	Browser      browser.Found
	Headed       bool
	// Without are switches to leave out of the engine's profile: what they
	// explain is then unexpected.
	Without []oracle.Switch
	// Record is called for each record, in the order that cases finish, never
	// twice at once.
	Record func(record.Record)
	// Evidence, if set, is called before Record with what the verdict rests on,
	// except for cases that came to no end.
	Evidence func(Evidence)
	// Progress is called when the number of finished cases changes.
	Progress func(Progress)
	// Pause, if set, is called when the cases have run and the browser is still
	// open; the first of them stand in pages of their own.
	Pause func()
	// Started, if set, is called when the servers listen and the browser runs.
	Started func(*servers.Fleet, browser.Browser)
	Log     func(format string, args ...any)
}

// Progress counts the cases that have run.
type Progress struct{ Done, Total, Unexpected int }

// attempts is how often a case may start: a browser that dies takes its
// unfinished cases with it, and they run once more in the next one.
const attempts = 2

// Run runs every permutation in the browser and returns what the run was. Each
// permutation gives exactly one record. An error means that the harness could
// not run at all; a case that fails is a record, not an error.
func Run(ctx context.Context, o Options) (record.Run, error) {
	started := time.Now()
	r := &run{Options: o, tokens: newTokens(), total: len(o.Permutations), order: map[string]int{}}
	for i, p := range o.Permutations {
		r.order[p.ID] = i + 1
	}
	if r.Log == nil {
		r.Log = func(string, ...any) {}
	}
	expectations, err := scenarios.Expectations(o.Browser.Key)
	if err != nil {
		return record.Run{}, err
	}
	r.expectations = expectations

	fleet, err := r.startFleet()
	if err != nil {
		return record.Run{}, err
	}
	defer fleet.Close()

	pending := o.Permutations
	var engine record.Engine
	var lost error
	for r.attempt = 1; r.attempt <= attempts && len(pending) > 0; r.attempt++ {
		var saw record.Engine
		saw, pending, lost = r.try(ctx, fleet, pending)
		if lost != nil {
			r.Log("attempt %d: %v", r.attempt, lost)
		}
		if saw.Key != "" {
			engine = saw
		}
		if ctx.Err() != nil {
			return record.Run{}, ctx.Err()
		}
	}
	if engine.Key == "" && lost != nil {
		return record.Run{}, lost // no browser ever came up: nothing ran
	}
	for _, p := range pending {
		rec := unfinished(p, o.Browser.Key, lost)
		rec.Order = r.order[p.ID]
		r.emit(rec)
	}
	info := record.Run{
		Schema: record.Schema, Version: version(), Started: started.UTC().Format(time.RFC3339),
		Engines: []record.Engine{engine}, Topology: topology(r.listen), Topics: topics(o.Permutations), Expected: r.total,
		Seconds: time.Since(started).Seconds(),
	}
	return info, nil
}

// run is a run on its way.
type run struct {
	Options
	tokens       *tokens
	expectations []scenarios.Expectation
	listen       []servers.Listen
	documents    *servers.Documents
	missing      map[string]string // set-ups that cannot run here, and why
	order        map[string]int    // by id, from 1
	attempt      int
	total        int

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
			if s.Server.SetUp != nil {
				needed[s.Server.SetUp.Name] = true
			}
		}
	}
	add(plainPage)
	probe, err := startupProbe()
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
	config := servers.Config{Origins: listen, Log: r.Log, Pages: servers.Pages(servers.Assets{
		PageHTML: fixtures.PageHTML, FrameHTML: fixtures.FrameHTML, ProbeJS: fixtures.ProbeJS(),
	}, r.documents)}
	r.missing = map[string]string{}
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
	return servers.Start(config)
}

// try runs the permutations once, in one browser for each network that they
// need, and returns those that came to no end because the browser was lost.
func (r *run) try(ctx context.Context, fleet *servers.Fleet, pending []*scenarios.Permutation) (record.Engine, []*scenarios.Permutation, error) {
	var engine record.Engine
	var left []*scenarios.Permutation
	var lost error
	for _, group := range networks(pending) {
		saw, unfinished, err := r.tryIn(ctx, fleet, group)
		if saw.Key != "" {
			engine = saw
		}
		left, lost = append(left, unfinished...), errors.Join(lost, err)
	}
	return engine, left, lost
}

// tryIn runs permutations that need the same network in a browser of its own.
func (r *run) tryIn(ctx context.Context, fleet *servers.Fleet, pending []*scenarios.Permutation) (record.Engine, []*scenarios.Permutation, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	words := newFailures()
	starting, started := context.WithTimeout(ctx, openTime)
	defer started()
	b, err := start(starting, r.Browser, browser.Options{
		Mappings: mappings(fleet), SPKI: fleet.SPKI(),
		AddressSpaces: networkOf(pending[0]).spaces(fleet), Script: string(fixtures.ProbeJS()),
		Headed: r.Headed, OnFailure: words.hear, Log: r.Log,
	})
	if err != nil {
		return record.Engine{}, pending, err
	}
	defer b.Close()
	if r.Started != nil {
		r.Started(fleet, b)
	}

	var mu sync.Mutex
	s := &session{
		browser: b, fleet: fleet, failures: words, documents: r.documents,
		controls: map[string]*control{}, worlds: map[string]*profile{},
		tokens: func() string {
			mu.Lock()
			defer mu.Unlock()
			return r.tokens.next()
		},
		concluded: r.conclude, seen: r.saw,
	}
	var lost error
	s.lost = func(err error) {
		mu.Lock()
		defer mu.Unlock()
		lost = errors.Join(lost, err)
	}
	defer s.close()
	engine, err := s.look(ctx)
	if err != nil {
		return record.Engine{}, pending, err
	}
	for _, left := range r.Without {
		delete(s.profile, left)
	}
	trials := make([]*trial, 0, len(pending))
	for _, p := range pending {
		t, err := newTrial(p, s.tokens(), s.profile)
		if err != nil {
			return engine, pending, err
		}
		t.attempt = r.attempt
		t.engine, t.order = engine.Key, r.order[p.ID]
		trials = append(trials, t)
	}
	err = s.drive(ctx, r.runnable(trials))
	if r.Pause != nil && err == nil {
		err = s.show(ctx, pending, r.Pause)
	}
	var left []*scenarios.Permutation
	for _, t := range trials {
		if !t.concluded {
			left = append(left, t.perm)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	return engine, left, errors.Join(err, lost)
}

// runnable concludes the trials that cannot run here and returns the others.
func (r *run) runnable(trials []*trial) []*trial {
	return slices.DeleteFunc(slices.Clone(trials), func(t *trial) bool {
		for i := range t.perm.Steps {
			lacks := fixtures.Ways()[t.perm.Steps[i].Request.Via].Lacks[t.engine]
			t.notApplicable = cmp.Or(t.notApplicable, r.missing[t.setUp(i)], lacks)
		}
		if t.notApplicable == "" {
			return false
		}
		t.concluded = true
		r.conclude(t)
		return true
	})
}

// conclude judges a trial and emits its record.
func (r *run) conclude(t *trial) {
	if r.Evidence != nil {
		r.mu.Lock()
		r.Evidence(t.evidence())
		r.mu.Unlock()
	}
	r.emit(t.record(r.expectations))
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

// version is corsproof's own: the module's version and revision.
func version() string {
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
