package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/servers"
)

// The causes of robustness.
const (
	rawDead      = "dead"      // the server has gone
	rawHang      = "hang"      // it does not answer
	rawPanic     = "panic"     // it ends the connection without an answer
	rawError     = "error"     // it answers with an error of its own
	rawSlow      = "slow"      // it takes longer than the length of the input can explain
	rawSplitting = "splitting" // the input writes header lines of the response
	rawDeceived  = "deceived"  // the input has it allow an origin that it refuses
	rawVary      = "vary"      // the input takes Origin out of Vary
)

// RawResult is harm that a request did which no browser can send.
type RawResult struct {
	Cause    string
	Endpoint string
	Origin   string
	Happened string          // one sentence
	Wire     record.Exchange // long values cut
	Curl     string
}

// rawTime is how long one reply may take, unless a test has less patience.
const rawTime = 5 * time.Second

// rawStranger is an origin that no policy allows.
const rawStranger = "https://stranger.corsproof.test"

// marker is the header line that a split response would have.
const marker = "X-Corsproof-Split"

// varyMarker is a header that no server's answer depends on.
const varyMarker = "X-Corsproof-Vary"

// rawProbe is one request that no browser can send.
type rawProbe struct {
	about   string // what is odd about it
	method  string
	target  string
	headers oracle.Headers
	curl    []string // its header lines for a shell; nil: as they are
	// plain is true where HTTP allows every byte and no length is remarkable:
	// nobody has a reason to refuse it by ending the connection, or to fail.
	plain bool
	// never is an origin that is refused when it asks alone.
	never string
	// varies is true where the request has a header Vary of its own.
	varies bool
}

// raw sends the requests that no browser can, and says what harm they did. It
// stops at the first after which the target is gone or hangs.
type raw struct {
	*asker
	path   string
	origin string // one that the policy allows
	method string
	header string
	// fails is true where the server fails already by what browsers send: odd
	// headers then need not be why.
	fails bool
	// hangsUp is true where the server ends the connection of whoever it does not
	// know: an origin that is none is not why.
	hangsUp bool
	// patience is how long one reply may take; now is the clock that times it.
	patience time.Duration
	now      func() time.Time
}

// raw is the attack on a running target.
func (o Options) raw(r *running) (*raw, error) {
	public, err := o.Target.Origin(o.Policy)
	if err != nil {
		return nil, err
	}
	a := &raw{asker: &asker{running: r, public: public}, method: "PUT", header: "x-corsproof", patience: rawTime, now: time.Now}
	if len(o.Policy.Methods) > 0 {
		a.method = o.Policy.Methods[0]
	}
	for _, name := range o.Policy.RequestHeaders {
		if name != "*" {
			a.header = strings.ToLower(name)
			break
		}
	}
	return a, nil
}

// attack asks the target what no browser can ask, beside one declared probe. It is
// not asked where it has gone before, or the policy lets nobody in.
func (a *raw) attack(ctx context.Context, probes []policy.Probe) (harm []RawResult, asked bool, err error) {
	if a.gone(ctx) != nil {
		return nil, false, ctx.Err() // the probes have said so
	}
	if !a.settle(ctx, probes) {
		return nil, false, ctx.Err() // there is nothing that could be taken in
	}
	stranger, _ := a.send(ctx, a.with("GET", "", "Origin", rawStranger))
	a.hangsUp = stranger.Reply.Abort == "before-headers"
	for _, p := range a.probes() {
		cause, happened := a.judge(ctx, p)
		if cause != "" && cause != rawDead {
			// Once is an accident.
			if again, _ := a.judge(ctx, p); again != cause && again != rawDead {
				cause = ""
			}
		}
		if err := a.gone(ctx); err != nil && ctx.Err() == nil {
			cause, happened = rawDead, fmt.Sprintf("The server is gone: %v", err)
		}
		if cause != "" {
			harm = append(harm, a.result(p, cause, happened))
		}
		if cause == rawDead || cause == rawHang || ctx.Err() != nil {
			return harm, true, ctx.Err()
		}
	}
	slow, err := a.slow(ctx)
	return append(harm, slow...), true, err
}

// disguised is true for a probe whose Origin is not, or not only, one that the
// policy allows.
func (p rawProbe) disguised(allowed string) bool {
	return !slices.Equal(p.headers.Values("Origin"), []string{allowed})
}

// settle chooses the endpoint: one at which the server does not fail anyway, if
// there is one. It is false where the policy lets nobody ask.
func (a *raw) settle(ctx context.Context, probes []policy.Probe) bool {
	const most = 5 // endpoints to look at
	seen := map[string]bool{}
	for _, p := range probes {
		if p.Who != policy.Declared || seen[p.Endpoint] || len(seen) == most {
			continue
		}
		seen[p.Endpoint] = true
		a.path, a.origin = p.Endpoint, p.Origin
		bare := a.usual("OPTIONS")
		bare.headers = bare.headers[:1]
		if a.fails = !a.bears(ctx, a.usual("OPTIONS"), a.usual("GET"), bare); !a.fails {
			return true
		}
	}
	return len(seen) > 0
}

// bears says whether the server answers requests, and none with an error of its own.
func (a *raw) bears(ctx context.Context, probes ...rawProbe) bool {
	for _, p := range probes {
		if heard, err := a.send(ctx, p); err != nil || heard.Reply.Status >= 500 {
			return false
		}
	}
	return true
}

// usual is a request as a browser sends it.
func (a *raw) usual(method string) rawProbe {
	p := rawProbe{method: method, target: a.path, plain: true, headers: oracle.Headers{{Name: "Origin", Value: a.origin}}}
	if method == "OPTIONS" {
		p.headers = append(p.headers, oracle.Header{Name: "Access-Control-Request-Method", Value: a.method},
			oracle.Header{Name: "Access-Control-Request-Headers", Value: a.header})
	}
	return p
}

// with is the usual request with other values of a header.
func (a *raw) with(method, about, name string, values ...string) rawProbe {
	p := a.usual(method)
	p.about = about
	p.headers = slices.DeleteFunc(p.headers, func(h oracle.Header) bool { return h.Name == name })
	for _, v := range values {
		p.headers = append(p.headers, oracle.Header{Name: name, Value: v})
	}
	return p
}

// send sends a probe on a connection of its own.
func (a *raw) send(ctx context.Context, p rawProbe) (servers.Heard, error) {
	if err := a.pace.wait(ctx); err != nil {
		return servers.Heard{}, err
	}
	return a.sendNow(ctx, p)
}

// sendNow does so whatever the target's rate.
func (a *raw) sendNow(ctx context.Context, p rawProbe) (servers.Heard, error) {
	conn, err := a.dial(ctx)
	if err != nil {
		return servers.Heard{}, err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, a.patience)
	defer cancel()
	host := strings.TrimPrefix(a.public.String(), a.public.Scheme+"://")
	headers := append(oracle.Headers{{Name: "Host", Value: host}, {Name: "Accept", Value: "*/*"}, {Name: "User-Agent", Value: userAgent}}, p.headers...)
	heard, err := servers.Ask(ctx, conn, p.method, servers.RequestBytes(p.method, p.target, headers, nil))
	if err == nil {
		return heard, nil
	}
	if ctx.Err() != nil {
		return heard, context.DeadlineExceeded
	}
	return heard, err
}

// judge sends a probe and says what harm it did; "" for none.
func (a *raw) judge(ctx context.Context, p rawProbe) (cause, happened string) {
	heard, err := a.send(ctx, p)
	status := heard.Reply.Status
	switch {
	case splits(heard):
		return rawSplitting, fmt.Sprintf("The response has a header line that the request wrote: %s.", marker)
	case ctx.Err() != nil:
		return "", ""
	case errors.Is(err, context.DeadlineExceeded) && !a.fails:
		return rawHang, fmt.Sprintf("The server gives no answer within %v.", a.patience)
	case err != nil && heard.Reply.Abort == "before-headers" && p.plain && !a.fails && !(a.hangsUp && p.disguised(a.origin)):
		return rawPanic, "The server ends the connection without an answer."
	case status >= 500 && p.plain && !a.fails:
		return rawError, fmt.Sprintf("The server answers %d.", status)
	case p.never != "" && a.allows(heard, p.never):
		if alone, err := a.send(ctx, a.with("GET", "", "Origin", p.never)); err != nil || a.allows(alone, p.never) {
			return "", ""
		}
		return rawDeceived, fmt.Sprintf("The server allows %s, which it refuses when it asks alone.", p.never)
	case p.varies && says(heard, varyMarker) && !variesByOrigin(exchangeOf(heard)):
		usual, err := a.send(ctx, a.usual("GET"))
		if e := exchangeOf(usual); err != nil || !storable(e) || !variesByOrigin(e) {
			return "", ""
		}
		return rawVary, "The server answers with the request's Vary, where it says Vary: Origin otherwise: a shared cache then gives everybody what is one's."
	}
	return "", ""
}

// allows is true for a response that lets an origin read.
func (a *raw) allows(heard servers.Heard, origin string) bool {
	return slices.Equal(heard.Reply.Headers.Values("Access-Control-Allow-Origin"), []string{origin})
}

// says is true for a response whose Vary names a header.
func says(heard servers.Heard, name string) bool {
	return slices.ContainsFunc(heard.Reply.Headers.SplitValues("Vary"), func(v string) bool { return strings.EqualFold(v, name) })
}

// exchangeOf is a reply as a record has it.
func exchangeOf(heard servers.Heard) record.Exchange {
	return record.Exchange{Status: heard.Reply.Status, ReplyHeaders: heard.Reply.Headers}
}

// splits is true for a response with a line that stood in the request: a header
// line of its own, behind a bare CR, which some clients take for a line's end, or
// in what comes after the response. A line that begins with a space or a tab goes
// on with the one before it, and is none of its own.
func splits(heard servers.Heard) bool {
	for _, h := range heard.Reply.Headers {
		if strings.EqualFold(strings.TrimRight(h.Name, " \t"), marker) || strings.Contains(h.Value, "\r"+marker) {
			return true
		}
	}
	return bytes.Contains(heard.Surplus, []byte(marker))
}

func (a *raw) result(p rawProbe, cause, happened string) RawResult {
	e := record.Exchange{At: a.public.String(), Method: p.method, Path: p.target, Preflight: p.method == "OPTIONS"}
	for _, h := range p.headers {
		if len(h.Value) > 120 {
			h.Value = fmt.Sprintf("%s... (%d bytes)", h.Value[:100], len(h.Value))
		}
		e.Headers = append(e.Headers, h)
	}
	return RawResult{Cause: cause, Endpoint: a.path, Origin: a.origin, Happened: p.about + ": " + happened, Wire: e, Curl: a.curl(p)}
}
