package harness

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"
)

// driveShared runs the cases that bear company: pages beside each other, so that
// none waits for what another waits for, each in a profile that no other is in
// meanwhile. The six connections that a profile has to a host go to what its
// browser finds most pressing: a picture on one page would get none while
// another page goes on to fetch.
func (s *session) driveShared(ctx context.Context, trials []*trial) error {
	visited := map[string]bool{} // the documents that cases of others come to
	for _, t := range trials {
		for i := range t.steps {
			if key := t.document(i).key(); key != t.document(0).key() {
				visited[key] = true
			}
		}
	}
	free := make(chan *profile, sharedOpen)
	free <- s.shared
	for range sharedOpen - 1 {
		free <- nil // is made when a page needs it
	}
	defer func() {
		for range sharedOpen {
			if profile := <-free; profile != nil && profile != s.shared {
				profile.close()
			}
		}
	}()
	pages, ctx := errgroup.WithContext(ctx)
	pages.SetLimit(sharedOpen)
	for _, page := range byDocument(batches(trials)) {
		pages.Go(func() (err error) {
			profile := <-free
			defer func() { free <- profile }()
			if profile == nil {
				if profile, err = s.newProfile(ctx); err != nil {
					return s.survive(ctx, err)
				}
			}
			if first := page[0][0].document(0); page[0][0].subject && !visited[first.key()] {
				// A policy has many strangers, and each open page costs time.
				defer profile.forget(first)
			}
			return s.drivePage(ctx, profile, page)
		})
	}
	return pages.Wait()
}

// driveHeld runs the cases that hold their connections, or go step by step. Those
// of one profile are few, since a host has six connections; each profile has its
// own.
func (s *session) driveHeld(ctx context.Context, trials []*trial) error {
	profiles, ctx := errgroup.WithContext(ctx)
	profiles.SetLimit(heldOpen)
	all := batches(trials)
	share := max(heldShare, (len(all)+heldOpen-1)/heldOpen)
	for part := range slices.Chunk(slices.Concat(byDocument(all)...), share) {
		profiles.Go(func() error {
			profile, err := s.newProfile(ctx)
			if err != nil {
				return s.survive(ctx, err)
			}
			defer profile.close()
			for _, page := range byDocument(part) {
				if err := s.drivePage(ctx, profile, page); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return profiles.Wait()
}

// drivePage runs batches of one document on its page, one after the other. While
// one runs, the one before gathers its evidence.
func (s *session) drivePage(ctx context.Context, profile *profile, batches [][]*trial) error {
	gathering, ctx := errgroup.WithContext(ctx)
	gathering.SetLimit(1)
	run := func(batch []*trial) error {
		if batch[0].lane == laneSteps {
			return s.driveSteps(ctx, profile, batch)
		}
		document := batch[0].document(0)
		page, err := profile.page(ctx, document)
		if s.elsewhere(err, batch) {
			return nil
		} else if err != nil {
			return err
		}
		running, err := s.runBatch(ctx, profile, page, batch)
		if err != nil {
			profile.forget(document)
			gathering.Go(func() error { return s.survive(ctx, s.rescue(ctx, running, err)) })
			return err
		}
		if batch[0].lane == laneHeld { // its twins hold connections too
			return s.settle(ctx, profile, page, running)
		}
		gathering.Go(func() error { return s.survive(ctx, s.settle(ctx, profile, page, running)) })
		return nil
	}
	for _, batch := range batches {
		if err := s.survive(ctx, run(batch)); err != nil {
			return errors.Join(err, gathering.Wait())
		}
	}
	return gathering.Wait()
}

// batches cuts trials into what may run together: same tab, same lane, not more
// than its size. The order within a tab is kept.
func batches(trials []*trial) [][]*trial {
	type key struct {
		document string
		lane     lane
	}
	var order []key
	groups := map[key][]*trial{}
	for _, t := range trials {
		k := key{t.document(0).key(), t.lane}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], t)
	}
	var out [][]*trial
	for _, k := range order {
		size := batchSize
		if k.lane != laneMain {
			size = heldSize
		}
		var batch []*trial
		cookies := 0
		frames := map[string]bool{}
		for _, t := range groups[k] {
			n, frame := len(t.bound.Steps[0].Cookies), t.document(0).frame()
			full := len(batch) == size || len(frames) == framesSize && !frames[frame]
			if full || len(batch) > 0 && n > 0 && cookies+n > cookiesSize {
				out, batch, cookies = append(out, batch), nil, 0
				clear(frames)
			}
			batch, cookies, frames[frame] = append(batch, t), cookies+n, true
		}
		out = append(out, batch)
	}
	return out
}

// byDocument groups batches by their document, in the order that they come.
func byDocument(batches [][]*trial) [][][]*trial {
	var out [][][]*trial
	at := map[string]int{}
	for _, batch := range batches {
		key := batch[0].document(0).key()
		i, found := at[key]
		if !found {
			i, at[key] = len(out), len(out)
			out = append(out, nil)
		}
		out[i] = append(out[i], batch)
	}
	return out
}
