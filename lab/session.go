package lab

import (
	"context"
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/servers"
)

// Limits of what the lab's pages may ask for.
const (
	sessionsMost = 64              // learners' pages at once; the one that was idle longest makes room
	runsMost     = 8               // of a session at once; the oldest ends
	runTime      = 3 * time.Minute // for a run, from its start
)

var validSession = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// sessions are the pages of learners that are open. What a learner makes the
// servers answer is the session's own: nobody else knows the paths.
type sessions struct {
	fleet     *servers.Fleet
	documents *servers.Documents

	mu   sync.Mutex
	list []*session // the one used last is last
}

// session is what one page of a learner does.
type session struct {
	id   string
	runs []*run // the oldest first
}

// run is one case on its way through a learner's browser.
type run struct {
	id      string
	session string
	named   string // its id in the catalogue; "" for a learner's own
	engine  string
	expires *time.Timer

	mu    sync.Mutex // of what its page sends
	guest *harness.Guest
}

func newSessions(fleet *servers.Fleet, documents *servers.Documents) *sessions {
	return &sessions{fleet: fleet, documents: documents}
}

// secret is a name that nobody guesses, in letters that a token may have.
func secret() string { return strings.ToLower(rand.Text()) }

// start arms a case for a session.
func (s *sessions) start(id string, r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.session = id
	own := s.of(id)
	if len(own.runs) == runsMost {
		s.end(own, own.runs[0])
	}
	own.runs = append(own.runs, r)
	s.fleet.Arm(r.guest.Token(), r.guest.Script())
	for i := range r.guest.Steps() {
		if _, document := r.guest.Page(i); document.Name() != "" {
			s.documents.Publish(document)
		}
	}
	r.expires = time.AfterFunc(runTime, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.end(own, r)
	})
}

// of is the session of that id, which is used now; s.mu is held.
func (s *sessions) of(id string) *session {
	own := &session{id: id}
	if i := slices.IndexFunc(s.list, func(other *session) bool { return other.id == id }); i >= 0 {
		own = s.list[i]
		s.list = slices.Delete(s.list, i, i+1)
	} else if len(s.list) == sessionsMost {
		idle := s.list[0]
		s.list = s.list[1:]
		for len(idle.runs) > 0 {
			s.end(idle, idle.runs[0])
		}
	}
	s.list = append(s.list, own)
	return own
}

// end forgets a run and what arrived of it; s.mu is held.
func (s *sessions) end(own *session, r *run) {
	i := slices.Index(own.runs, r)
	if i < 0 {
		return
	}
	own.runs = slices.Delete(own.runs, i, i+1)
	r.expires.Stop()
	s.fleet.Disarm(r.guest.Token())
}

// find is a run that goes on; nil when it has ended.
func (s *sessions) find(id string) *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, own := range s.list {
		for _, r := range own.runs {
			if r.id == id {
				return r
			}
		}
	}
	return nil
}

// finish ends a run.
func (s *sessions) finish(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(s.of(r.session), r)
}

// runs are those of a session that go on.
func (s *sessions) runs(id string) []*run {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, own := range s.list {
		if own.id == id {
			return slices.Clone(own.runs)
		}
	}
	return nil
}

func (s *sessions) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, own := range s.list {
		for len(own.runs) > 0 {
			s.end(own, own.runs[0])
		}
	}
}

// event is a request that has arrived, or its answer that is on its way.
type event struct {
	Run   string `json:"run"`
	Step  int    `json:"step"`
	Entry entry  `json:"entry"`
}

// follow calls back with what arrives for a session, each request as it comes and
// again when its answer is sent, until ctx is done or the callback fails.
func (s *sessions) follow(ctx context.Context, id string, tell func(event) error) error {
	type told struct {
		run string
		seq int64
	}
	known := map[told]bool{} // true when its answer has been told, too
	for {
		changed := s.fleet.Ledger().Changed()
		for _, r := range s.runs(id) {
			entries := s.fleet.Ledger().Case(r.guest.Token())
			for _, e := range entries {
				key := told{r.id, e.Seq}
				if answered, before := known[key]; before && (answered || e.Pending) {
					continue
				}
				known[key] = !e.Pending
				if err := tell(event{r.id, e.Step, entryOf(e, entries[0].Time)}); err != nil {
					return err
				}
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// dueTime bounds the wait for what a load that has ended still asks for.
const dueTime = 2 * time.Second

// await waits until what is due of a step has arrived and been answered, but not
// for long: what never comes is for the learner to see.
func (s *sessions) await(ctx context.Context, r *run, awaits func([]servers.Entry) bool) []servers.Entry {
	ctx, cancel := context.WithTimeout(ctx, dueTime)
	defer cancel()
	for {
		changed := s.fleet.Ledger().Changed()
		entries := s.fleet.Ledger().Case(r.guest.Token())
		if !awaits(entries) {
			return entries
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return entries
		}
	}
}
