// Package record is what a run writes, results.jsonl: first line the [Run],
// then one [Record] a permutation and engine. Every report is a pure function
// of it.
package record

import (
	"github.com/corsproof/corsproof/oracle"
)

// Schema is the version of the format. Readers refuse another.
const Schema = 1

// Verdict is the outcome of the three votes.
type Verdict string

const (
	Pass          Verdict = "pass"           // browser = standard = claim, and the wire matched
	Divergence    Verdict = "divergence"     // browser leaves the standard, explained by a switch or an expectation
	Unexpected    Verdict = "unexpected"     // browser differs and nothing explains it
	Stale         Verdict = "stale"          // a switch or an expectation whose case no longer differs
	Inconclusive  Verdict = "inconclusive"   // no evidence either way
	Error         Verdict = "error"          // the harness itself failed
	NotApplicable Verdict = "not-applicable" // this engine or topology cannot do it; Why says why
)

// Run is the first line of a results file.
type Run struct {
	Schema   int      `json:"schema"`
	Version  string   `json:"version"` // corsproof's own: module version and revision
	Started  string   `json:"started"` // RFC 3339
	Engines  []Engine `json:"engines"`
	Topology []Origin `json:"topology"` // the origins in use
	Topics   []Topic  `json:"topics,omitempty"`
	Flags    []string `json:"flags,omitempty"`
	// Selection names the permutations that were chosen, before a shard took
	// its part, as [Selection] does; Shard is nil for a run of them all.
	Selection string  `json:"selection,omitempty"`
	Shard     *Shard  `json:"shard,omitempty"`
	Expected  int     `json:"expected"` // how many records follow
	Seconds   float64 `json:"seconds,omitempty"`
}

// shard is the run's, or the whole.
func (r Run) shard() Shard {
	if r.Shard == nil {
		return Shard{}
	}
	return *r.Shard
}

// Topic is what a scenario file says about itself.
type Topic struct {
	Name  string `json:"name"`
	About string `json:"about,omitempty"`
	Spec  string `json:"spec,omitempty"`
}

// Engine is a browser that took part.
type Engine struct {
	Key     string            `json:"key"`  // chromium, chrome-headless-shell, firefox, webkit
	Name    string            `json:"name"` // as it names itself
	Version string            `json:"version"`
	Saw     map[string]string `json:"saw,omitempty"` // what the start-up probes saw
}

// Origin is a named origin of the topology.
type Origin struct {
	Name     string `json:"name"`
	Origin   string `json:"origin"`
	Relation string `json:"relation"` // to app: same origin, same site, cross site, ...
	Protocol string `json:"protocol"` // http/1.1 or h2
}

// Record is the result of one permutation in one engine.
type Record struct {
	ID string `json:"id"` // topic/id[/name]/via
	// Order is the permutation's place among those that were selected, from 1,
	// before a shard takes some. Reports keep this order, whatever the order in
	// which cases finished; equal orders sort by ID.
	Order   int     `json:"order,omitempty"`
	Topic   string  `json:"topic"`
	Title   string  `json:"title"`
	Why     string  `json:"why"`
	Spec    string  `json:"spec"`
	Via     string  `json:"via"`
	Engine  string  `json:"engine"`
	From    string  `json:"from"` // serialised origin, or the opaque origin's name
	To      string  `json:"to"`
	Source  string  `json:"source,omitempty"` // file:line of the scenario
	Verdict Verdict `json:"verdict"`
	// Problems says, one sentence each, what differed or what was missing.
	Problems []string `json:"problems,omitempty"`
	// Explained is the link of the switch or expectation of a divergence.
	Explained string  `json:"explained,omitempty"`
	Steps     []Step  `json:"steps"`             // one, or one for each of the scenario's steps
	Control   string  `json:"control,omitempty"` // what became of the permissive twin, or that none was needed
	MS        float64 `json:"ms"`
	Attempt   int     `json:"attempt"`
}

// Step is one request of a permutation with its three votes.
type Step struct {
	Request  Request     `json:"request"`
	Claim    Claim       `json:"claim"`
	Oracle   Predicted   `json:"oracle"`
	Profile  *Predicted  `json:"profile,omitempty"` // only where it differs from the standard's
	Observed Observation `json:"observed"`
}

// Request is what the page's script asked for, for people to read.
type Request struct {
	Method      string         `json:"method"`
	URL         string         `json:"url"` // without the case's token
	Via         string         `json:"via"`
	Mode        string         `json:"mode,omitempty"`
	Credentials string         `json:"credentials,omitempty"`
	Headers     oracle.Headers `json:"headers,omitempty"`
	Body        string         `json:"body,omitempty"`
	// Text is a scenario's request as one line of script or markup.
	Text string `json:"text,omitempty"`
	// Page says in words what document the script ran in; "" for a plain page.
	Page string `json:"page,omitempty"`
}

// Claim is the author's vote: only what the scenario states.
type Claim struct {
	Read      string   `json:"read"`
	Reason    string   `json:"reason,omitempty"`
	ServerSaw []string `json:"server-saw,omitempty"`
	// More are the other stated expectations as "key: value" lines.
	More []string `json:"more,omitempty"`
}

// Predicted is the oracle's vote.
type Predicted struct {
	Read   string               `json:"read"`
	Reason string               `json:"reason,omitempty"`
	Type   string               `json:"type,omitempty"`
	Status int                  `json:"status,omitempty"`
	Timing string               `json:"timing,omitempty"`
	Wire   []oracle.WireRequest `json:"wire"`
	Trace  []oracle.TraceStep   `json:"trace,omitempty"`
}

// Observation is the browser's vote: what the page saw, what the server saw,
// and the reason the browser gave.
type Observation struct {
	Read       string         `json:"read"`
	Reason     string         `json:"reason,omitempty"`
	Native     string         `json:"native,omitempty"` // the browser's own word for the reason
	Type       string         `json:"type,omitempty"`
	Status     int            `json:"status,omitempty"`
	URL        string         `json:"url,omitempty"`
	Redirected bool           `json:"redirected,omitempty"`
	Headers    oracle.Headers `json:"headers,omitempty"`
	Body       string         `json:"body,omitempty"`
	Error      string         `json:"error,omitempty"` // the exception or event script saw
	Muted      *bool          `json:"muted,omitempty"`
	Timing     string         `json:"timing,omitempty"` // what Resource Timing showed, if that was asked
	Wire       []Exchange     `json:"wire"`
}

// Exchange is one request of the ledger and the reply it got, as bytes on the
// connection had it.
type Exchange struct {
	At           string         `json:"at"` // serialised origin
	Method       string         `json:"method"`
	Path         string         `json:"path"` // without the case's token
	Headers      oracle.Headers `json:"headers"`
	Body         string         `json:"body,omitempty"`
	Preflight    bool           `json:"preflight,omitempty"`
	Retry        bool           `json:"retry,omitempty"`
	Status       int            `json:"status,omitempty"` // 0: no reply was sent
	Broken       bool           `json:"broken,omitempty"` // the connection ended within the reply
	ReplyHeaders oracle.Headers `json:"reply-headers,omitempty"`
	ReplyBody    string         `json:"reply-body,omitempty"`
	MS           float64        `json:"ms"` // since the first request of the case
}
