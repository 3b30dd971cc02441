package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Part is a run with its records, as one file or a section of one holds it.
type Part struct {
	Name    string // of the file
	Run     Run
	Records []Record
}

// MergeError says why parts do not make one run: every reason, a sentence each.
type MergeError struct{ Problems []string }

func (e *MergeError) Error() string {
	return "record: these results do not make one run:\n  " + strings.Join(e.Problems, "\n  ")
}

// Merge joins the shards of one run, and runs of other browsers beside it, to
// one run with all their records, as if it had never been cut. It refuses parts
// of other versions, origins or selections, parts that come twice, and parts of
// which some are missing: the error is a *MergeError.
func Merge(parts []Part) (Run, []Record, error) {
	if len(parts) == 0 {
		return Run{}, nil, &MergeError{[]string{"there are none"}}
	}
	m := merger{parts: parts}
	m.versions()
	m.engines()
	m.topologies()
	m.selections()
	m.shards()
	m.records()
	if len(m.problems) > 0 {
		return Run{}, nil, &MergeError{m.problems}
	}
	runs := make([]Run, len(parts))
	var records []Record
	for i, p := range parts {
		runs[i] = p.Run
		records = append(records, p.Records...)
	}
	merged := MergeRuns(runs...)
	merged.Flags = common(runs)
	merged.Shard = nil
	return merged, Sorted(records), nil
}

type merger struct {
	parts    []Part
	problems []string
}

func (m *merger) add(format string, args ...any) {
	m.problems = append(m.problems, fmt.Sprintf(format, args...))
}

// differ adds a problem if the parts do not all give the same; advice says what
// to do.
func (m *merger) differ(what, advice string, of func(Part) string) {
	first := of(m.parts[0])
	for _, p := range m.parts[1:] {
		if other := of(p); other != first {
			m.add("%s: %s in %s, %s in %s; %s", what, first, m.parts[0].Name, other, p.Name, advice)
			return
		}
	}
}

func (m *merger) versions() {
	m.differ("corsproof is mixed", "run every shard with the same corsproof", func(p Part) string { return p.Run.Version })
}

// engines holds each engine to one version, and to one set-up as far as the
// start-up probes tell.
func (m *merger) engines() {
	first := map[string]string{}
	in := map[string]string{}
	reported := map[string]bool{}
	for _, p := range m.parts {
		for _, e := range p.Run.Engines {
			is := strings.TrimSpace(e.Name + " " + e.Version)
			for _, name := range slices.Sorted(maps.Keys(e.Saw)) {
				is += fmt.Sprintf(", %s %s", name, e.Saw[name])
			}
			switch known, seen := first[e.Key]; {
			case !seen:
				first[e.Key], in[e.Key] = is, p.Name
			case known != is && !reported[e.Key]:
				reported[e.Key] = true
				m.add("%s is mixed: %s in %s, %s in %s; run every shard with the same browser", e.Key, known, in[e.Key], is, p.Name)
			}
		}
	}
}

// topologies holds the origins of the runs against each other. A shard lists
// those of the whole selection, not just of its own cases.
func (m *merger) topologies() {
	first := m.parts[0]
	for _, p := range m.parts[1:] {
		for _, pair := range [][2]Part{{first, p}, {p, first}} {
			for _, o := range pair[0].Run.Topology {
				if !slices.Contains(pair[1].Run.Topology, o) {
					m.add("the origins differ: %s has %s %s (%s), %s does not; run every shard from the same files",
						pair[0].Name, o.Name, o.Origin, o.Protocol, pair[1].Name)
					return
				}
			}
		}
	}
}

func (m *merger) selections() {
	m.differ("the cases differ", "give every shard the same ids, globs and files, in the same order", func(p Part) string {
		return "selection " + p.Run.Selection
	})
}

// shards looks, engine by engine, for those that are missing and those that come
// twice.
func (m *merger) shards() {
	var keys []string
	for _, p := range m.parts {
		for _, e := range p.Run.Engines {
			if !slices.Contains(keys, e.Key) {
				keys = append(keys, e.Key)
			}
		}
	}
	for _, key := range keys {
		m.shardsOf(key)
	}
}

func (m *merger) shardsOf(key string) {
	count := 0
	where := map[int]string{}
	for _, p := range m.parts {
		if !slices.ContainsFunc(p.Run.Engines, func(e Engine) bool { return e.Key == key }) {
			continue
		}
		shard := p.Run.shard()
		switch n := max(shard.Count, 1); {
		case count == 0:
			count = n
		case n != count:
			m.add("%s is cut into %d and into %d, in %s; merge the shards of one cut", key, count, n, p.Name)
			return
		}
		index := max(shard.Index, 1)
		if other, twice := where[index]; twice {
			if shard.Whole() {
				m.add("the whole run in %s comes twice: %s and %s; leave one out", key, other, p.Name)
			} else {
				m.add("shard %s in %s comes twice: %s and %s; leave one out", shard, key, other, p.Name)
			}
			continue
		}
		where[index] = p.Name
	}
	var missing []string
	for i := 1; i <= count; i++ {
		if where[i] == "" {
			missing = append(missing, Shard{i, count}.String())
		}
	}
	switch len(missing) {
	case 0:
	case 1:
		m.add("shard %s in %s is missing; run it with -shard %s", missing[0], key, missing[0])
	default:
		m.add("shards %s in %s are missing; run them with -shard", strings.Join(missing, ", "), key)
	}
}

// records looks for results that come twice, and for those of another shard.
func (m *merger) records() {
	if len(m.problems) > 0 {
		return // they would follow from those
	}
	seen := map[key]string{}
	for _, p := range m.parts {
		for _, r := range p.Records {
			k := key{r.ID, r.Engine, r.Attempt}
			if other, twice := seen[k]; twice {
				m.add("%s in %s comes twice: %s and %s", r.ID, r.Engine, other, p.Name)
				continue
			}
			seen[k] = p.Name
			if shard := p.Run.shard(); !shard.Has(r.ID) {
				m.add("%s in %s, which is shard %s, belongs to another; run that shard again", r.ID, p.Name, shard)
			}
		}
	}
}

// common are the flags that all runs have, in the first one's order.
func common(runs []Run) []string {
	flags := slices.Clone(runs[0].Flags)
	return slices.DeleteFunc(flags, func(flag string) bool {
		return slices.ContainsFunc(runs, func(r Run) bool { return !slices.Contains(r.Flags, flag) })
	})
}

// MergeRuns joins runs: what took part is the union, Expected the sum, Started
// the earliest, Seconds the longest (shards run side by side), Version the
// first. No runs give the zero Run.
func MergeRuns(runs ...Run) Run {
	if len(runs) == 0 {
		return Run{}
	}
	merged := runs[0]
	for _, run := range runs[1:] {
		merged.Expected += run.Expected
		merged.Seconds = max(merged.Seconds, run.Seconds)
		if run.Started < merged.Started {
			merged.Started = run.Started
		}
		merged.Engines = union(merged.Engines, run.Engines, func(e Engine) string { return e.Key + "\x00" + e.Version })
		merged.Topology = union(merged.Topology, run.Topology, func(o Origin) string { return o.Name + "\x00" + o.Origin })
		merged.Topics = union(merged.Topics, run.Topics, func(t Topic) string { return t.Name })
		merged.Flags = union(merged.Flags, run.Flags, func(f string) string { return f })
	}
	return merged
}

func union[T any](a, b []T, id func(T) string) []T {
	joined := slices.Clone(a)
	for _, x := range b {
		if !slices.ContainsFunc(joined, func(y T) bool { return id(x) == id(y) }) {
			joined = append(joined, x)
		}
	}
	return joined
}
