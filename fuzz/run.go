package fuzz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Options say what to make and where to run it.
type Options struct {
	N       int
	From    int // the number of the first case; those of a seed begin with 0
	Seed    uint64
	Browser browser.Found
	// Without are switches to leave out of the engine's profile. What they
	// explain is then found.
	Without []oracle.Switch
	// Found is called for each finding when it is as small as it gets.
	Found func(*Finding)
	// Progress is called when the number of finished cases changes.
	Progress func(Progress)
	Log      func(format string, args ...any)
}

// Progress is how far a run is. Shrinking is how many disagreements are being
// made smaller; no further case is done while there are any.
type Progress struct {
	Done, Total, Disagree, Shrinking int
}

const (
	// batchSize is how many cases one browser runs, before a fresh one does.
	batchSize = 1000
	// perShape is how many disagreements of one shape are made small. The
	// others of it are counted.
	perShape = 4
)

// Run makes the cases of a seed, runs them, and makes what disagrees small.
// When ctx ends, what there is until then comes back with its error.
func Run(ctx context.Context, o Options) (Summary, error) {
	return newFuzzing(o).run(ctx)
}

// fuzzing is a run on its way.
type fuzzing struct {
	Options
	judge   judge
	summary Summary
	shaped  map[string][]*Finding // by the first of their shapes
	forms   map[string]*Finding   // by that and their skeleton
	now     Progress
}

func newFuzzing(o Options) *fuzzing {
	f := &fuzzing{Options: o, shaped: map[string][]*Finding{}, forms: map[string]*Finding{}, summary: newSummary(o.Seed)}
	f.now.Total = o.N
	f.judge = f.inBrowser
	return f
}

func (f *fuzzing) run(ctx context.Context) (Summary, error) {
	started := time.Now()
	err := f.batches(ctx)
	f.summary.Seconds = time.Since(started).Seconds()
	return f.summary, err
}

func (f *fuzzing) batches(ctx context.Context) error {
	end := f.From + f.N
	for first := f.From; first < end; first += batchSize {
		cases := make([]*Case, 0, batchSize)
		for number := first; number < min(first+batchSize, end); number++ {
			c, err := Generate(f.Seed, number)
			if err != nil {
				return fmt.Errorf("fuzz: case %d of seed %d is no scenario: %w", number, f.Seed, err)
			}
			cases = append(cases, c)
		}
		began := time.Now()
		records, err := f.judge(ctx, cases)
		f.summary.Running += time.Since(began).Seconds()
		var found []*shrinking
		for i, r := range records {
			f.summary.count(cases[i], r)
			if disagrees(r) {
				found = append(found, newShrinking(cases[i], r))
			}
		}
		if err = errors.Join(err, f.examine(ctx, found)); err != nil {
			return err
		}
	}
	return nil
}

// examine runs disagreements again, makes those small that come up again, and
// tells of each. It does so however it ends.
func (f *fuzzing) examine(ctx context.Context, found []*shrinking) error {
	f.now.Disagree += len(found)
	var news []*shrinking
	for _, s := range found {
		if known := f.shaped[s.wanted[0]]; len(known) >= perShape {
			last := known[len(known)-1]
			last.More = append(last.More, s.best.Name)
			continue
		}
		f.shaped[s.wanted[0]] = append(f.shaped[s.wanted[0]], s.Finding)
		news = append(news, s)
	}
	if len(news) == 0 {
		return nil
	}
	f.now.Shrinking = len(news)
	again, err := f.again(ctx, news)
	if err == nil {
		f.now.Shrinking = len(again)
		err = shrink(ctx, f.judge, again)
	}
	f.now.Shrinking = 0
	for _, s := range news {
		f.tell(s)
	}
	return err
}

// again runs disagreements once more and returns those that come up again.
func (f *fuzzing) again(ctx context.Context, found []*shrinking) ([]*shrinking, error) {
	cases := make([]*Case, len(found))
	for i, s := range found {
		cases[i] = s.best
	}
	records, err := f.judge(ctx, cases)
	if err != nil {
		return nil, err
	}
	var same []*shrinking
	for i, s := range found {
		if disagrees(records[i]) {
			same = append(same, s)
			s.wanted = append(s.wanted, shapes(records[i])...)
		} else {
			s.State = NotReproduced
		}
	}
	return same, nil
}

// tell says what a disagreement has come to, unless another has come to the
// same.
func (f *fuzzing) tell(s *shrinking) {
	s.describe()
	form := s.wanted[0] + skeleton(s.best.scenario)
	if same := f.forms[form]; same != nil && s.State == Small {
		same.More = append(append(same.More, s.Name), s.More...)
		shaped := f.shaped[s.wanted[0]]
		shaped[slices.Index(shaped, s.Finding)] = same
		return
	}
	f.forms[form] = s.Finding
	f.summary.Findings = append(f.summary.Findings, s.Finding)
	if f.Found != nil {
		f.Found(s.Finding)
	}
}

// progress tells how far the run is; done is what was before this browser.
func (f *fuzzing) progress(done int, p harness.Progress) {
	if f.Progress == nil {
		return
	}
	now := f.now
	if now.Done = done; now.Shrinking == 0 {
		now.Done, now.Disagree = done+p.Done, now.Disagree+p.Unexpected
	}
	f.Progress(now)
}

// inBrowser is the judge that there is when nobody brings another.
func (f *fuzzing) inBrowser(ctx context.Context, cases []*Case) ([]record.Record, error) {
	index := make(map[string]int, len(cases))
	permutations := make([]*scenarios.Permutation, len(cases))
	for i, c := range cases {
		index[c.permutation.ID], permutations[i] = i, c.permutation
	}
	records := make([]record.Record, len(cases))
	done := f.summary.Cases
	info, err := harness.Run(ctx, harness.Options{
		Permutations: permutations, Browsers: []browser.Found{f.Browser}, Without: f.Without, Log: f.Log,
		Record:   func(r record.Record) { records[index[r.ID]] = r },
		Progress: func(p harness.Progress) { f.progress(done, p) },
	})
	if len(info.Engines) > 0 {
		f.summary.Engine = info.Engines[0]
	}
	return records, err
}
