package harness

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// document is where a step's script runs, as servers and browser have to
// provide it: scenarios' `from` and `page`. Steps with equal documents share a
// page; those in frames of one page share that.
type document struct {
	served      servers.Document
	page        oracle.Origin // whose server it comes from
	top         oracle.Origin // the tab's
	place       string        // the kind of frame or worker in it; "" for the document itself
	sandbox     *string       // the tokens of the frame that it is in; nil: none
	origin      string        // of the script, serialised
	tabOrigin   string        // of the document in the tab: a policy of its own may take it away
	permissions map[string]string
	space       string // the IP address space that it comes from; "" is loopback
	unattended  bool   // a server asks for a name and a password, and nobody is there
	apart       string // why no other document may be in its profile; "": they may
}

func (t *trial) document(step int) document {
	s := t.bound.Steps[step]
	c := s.Request.Client
	d := document{page: c.Page, top: c.Page, origin: c.Origin().String(), permissions: c.Permissions, space: c.AddressSpace}
	d.unattended = t.subject || slices.ContainsFunc(t.bound.Steps, func(s scenarios.BoundStep) bool {
		return slices.ContainsFunc(s.Step.Server.Replies(), asksForPassword)
	})
	if place, found := scenarios.PlaceOf(s.Step.Request.From); found {
		d.place = place.Name
		c.Opaque = false // the place is, not the document
	}
	d.tabOrigin, d.apart = c.Origin().String(), t.apartFor(d.page)
	d.served.Headers = c.Headers
	if !c.Top.IsOpaque() {
		d.top = c.Top
	}
	if page := s.Step.Page; page != nil && page.Sandbox != nil {
		d.sandbox = new(strings.Join(withScripts(page.Sandbox), " "))
	}
	if w := c.ServiceWorker; w != nil {
		contentType, body := fixtures.Assets{}.Default(s.Request.Via)
		d.served.Worker = fixtures.WorkerJS(w.Responds, w.Script, contentType, body)
	}
	return d
}

// placeRefused says whether the policies of a step's document keep out the
// frame or the worker that its script is to run in, or this script.
func (t *trial) placeRefused(step int) bool {
	r := t.bound.Steps[step].Request
	if len(r.Client.Headers) == 0 {
		return false
	}
	place, _ := scenarios.PlaceOf(t.bound.Steps[step].Step.Request.From)
	own, data := r.Client.Page.String()+"/", "data:text/html,1"
	blob := "blob:" + r.Client.Origin().String() + "/1"
	var loads [][2]string // ways to load, with URLs
	switch place.Name {
	case "opaque-sandbox":
		loads = append(loads, [2]string{"iframe", own}, [2]string{"script", own})
	case "opaque-srcdoc":
		loads = append(loads, [2]string{"script", own})
	case "opaque-data":
		loads = append(loads, [2]string{"iframe", data}, [2]string{"script", own})
	case "opaque-data-worker":
		loads = append(loads, [2]string{"worker", data})
	case "opaque-data-shared-worker":
		loads = append(loads, [2]string{"shared-worker", data})
	case "blob-worker":
		loads = append(loads, [2]string{"worker", blob})
	case "shared-worker":
		loads = append(loads, [2]string{"shared-worker", own})
	}
	opaque := r.Client.Origin().IsOpaque()
	switch inWorker := place.Name == "worker" || r.Client.Worker == "" && fixtures.Ways()[r.Via].In != ""; {
	case r.Via == "worker-import" && opaque:
		loads = append(loads, [2]string{"worker-module", data})
	case r.Via == "worker-import", inWorker && opaque:
		loads = append(loads, [2]string{"worker", blob})
	case inWorker:
		loads = append(loads, [2]string{"worker", own})
	}
	return slices.ContainsFunc(loads, func(load [2]string) bool { return t.refuses(r.Client, oracle.Via(load[0]), load[1]) })
}

// refuses says whether the policies of a client's document forbid a load.
func (t *trial) refuses(c oracle.Client, via oracle.Via, url string) bool {
	c.Worker, c.ServiceWorker, c.Opaque = "", nil, false
	reply := oracle.Reply{Status: 200, Headers: oracle.Headers{{Name: "Content-Type", Value: "text/javascript"}}}
	p, _ := oracle.Predict(oracle.State{Profile: t.profile}, oracle.Request{Via: via, Client: c, URL: url},
		oracle.ServerFunc(func(oracle.WireRequest) oracle.Reply { return reply }))
	return p.Reason == oracle.ContentSecurityPolicy
}

// asksForPassword is true for a reply that a browser may ask a person about.
func asksForPassword(r scenarios.Reply) bool {
	if r.Raw != nil {
		return bytes.Contains(r.Raw, []byte(" 401")) || bytes.Contains(r.Raw, []byte(" 407"))
	}
	return r.Status == 401 || r.Status == 407
}

// withScripts allows scripts: without, there is nothing to look at.
func withScripts(tokens []string) []string {
	const token = "allow-scripts"
	if slices.Contains(tokens, token) {
		return tokens
	}
	return append(slices.Clone(tokens), token)
}

// plain is true for a tab of the harness's own page.
func (d document) plain() bool {
	return d.served.Name() == "" && !d.framed() && d.space == "" && len(d.permissions) == 0 && d.apart == ""
}

// mayCall is true where the document in the tab is one of the harness's own, with
// nothing that would keep a request of its from the origin.
func (d document) mayCall(origin oracle.Origin) bool {
	if d.space != "" || len(d.permissions) > 0 || !d.framed() && d.served.Name() != "" {
		return false
	}
	return d.top.Scheme != "https" || origin.Scheme != "http"
}

// framed is true when the document is not the tab's.
func (d document) framed() bool { return d.top != d.page || d.sandbox != nil }

// key is the same for documents that share a tab: those that are the same but
// for their places, and the harness's own in frames of the same page.
func (d document) key() string {
	if d.framed() {
		return fmt.Sprint("in ", d.top, " ", d.served.Name(), " ", d.world(), " ", d.unattended)
	}
	return fmt.Sprint(d.page, " ", d.served.Name(), " ", d.world(), " ", d.unattended)
}

// frame is the same for documents in the same frame of a tab; "" for one that is
// in none.
func (d document) frame() string {
	if !d.framed() {
		return ""
	}
	sandbox := "none"
	if d.sandbox != nil {
		sandbox = "[" + *d.sandbox + "]"
	}
	return d.url() + " " + d.workerPath() + " " + sandbox
}

// world is what a browser profile has one of: documents of two worlds cannot
// share a profile.
func (d document) world() string {
	if len(d.permissions) == 0 {
		return d.apart
	}
	var out strings.Builder
	fmt.Fprint(&out, d.top, " ", d.page)
	for _, name := range slices.Sorted(maps.Keys(d.permissions)) {
		fmt.Fprint(&out, " ", name, "=", d.permissions[name])
	}
	return out.String()
}

// tab is what the browser opens.
func (d document) tab() browser.Document {
	if d.framed() {
		return browser.Document{URL: d.top.String() + scenarios.Reserved + "page.html", Unattended: d.unattended}
	}
	return browser.Document{URL: d.url(), Origin: d.tabOrigin, Worker: d.workerPath(), Unattended: d.unattended}
}

func (d document) url() string { return d.page.String() + d.served.Path("page.html") }

func (d document) workerPath() string {
	if d.served.Worker == "" {
		return ""
	}
	return "worker.js"
}

// frames are the way from the tab to the script.
func (d document) frames() []browser.Frame {
	var frames []browser.Frame
	if d.framed() {
		frames = append(frames, browser.Frame{URL: d.url(), Sandbox: d.sandbox, Worker: d.workerPath()})
	}
	if d.place != "" {
		frames = append(frames, browser.Frame{Kind: d.place})
	}
	return frames
}

// network says which listeners stand for servers of another address space:
// origins to spaces. A browser has one network for all of its life.
type network map[oracle.Origin]string

func networkOf(p *scenarios.Permutation) network {
	n := network{}
	for _, s := range p.Steps {
		if s.Page != nil && s.Page.AddressSpace != "" {
			page, _, err := scenarios.ResolveOrigin(s.Request.From)
			if err != nil {
				page = scenarios.App // an opaque origin's
			}
			n[page] = s.Page.AddressSpace
		}
	}
	return n
}

func (n network) String() string {
	var out []string
	for origin, space := range n {
		out = append(out, origin.String()+" "+space)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// networks groups permutations by the network that they need, the plain one
// first. No permutations need the plain one.
func networks(permutations []*scenarios.Permutation) [][]*scenarios.Permutation {
	if len(permutations) == 0 {
		return [][]*scenarios.Permutation{nil}
	}
	groups := map[string][]*scenarios.Permutation{}
	for _, p := range permutations {
		key := networkOf(p).String()
		groups[key] = append(groups[key], p)
	}
	var out [][]*scenarios.Permutation
	for _, key := range slices.SortedFunc(maps.Keys(groups), cmp.Compare) {
		out = append(out, groups[key])
	}
	return out
}

// spaces is the network in the form that a browser takes: by listener.
func (n network) spaces(fleet *servers.Fleet) map[string]string {
	spaces := map[string]string{}
	for _, m := range fleet.Mappings() {
		for origin, space := range n {
			if origin.Host == m.Host && origin.Port == m.Port {
				spaces[m.Addr] = space
			}
		}
	}
	return spaces
}
