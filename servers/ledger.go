package servers

import (
	"slices"
	"sync"
	"time"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Entry is one request that arrived and the reply it got.
//
// Strings are isomorphic: one character, one byte. A header value is what
// stands after the colon and the one space that clients write there; any other
// whitespace is kept. On HTTP/2 names are in lower case and sorted, because
// that is how its library hands them over.
type Entry struct {
	Seq       int64         // order of arrival, over all cases and origins
	Time      time.Duration // since the fleet started
	Token     string
	Hop       int
	Step      int           // the case's step that was active
	At        oracle.Origin // the origin that the request arrived at
	Method    string
	Target    string // the request-target
	Path      string // the same without the token
	Headers   oracle.Headers
	Body      []byte
	Preflight bool // OPTIONS with Access-Control-Request-Method
	// Retry is true when the browser sent an earlier request again that got no
	// reply, or 408 (Request Timeout), as browsers do on a connection that they
	// used before.
	Retry bool
	// Reply is what was sent, framing included. Its Status is 0 when nothing
	// was; its Body is cut at 64 KiB when a set-up sent it.
	Reply oracle.Reply
	// Pending is true until the reply, or the scenario's reset in its place,
	// begins to be sent: no client can know of it before.
	Pending bool
	// Failed says why the reply is not the case's: what went wrong between the
	// fleet and a set-up, or that nothing was armed. "" if nothing went wrong.
	Failed string

	cut bool // the connection was ended before the reply was all there
}

// Ledger is what arrived at a fleet, in order. Requests that carry no token are
// not in it: browsers phone home. It is safe for concurrent use.
type Ledger struct {
	start time.Time

	mu        sync.Mutex
	seq       int64
	cases     map[string]*caseLog
	sentinels map[sentinel]bool
	changed   chan struct{} // closed at the next change; nil while nobody waits
}

type caseLog struct {
	step    int
	entries []*Entry
}

type sentinel struct {
	id     string
	origin oracle.Origin
}

func newLedger() *Ledger {
	return &Ledger{
		start:     time.Now(),
		cases:     make(map[string]*caseLog),
		sentinels: make(map[sentinel]bool),
	}
}

// Case is every request of a case so far, in order of arrival.
func (l *Ledger) Case(token string) []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	log := l.cases[token]
	if log == nil {
		return nil
	}
	entries := make([]Entry, len(log.entries))
	for i, e := range log.entries {
		entries[i] = *e
	}
	return entries
}

// Changed is closed when the next request of a case arrives, or gets its answer.
func (l *Ledger) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.changed
}

// notify wakes whoever waits for a change; l.mu is held.
func (l *Ledger) notify() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// Sentinel reports whether the sentinel with that id arrived at origin.
func (l *Ledger) Sentinel(id string, origin oracle.Origin) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sentinels[sentinel{id, origin}]
}

func (l *Ledger) sentinelArrived(id string, origin oracle.Origin) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sentinels[sentinel{id, origin}] = true
}

// arrived enters a request whose head has been read.
func (l *Ledger) arrived(at oracle.Origin, a scenarios.Address, path string, h requestHead) *Entry {
	e := &Entry{
		Token: a.Token, Hop: a.Hop, At: at,
		Method: h.method, Target: h.target, Path: path, Headers: h.headers, Pending: true,
		Preflight: h.method == "OPTIONS" && has(h.headers, "Access-Control-Request-Method"),
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	log := l.log(a.Token)
	l.seq++
	e.Seq, e.Time, e.Step = l.seq, time.Since(l.start), log.step
	e.Retry = slices.ContainsFunc(log.entries, func(earlier *Entry) bool {
		return (earlier.cut || earlier.Reply.Status == 408) && earlier.Method == e.Method &&
			earlier.Target == e.Target && earlier.At == at && earlier.Step == e.Step
	})
	log.entries = append(log.entries, e)
	l.notify()
	return e
}

// update changes an entry that readers may be looking at.
func (l *Ledger) update(e *Entry, change func(*Entry)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(e)
	l.notify()
}

func (l *Ledger) setStep(token string, step int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log(token).step = step
}

func (l *Ledger) forget(token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.cases, token)
}

// log is the log of a case; l.mu is held.
func (l *Ledger) log(token string) *caseLog {
	log := l.cases[token]
	if log == nil {
		log = &caseLog{}
		l.cases[token] = log
	}
	return log
}
