package scenarios

import (
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// stepParts are the keys of an item of `steps`.
type stepParts struct {
	request, server, cookies, expect *node
	page                             *node // a document of its own
	wait                             time.Duration
	fresh                            bool
}

var stepFields = []field[stepParts]{
	{"request", func(d *decoder, n *node, p *stepParts) { p.request = n }},
	{"server", func(d *decoder, n *node, p *stepParts) { p.server = n }},
	{"cookies", func(d *decoder, n *node, p *stepParts) { p.cookies = n }},
	{"expect", func(d *decoder, n *node, p *stepParts) { p.expect = n }},
	{"wait", func(d *decoder, n *node, p *stepParts) { p.wait = d.wait(n) }},
	{"page", func(d *decoder, n *node, p *stepParts) {
		if n.Kind == tree.Mapping {
			p.page = n
			return
		}
		p.fresh = word(d, n, pages) == "fresh"
	}},
}

// DefaultVia is the way to load of a scenario that names none.
const DefaultVia oracle.Via = "fetch"

// steps reads a scenario's requests: one made of the scenario's own keys, or
// the items of `steps`, each laid over those keys. It gives the scenario's
// ways to load too.
func (r *reader) steps(where *node, parts *scenarioParts) ([]Step, []oracle.Via) {
	page := r.page(parts.page)
	vias := r.vias(parts.request)
	if parts.steps == nil {
		own := stepParts{request: parts.request, server: parts.server, cookies: parts.cookies, expect: parts.expect}
		step := r.step(where, own, page)
		if parts.expect == nil {
			r.missing(where, "expect", "the claim, such as `expect: {read: blocked}`")
		}
		if len(vias) == 0 {
			vias = []oracle.Via{DefaultVia}
		}
		return []Step{step}, vias
	}
	var steps []Step
	claimed := false
	fixed := DefaultVia
	for i, item := range parts.steps.Items {
		var own stepParts
		if !readMapping(&r.decoder, item, stepFields, &own) {
			continue
		}
		via := r.stepVia(own.request)
		own.request = merge(withoutVia(parts.request), own.request)
		own.server = merge(parts.server, own.server)
		own.expect = merge(parts.expect, own.expect)
		step := r.step(item, own, page)
		if own.page != nil {
			step.Page = r.page(merge(parts.page, own.page))
		}
		step.Request.Via, step.Wait, step.Fresh = via, own.wait, own.fresh
		if i == 0 && parts.cookies != nil {
			step.Cookies = append(r.cookies(parts.cookies), step.Cookies...)
		}
		claimed = claimed || own.expect != nil
		if via != "" {
			fixed = via
		}
		steps = append(steps, step)
	}
	r.oneKindOfServer(steps)
	if !claimed {
		r.missing(where, "expect", "the claim of one step at least, such as `expect: {read: blocked}`")
	}
	if len(vias) == 0 {
		vias = []oracle.Via{fixed}
	}
	return steps, vias
}

func (r *reader) page(n *node) *Page {
	if n == nil {
		return nil
	}
	page := &Page{}
	readMapping(&r.decoder, n, pageFields, page)
	return page
}

// oneKindOfServer refuses literal replies beside a set-up: their URLs differ.
func (r *reader) oneKindOfServer(steps []Step) {
	for _, step := range steps {
		if !r.partial && (step.Server.SetUp == nil) != (steps[0].Server.SetUp == nil) {
			r.Add(step.Pos, Contradiction, "a set-up in one step and literal replies in another", "one kind of server in a scenario")
			return
		}
	}
}

func withoutVia(n *node) *node {
	if n == nil || n.Kind != tree.Mapping {
		return n
	}
	return without(n, "via")
}

// stepVia is the way to load that a step fixes for itself.
func (r *reader) stepVia(request *node) oracle.Via {
	n := request.Get("via")
	if n == nil {
		return ""
	}
	if n.Kind != tree.Scalar {
		r.Wrong(n, "one way to load (the scenario's own `request` may have a list)")
		return ""
	}
	return r.via(n)
}

func (r *reader) step(where *node, parts stepParts, page *Page) Step {
	step := Step{Pos: where.Pos, Page: page}
	r.resources = map[string]bool{}
	if resources := parts.server.Get("resources"); resources != nil {
		for _, e := range resources.Entries {
			r.resources[e.Key] = true
		}
	}
	to := parts.request.Get("to")
	r.dataURL = to != nil && to.Text == "data:"
	if parts.request == nil {
		r.missing(where, "request", "the request that the page makes")
	} else if step.requestPos = parts.request.Pos; readMapping(&r.decoder, parts.request, requestFields, &step.Request) {
		if parts.request.Get("to") == nil {
			r.missing(parts.request, "to", "the origin that the request goes to")
		}
	}
	if step.Request.From == "" {
		step.Request.From = Named[0].Name
	}
	if step.Request.Path == "" {
		step.Request.Path = "/"
	}
	if parts.cookies != nil {
		step.Cookies = r.cookies(parts.cookies)
	}
	if parts.server != nil && readMapping(&r.decoder, parts.server, serverFields, &step.Server) {
		r.exclusive(parts.server, "server")
	}
	if parts.expect != nil {
		step.Expect = r.expect(parts.expect)
	}
	if !r.partial {
		r.check(&step, parts)
	}
	return step
}

// check looks at what no single key shows.
func (r *reader) check(step *Step, parts stepParts) {
	if e := step.Expect; e.Reason != "" && e.Read == oracle.Allowed {
		r.Add(parts.expect.Get("reason").Pos, Contradiction, "a reason beside `read: "+string(e.Read)+"`", "a reason only where something stands in the way")
	}
	if n := parts.request.Get("integrity"); n != nil && step.Server.SetUp != nil && ownDigest.MatchString(step.Request.Integrity) {
		r.Add(n.Pos, Contradiction, "a placeholder for the hash of what a set-up answers", "the hash itself: nobody knows the body before the run")
	}
	r.resourcesOverH2(step, parts.server.Get("resources"))
	if to := step.Request.To; strings.HasSuffix(to, ":") {
		for _, key := range []string{"preflight", "redirects", "set-up"} {
			if n := parts.server.Get(key); n != nil {
				r.Add(n.Pos, Contradiction, "`"+key+"` for a request to "+to, "no server: nothing goes over the wire")
			}
		}
		return
	}
	c := newChain(step)
	for hop := range c {
		if c[hop].anywhere || protocolOf(c[hop].at) != H2 {
			continue
		}
		preflight, at := step.Server.Preflight, parts.server.Get("preflight")
		if hop > 0 && step.Server.Redirects[hop-1].Preflight != nil {
			preflight = step.Server.Redirects[hop-1].Preflight
			at = parts.server.Get("redirects").Items[hop-1].Get("preflight")
		}
		if preflight != nil {
			r.overH2(at, *preflight)
		}
		if hop < len(step.Server.Redirects) {
			r.linesOverH2(step.Server.Redirects[hop].Headers)
		} else {
			r.overH2(parts.server.Get("response"), step.Server.Response)
		}
	}
}

func (r *reader) resourcesOverH2(step *Step, resources *node) {
	for _, name := range sortedKeys(step.Server.Resources) {
		resource, n := step.Server.Resources[name], resources.Get(name)
		if protocolOf(resource.origin(step)) != H2 {
			continue
		}
		r.overH2(n, resource.Reply)
		if resource.Preflight != nil {
			r.overH2(n.Get("preflight"), *resource.Preflight)
		}
	}
}

// overH2 refuses what a framed protocol cannot say.
func (r *reader) overH2(n *node, reply Reply) {
	for _, key := range []string{"raw", "abort", "status-text"} {
		if v := n.Get(key); v != nil {
			r.Add(v.Pos, Contradiction, "`"+key+"` from a server that speaks HTTP/2", "a server that speaks HTTP/1.1")
		}
	}
	r.linesOverH2(reply.Headers)
}

var connectionHeaders = set("connection keep-alive proxy-connection transfer-encoding upgrade")

func (r *reader) linesOverH2(lines Lines) {
	for _, line := range lines {
		value := line.Value.source
		switch {
		case connectionHeaders[strings.ToLower(line.Name)]:
			r.Add(line.Pos, Contradiction, line.Name+" from a server that speaks HTTP/2", "no header of the connection, or a server that speaks HTTP/1.1")
		case strings.TrimSpace(value) != value, strings.IndexFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) >= 0:
			r.Add(line.Pos, Contradiction, "a malformed value of "+line.Name+" from a server that speaks HTTP/2", "a value without control characters and outer spaces, or a server that speaks HTTP/1.1")
		}
	}
}
