package harness

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// A control is the permissive twin of a step that was blocked: the same load,
// from the same page to the same server, with replies that allow it. When the
// twin gets through, the policy is what blocked the step, and not a dead
// server, a closed port or a broken probe.

// controlOf gives the twin of a permutation's step as a permutation of its own.
// Where not even permissive replies can let the load through (a redirect with
// userinfo, mode same-origin), the twin drops what stands in the way, one thing
// at a time, and stays as close as the oracle says it can.
func controlOf(p *scenarios.Permutation, step int, predict func(*scenarios.Permutation) (oracle.Prediction, error)) (*scenarios.Permutation, error) {
	twin := p.Steps[step]
	twin.Expect = scenarios.Expect{}
	twin.Cookies = nil
	twin.Wait = 0
	twin.Request.Integrity = "" // of a body that the twin has not
	twin.Server = permissive(twin.Server)
	simplify := []func(*scenarios.Step){
		func(*scenarios.Step) {},
		func(s *scenarios.Step) { s.Server.Resources, s.Server.Response.Body = nil, nil },
		func(s *scenarios.Step) { s.Server.Redirects = withoutUserinfo(s.Server.Redirects) },
		func(s *scenarios.Step) { s.Server.Redirects = nil },
		func(s *scenarios.Step) { s.Request.Userinfo = "" },
		func(s *scenarios.Step) { s.Request.Redirect = "" },
		func(s *scenarios.Step) { s.Request.Mode = "" },
		func(s *scenarios.Step) { s.Request.Cache = "" },
		func(s *scenarios.Step) { s.Request.Headers, s.Request.Body = nil, nil },
		func(s *scenarios.Step) { s.Request.Method = "" },
		func(s *scenarios.Step) { s.Page = withoutWorker(s.Page) },
		func(s *scenarios.Step) { s.Page = nil },
		func(s *scenarios.Step) { s.Request.Via, s.Request.Credentials = "fetch", "" },
	}
	for _, drop := range simplify {
		drop(&twin)
		control := &scenarios.Permutation{
			ID: "control of " + p.ID, Topic: p.Topic, Via: twin.Request.Via,
			Steps: []scenarios.Step{twin}, Pos: p.Pos, Timeout: max(p.Timeout, patient), Scenario: p.Scenario,
		}
		prediction, err := predict(control)
		if err != nil {
			return nil, err
		}
		if prediction.Read != oracle.Blocked && len(prediction.Wire) > 0 {
			return control, nil
		}
	}
	return nil, fmt.Errorf("harness: no permissive twin of %s can reach %s from %s", p.ID, twin.Request.To, twin.Request.From)
}

func withoutWorker(page *scenarios.Page) *scenarios.Page {
	if page == nil {
		return nil
	}
	page = new(*page)
	page.ServiceWorker = nil
	return page
}

func withoutUserinfo(hops []scenarios.Hop) []scenarios.Hop {
	hops = slices.Clone(hops)
	for i := range hops {
		hops[i].Userinfo = ""
	}
	return hops
}

// controlKey names what two twins must share for one to stand for the other:
// all of the request but its path, and the shape of the redirects.
func controlKey(control *scenarios.Permutation) string {
	s := control.Steps[0]
	r := s.Request
	var b strings.Builder
	fmt.Fprintf(&b, "%q", []string{
		r.From, r.To, string(r.Via), r.Userinfo, r.Method, r.Mode, r.Credentials,
		r.Redirect, r.Cache, r.ReferrerPolicy, r.ResponseType, r.As,
	})
	fmt.Fprint(&b, r.Keepalive, r.UploadListener, r.Sync)
	pageKey(&b, s.Page)
	for _, h := range r.Headers {
		fmt.Fprintf(&b, "%q", []string{h.Name, h.Value.String()})
	}
	if r.Body != nil {
		fmt.Fprintf(&b, "%q%t", r.Body.Type, r.Body.Stream)
	}
	for _, hop := range s.Server.Redirects {
		location := ""
		if hop.Location != nil {
			location = hop.Location.String()
		}
		fmt.Fprintf(&b, "%d%q", hop.Status, []string{hop.To, hop.Userinfo, location})
	}
	if body := s.Server.Response.Body; body != nil {
		fmt.Fprintf(&b, "%q", body.String())
	}
	for _, name := range slices.Sorted(maps.Keys(s.Server.Resources)) {
		r := s.Server.Resources[name]
		fmt.Fprintf(&b, "%q%d", []string{name, r.At, r.Path}, r.Status)
		for _, h := range r.Headers {
			fmt.Fprintf(&b, "%q", []string{h.Name, h.Value.String()})
		}
		if r.Body != nil {
			fmt.Fprintf(&b, "%q", r.Body.String())
		}
	}
	return b.String()
}

func pageKey(b *strings.Builder, page *scenarios.Page) {
	if page == nil {
		return
	}
	fmt.Fprintf(b, "%q%q%q%v", page.Top, page.Sandbox, page.AddressSpace, page.Permissions)
	for _, h := range page.Headers {
		fmt.Fprintf(b, "%q", []string{h.Name, h.Value.String()})
	}
	if w := page.ServiceWorker; w != nil {
		fmt.Fprintf(b, "%q", *w)
	}
}

// permissive gives replies of the same shape that allow everything: the echoed
// origin, credentials, explicit lists, CORP and TAO, and a body the way to load
// can use.
func permissive(server scenarios.Server) scenarios.Server {
	allow := func(names ...string) scenarios.Lines {
		lines := make(scenarios.Lines, len(names))
		for i, name := range names {
			lines[i] = scenarios.Line{Name: name, Value: allowing[name]}
		}
		return lines
	}
	actual := []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Cross-Origin-Resource-Policy", "Timing-Allow-Origin"}
	preflight := &scenarios.Reply{Headers: allow("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers")}
	out := scenarios.Server{Preflight: preflight, Response: scenarios.Reply{Headers: allow(actual...)}}
	for _, hop := range server.Redirects {
		hop.Headers, hop.Preflight = allow(actual...), nil
		out.Redirects = append(out.Redirects, hop)
	}
	if len(server.Resources) == 0 {
		return out
	}
	// What a body names is loaded in the twin, too.
	out.Response.Body = server.Response.Body
	out.Response.Headers = append(out.Response.Headers, kept(server.Response.Headers)...)
	out.Resources = make(map[string]scenarios.Resource, len(server.Resources))
	for name, r := range server.Resources {
		reply := scenarios.Reply{Headers: append(allow(actual...), kept(r.Headers)...), Body: r.Body}
		if r.Status >= 300 && r.Status <= 399 {
			reply.Status = r.Status
		}
		r.Reply, r.Preflight = reply, nil
		out.Resources[name] = r
	}
	return out
}

// kept are the headers that say what a body is and where it leads.
func kept(lines scenarios.Lines) scenarios.Lines {
	return slices.DeleteFunc(slices.Clone(lines), func(line scenarios.Line) bool {
		return !strings.EqualFold(line.Name, "Content-Type") && !strings.EqualFold(line.Name, "Location")
	})
}

// allowing are the values that let everybody in.
var allowing = map[string]scenarios.Template{
	"Access-Control-Allow-Origin":      placeholder("{request-origin}"),
	"Access-Control-Allow-Credentials": scenarios.Literal("true"),
	"Access-Control-Allow-Methods":     placeholder("{request-method}"),
	"Access-Control-Allow-Headers":     placeholder("{request-headers}"),
	"Cross-Origin-Resource-Policy":     scenarios.Literal("cross-origin"),
	"Timing-Allow-Origin":              scenarios.Literal("*"),
}

// placeholder is a template of our own making.
func placeholder(source string) scenarios.Template {
	t, err := scenarios.ParseTemplate(source)
	if err != nil {
		panic("harness: " + err.Error())
	}
	return t
}
