package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// offlineOpen is how many probes ask the target at once, without a browser.
const offlineOpen = 8

// replyTime is how long one reply may take.
const replyTime = 10 * time.Second

// ask puts the probes to the target.
func (o Options) ask(ctx context.Context, r *running, probes []policy.Probe) (outcome, error) {
	public, err := o.Target.Origin(o.Policy)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{
		results: make([]Result, len(probes)),
		engines: []record.Engine{{Key: harness.OfflineEngine, Name: "the Fetch Standard's algorithm", Version: "without a browser"}},
	}
	asker := &asker{running: r, public: public}
	defer asker.close()
	var group errgroup.Group
	group.SetLimit(offlineOpen)
	for i, p := range probes {
		group.Go(func() error {
			out.results[i] = Result{Probe: p, Record: harness.Offline(p.Permutation, i+1, func(request oracle.Request, w oracle.WireRequest) (servers.Entry, error) {
				return asker.ask(ctx, request, w)
			})}
			return ctx.Err()
		})
	}
	return out, group.Wait()
}

// asker asks the target what the oracle wants to know.
type asker struct {
	*running
	public oracle.Origin

	mu   sync.Mutex
	idle []net.Conn
}

// ask sends a request as a browser would, and gives it as the ledger would have it.
func (a *asker) ask(ctx context.Context, request oracle.Request, w oracle.WireRequest) (servers.Entry, error) {
	at, target, err := locate(w.URL)
	if err != nil {
		return servers.Entry{}, err
	}
	if at != a.public {
		return servers.Entry{}, fmt.Errorf("a redirect leads to %s, which is another server: what that says is not known", w.URL)
	}
	e := servers.Entry{
		At: at, Method: w.Method, Target: target, Path: target, Body: w.Body, Preflight: w.Preflight,
		Headers: headersOf(request, w, at, target),
	}
	heard, err := a.exchange(ctx, w.Method, e)
	e.Reply = heard.Reply
	e.Reply.HTTP1 = true
	if err != nil && ctx.Err() == nil {
		if heard.Reply.Abort == "" && !heard.Reply.NotHTTP {
			return e, fmt.Errorf("the target: %w", err)
		}
		if dead := a.gone(ctx); dead != nil {
			return e, fmt.Errorf("the target: %w", errors.Join(err, dead))
		}
		err = nil // that was its answer
	}
	return e, err
}

// gone says why the target is not there any more; nil if it takes connections.
func (a *asker) gone(ctx context.Context) error {
	if err := a.Alive(); err != nil {
		return err
	}
	conn, err := a.dial(ctx)
	if err != nil {
		return err
	}
	return conn.Close()
}

// exchange sends a request on an idle connection, or on a new one where there is
// none, or where the target has ended that: browsers do the same.
func (a *asker) exchange(ctx context.Context, method string, e servers.Entry) (servers.Heard, error) {
	raw := servers.RequestBytes(e.Method, e.Target, e.Headers, e.Body)
	if err := a.pace.wait(ctx); err != nil {
		return servers.Heard{}, err
	}
	if conn := a.take(); conn != nil {
		heard, err := a.on(ctx, conn, method, raw)
		if heard.Reply.Abort != "before-headers" {
			return heard, err
		}
	}
	conn, err := a.dial(ctx)
	if err != nil {
		return servers.Heard{}, err
	}
	return a.on(ctx, conn, method, raw)
}

// on sends a request on a connection, which is idle again afterwards, or closed.
// Where a rate is to be kept, each request has a connection of its own: what is
// sent once more, because the target has ended an idle one, would be one too many.
func (a *asker) on(ctx context.Context, conn net.Conn, method string, raw []byte) (servers.Heard, error) {
	ctx, cancel := context.WithTimeout(ctx, replyTime)
	defer cancel()
	heard, err := servers.Ask(ctx, conn, method, raw)
	if err != nil || !heard.Open || a.pace.every > 0 {
		conn.Close()
		return heard, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.idle = append(a.idle, conn)
	return heard, nil
}

func (a *asker) take() net.Conn {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.idle) == 0 {
		return nil
	}
	conn := a.idle[len(a.idle)-1]
	a.idle = a.idle[:len(a.idle)-1]
	return conn
}

func (a *asker) close() {
	for _, conn := range a.idle {
		conn.Close()
	}
}

// locate splits a URL into the origin that it is at and the request-target.
func locate(url string) (oracle.Origin, string, error) {
	url = scenarios.StripToken(url)
	scheme, rest, _ := strings.Cut(url, "://")
	authority, target := rest, "/"
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, target = rest[:i], rest[i:]
	}
	if target[0] != '/' {
		target = "/" + target
	}
	target, _, _ = strings.Cut(target, "#")
	at, _, err := scenarios.ResolveOrigin(scheme + "://" + authority)
	if err != nil {
		return at, "", fmt.Errorf("a request to %s: %w", url, err)
	}
	return at, target, nil
}

// headersOf are the header lines of a request as Chromium sends them: those of
// the script and the protocol, and those that it adds.
func headersOf(request oracle.Request, w oracle.WireRequest, at oracle.Origin, target string) oracle.Headers {
	var out oracle.Headers
	add := func(name, value string) {
		if value != "" && !w.Headers.Has(name) {
			out = append(out, oracle.Header{Name: name, Value: value})
		}
	}
	add("Host", strings.TrimPrefix(at.String(), at.Scheme+"://"))
	add("Connection", "keep-alive")
	if len(w.Body) > 0 || w.Method != "GET" && w.Method != "HEAD" && w.Method != "OPTIONS" && w.Method != "DELETE" {
		add("Content-Length", strconv.Itoa(len(w.Body)))
	}
	add("Accept", "*/*")
	add("Access-Control-Request-Method", w.RequestMethod)
	add("Access-Control-Request-Headers", w.RequestHeaders)
	add("User-Agent", userAgent)
	add("Origin", w.Origin)
	out = append(out, w.Headers...)
	client := request.Client.Origin()
	if at.IsPotentiallyTrustworthy() {
		site, mode, dest := fetchMetadata(request, at)
		add("Sec-Fetch-Site", site)
		add("Sec-Fetch-Mode", mode)
		add("Sec-Fetch-Dest", dest)
	}
	switch {
	case request.Client.Opaque, client.Scheme == "https" && !at.IsPotentiallyTrustworthy():
	case client == at:
		add("Referer", client.String()+scenarios.Reserved+"page.html")
	default:
		add("Referer", client.String()+"/")
	}
	add("Accept-Encoding", "gzip, deflate, br, zstd")
	add("Accept-Language", "en-US,en;q=0.9")
	add("Cookie", w.Cookie)
	return out
}

// userAgent is a browser's: some servers answer nobody else.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"

// fetchMetadata are the values of Sec-Fetch-Site, -Mode and -Dest.
//
// https://w3c.github.io/webappsec-fetch-metadata/
func fetchMetadata(request oracle.Request, at oracle.Origin) (site, mode, dest string) {
	site = "cross-site"
	switch client := request.Client.Origin(); {
	case oracle.SameOrigin(client, at):
		site = "same-origin"
	case oracle.SameSite(client, at):
		site = "same-site"
	}
	mode, dest = "cors", "empty"
	for _, way := range oracle.Ways() {
		if way.Via != request.Via {
			continue
		}
		if len(way.Settings) > 0 {
			mode = way.Settings[0].Mode
		}
		if way.Destination != "" {
			dest = way.Destination
		}
	}
	if request.Mode != "" {
		mode = request.Mode
	}
	return site, mode, dest
}
