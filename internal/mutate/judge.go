package mutate

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"time"

	"golang.org/x/sync/errgroup"
)

// Judges run the program that says what becomes of mutants (package main in
// ./judge). One that dies, or falls silent, has died of the mutant that it was
// at; another takes over.
type Judges struct {
	Jobs int // at once
	// Every leaves out all mutants but each so-manieth; 1 leaves out none.
	Every int
	// Silence is how long one may take over a mutant, once it is at the first. It
	// is for loops that never ask package mutant.
	Silence time.Duration
	// Command starts a judge after a mutant; share is "I/K": each mutant whose
	// number, divided by K, leaves I.
	Command func(ctx context.Context, after int, share string) *exec.Cmd
}

// Run gives each of n mutants its fate, but for those that Every leaves out.
func (j Judges) Run(ctx context.Context, n int) ([]Fate, error) {
	fates := make([]Fate, n)
	group, ctx := errgroup.WithContext(ctx)
	for i := range j.Jobs {
		group.Go(func() error {
			for at, more := 0, true; more; {
				before := at
				var err error
				at, more, err = j.judge(ctx, at, fmt.Sprintf("%d/%d", i*j.Every, j.Jobs*j.Every), fates)
				if err != nil && at == before || ctx.Err() != nil {
					return err // it died of something else
				}
			}
			return nil
		})
	}
	return fates, group.Wait()
}

// judge runs one judge and returns the last mutant that it was at; more is true
// when there may be others after it.
func (j Judges) judge(ctx context.Context, after int, share string, fates []Fate) (at int, more bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := j.Command(ctx, after, share)
	out, err := c.StdoutPipe()
	if err != nil {
		return after, false, err
	}
	if err := c.Start(); err != nil {
		return after, false, err
	}
	var timer *time.Timer
	at = after
	open := false // a mutant has begun and has no fate
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if timer == nil {
			timer = time.AfterFunc(j.Silence, cancel)
			defer timer.Stop()
		}
		timer.Reset(j.Silence)
		var f Fate
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			return at, false, fmt.Errorf("mutate: the judge wrote %q: %w", lines.Text(), err)
		}
		open = f.By == Begins
		at, fates[f.N-1] = f.N, f
	}
	hung := ctx.Err() != nil
	err = c.Wait()
	if open {
		fates[at-1].By = Crash
		if hung {
			fates[at-1].By = Hang
		}
	}
	return at, err != nil, err
}
