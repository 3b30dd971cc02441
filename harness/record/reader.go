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
// A further run's line begins the next part, and the run that is returned
// stands for all of them ([MergeRuns]).
func Read(r io.Reader) (Run, []Record, error) {
	parts, err := ReadParts(r)
	if err != nil {
		return Run{}, nil, err
	}
	runs := make([]Run, len(parts))
	var records []Record
	for i, p := range parts {
		runs[i] = p.Run
		records = append(records, p.Records...)
	}
	return MergeRuns(runs...), records, nil
}

// ReadParts reads a results file as Read does, and keeps its parts apart. There
// is at least one.
func ReadParts(r io.Reader) ([]Part, error) {
	p := parser{name: "results", seen: map[key]int{}}
	if named, ok := r.(interface{ Name() string }); ok {
		p.name = named.Name()
	}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		whole := err == nil
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("record: read %s: %w", p.name, err)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			p.line++
			if err := p.take(line, whole); err != nil {
				return nil, err
			}
		} else if whole {
			p.line++
			return nil, p.errorf("an empty line, where a record was expected; is this a results.jsonl that corsproof run wrote?")
		}
		if !whole {
			break
		}
	}
	if len(p.parts) == 0 {
		p.line = 1
		return nil, p.errorf("the file is empty; run corsproof run again")
	}
	return p.parts, p.checkCount()
}

// key is what may stand in a file once.
type key struct {
	id, engine string
	attempt    int
}

type parser struct {
	name  string
	line  int
	parts []Part
	seen  map[key]int
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
	if len(p.parts) == 0 {
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
	if run.Shard != nil && !run.Shard.valid() {
		return p.errorf("there is no shard %s", *run.Shard)
	}
	p.parts = append(p.parts, Part{Name: p.name, Run: run})
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
	last := &p.parts[len(p.parts)-1]
	last.Records = append(last.Records, r)
	return nil
}

// checkCount holds the last run's Expected against what came.
func (p *parser) checkCount() error {
	if len(p.parts) == 0 {
		return nil
	}
	last := p.parts[len(p.parts)-1]
	switch have, want := len(last.Records), last.Run.Expected; {
	case have < want:
		return p.errorf("%d of %d records: the run that wrote them was cut short; run it again", have, want)
	case have > want:
		return p.errorf("%d records, and their run says %d; were two files joined without their first lines?", have, want)
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
