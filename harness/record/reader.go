package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Read reads a results file, strictly: another schema, a line that is no
// record, an unknown verdict, the same result twice, a file that was cut short
// or that has another number of records than its run says are errors, which
// name the line (and the file, if r has a Name method as [os.File] has) and
// what to do. Fields that this version does not know are ignored.
//
// Shards are merged by concatenation: a further run's line begins the next
// part, and the run that is returned stands for all of them ([MergeRuns]).
func Read(r io.Reader) (Run, []Record, error) {
	p := parser{name: "results", seen: map[key]int{}}
	if named, ok := r.(interface{ Name() string }); ok {
		p.name = named.Name()
	}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		whole := err == nil
		if err != nil && !errors.Is(err, io.EOF) {
			return Run{}, nil, fmt.Errorf("record: read %s: %w", p.name, err)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			p.line++
			if err := p.take(line, whole); err != nil {
				return Run{}, nil, err
			}
		} else if whole {
			p.line++
			return Run{}, nil, p.errorf("an empty line, where a record was expected; is this a results.jsonl that corsproof run wrote?")
		}
		if !whole {
			break
		}
	}
	if len(p.runs) == 0 {
		p.line = 1
		return Run{}, nil, p.errorf("the file is empty; run corsproof run again")
	}
	if err := p.checkCount(); err != nil {
		return Run{}, nil, err
	}
	return MergeRuns(p.runs...), p.records, nil
}

// key is what may stand in a file once.
type key struct {
	id, engine string
	attempt    int
}

type parser struct {
	name    string
	line    int
	runs    []Run
	records []Record
	part    int // records of the last run so far
	seen    map[key]int
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("record: %s:%d: %s", p.name, p.line, fmt.Sprintf(format, args...))
}

func (p *parser) take(line []byte, whole bool) error {
	var kind struct {
		Schema *int `json:"schema"`
	}
	if err := json.Unmarshal(line, &kind); err != nil {
		if !whole {
			return p.errorf("the file ends inside this line: the run that wrote it was cut short; run it again")
		}
		return p.errorf("not a line of JSON (%v); is this a results.jsonl that corsproof run wrote?", err)
	}
	if kind.Schema != nil {
		return p.takeRun(line, *kind.Schema)
	}
	if len(p.runs) == 0 {
		return p.errorf("the first line must be the run, with its \"schema\"; is this a results.jsonl that corsproof run wrote?")
	}
	return p.takeRecord(line)
}

func (p *parser) takeRun(line []byte, schema int) error {
	if schema != Schema {
		return p.errorf("schema %d, and this corsproof reads schema %d; use the corsproof that wrote the file, or run again", schema, Schema)
	}
	if err := p.checkCount(); err != nil {
		return err
	}
	var run Run
	if err := json.Unmarshal(line, &run); err != nil {
		return p.errorf("not a run (%v)", err)
	}
	p.runs, p.part = append(p.runs, run), 0
	return nil
}

func (p *parser) takeRecord(line []byte) error {
	var r Record
	if err := json.Unmarshal(line, &r); err != nil {
		return p.errorf("not a record (%v)", err)
	}
	switch {
	case r.ID == "":
		return p.errorf("a record without an \"id\"")
	case r.Engine == "":
		return p.errorf("the record of %s has no \"engine\"", r.ID)
	case !slices.Contains(Verdicts, r.Verdict):
		return p.errorf("the record of %s has the verdict %q; known are %s", r.ID, r.Verdict, knownVerdicts())
	}
	k := key{r.ID, r.Engine, r.Attempt}
	if first, ok := p.seen[k]; ok {
		return p.errorf("%s in %s stands on line %d too; merge files of different shards only", r.ID, r.Engine, first)
	}
	p.seen[k] = p.line
	p.records = append(p.records, r)
	p.part++
	return nil
}

// checkCount holds the last run's Expected against what came.
func (p *parser) checkCount() error {
	if len(p.runs) == 0 {
		return nil
	}
	switch want := p.runs[len(p.runs)-1].Expected; {
	case p.part < want:
		return p.errorf("%d of %d records: the run that wrote them was cut short; run it again", p.part, want)
	case p.part > want:
		return p.errorf("%d records, and their run says %d; were two files joined without their first lines?", p.part, want)
	}
	return nil
}

func knownVerdicts() string {
	words := make([]string, len(Verdicts))
	for i, v := range Verdicts {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}

// MergeRuns joins the runs of several shards: what took part is the union,
// Expected the sum, Started the earliest, Seconds the longest (shards run side
// by side), Version the first. No runs give the zero Run.
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
