package scenarios

import (
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// reader reads one file: its head, then each scenario laid over the defaults.
type reader struct {
	decoder
	file     *File
	defaults *node
	hasSpec  bool // the file's own, be it right or wrong
}

func readFile(p *problems, data []byte) *File {
	root := tree.Parse(p, data, scenarioForm)
	if root == nil {
		return nil
	}
	r := &reader{decoder: decoder{Problems: p}, file: &File{Path: p.File}}
	var head fileHead
	if !readMapping(&r.decoder, root, fileFields, &head) {
		return nil
	}
	for _, key := range []string{"format", "topic", "about", "scenarios"} {
		if root.Get(key) == nil {
			r.missing(root, key, missingInFile[key])
		}
	}
	r.hasSpec = root.Get("spec") != nil
	r.file.Topic, r.file.About, r.file.Spec = head.topic, head.about, head.spec
	if head.defaults != nil {
		r.checkDefaults(head.defaults)
	}
	for _, item := range head.scenarios {
		if s := r.scenario(item); s != nil {
			r.file.Scenarios = append(r.file.Scenarios, s)
		}
	}
	return r.file
}

// scenarioForm is what the errors of every YAML file say of scenario files.
var scenarioForm = tree.Form{
	Begins:  "a mapping that begins with `format: 1`",
	Sharing: "what scenarios share stands in `defaults`",
}

type fileHead struct {
	topic, about, spec string
	defaults           *node
	scenarios          []*node
}

var missingInFile = map[string]string{
	"format":    "`format: 1`",
	"topic":     "the topic that the ids begin with",
	"about":     "a sentence that says what the file is about",
	"scenarios": "a list of scenarios",
}

var fileFields = []field[fileHead]{
	{"format", func(d *decoder, n *node, _ *fileHead) {
		if s, ok := d.Scalar(n, "the version of the format: 1"); ok && s != "1" {
			d.Bad(n, "1, the version of the format that this corsproof reads")
		}
	}},
	{"topic", func(d *decoder, n *node, h *fileHead) { h.topic = d.name(n, "a topic") }},
	{"about", func(d *decoder, n *node, h *fileHead) {
		h.about = d.Prose(n, "a sentence that says what the file is about")
	}},
	{"spec", func(d *decoder, n *node, h *fileHead) { h.spec = d.link(n) }},
	{"defaults", func(d *decoder, n *node, h *fileHead) { h.defaults = n }},
	{"scenarios", func(d *decoder, n *node, h *fileHead) {
		switch {
		case n.Kind != tree.List:
			d.Wrong(n, "a list of scenarios")
		case len(n.Items) == 0:
			d.Add(n.Pos, Missing, "no scenarios", "at least one")
		}
		h.scenarios = n.Items
	}},
}

// scenarioParts are the keys of a scenario, of `defaults` and of an override,
// their values unread.
type scenarioParts struct {
	title, why, spec string
	request          *node
	server           *node
	expect           *node
	page             *node
	cookies          *node
	steps            *node
	each             *node
	timeout          time.Duration
	id, name         string
}

var (
	idField   = field[scenarioParts]{"id", func(d *decoder, n *node, p *scenarioParts) { p.id = d.name(n, "an id") }}
	nameField = field[scenarioParts]{"name", func(d *decoder, n *node, p *scenarioParts) { p.name = d.caseName(n) }}
	eachField = field[scenarioParts]{"each", func(d *decoder, n *node, p *scenarioParts) { p.each = n }}

	sharedFields = []field[scenarioParts]{
		{"request", func(d *decoder, n *node, p *scenarioParts) { p.request = n }},
		{"server", func(d *decoder, n *node, p *scenarioParts) { p.server = n }},
		{"expect", func(d *decoder, n *node, p *scenarioParts) { p.expect = n }},
		{"page", func(d *decoder, n *node, p *scenarioParts) { p.page = n }},
		{"cookies", func(d *decoder, n *node, p *scenarioParts) { p.cookies = n }},
		{"timeout", func(d *decoder, n *node, p *scenarioParts) { p.timeout = d.duration(n) }},
	}
	proseFields = []field[scenarioParts]{
		{"title", func(d *decoder, n *node, p *scenarioParts) { p.title = d.Prose(n, "a sentence that says what happens") }},
		{"spec", func(d *decoder, n *node, p *scenarioParts) { p.spec = d.link(n) }},
		{"why", func(d *decoder, n *node, p *scenarioParts) { p.why = d.Prose(n, "why it is so, for a learner") }},
	}
	stepsField = field[scenarioParts]{"steps", func(d *decoder, n *node, p *scenarioParts) {
		p.steps = n
		if n.Kind != tree.List || len(n.Items) == 0 {
			d.Wrong(n, "a list of steps")
			p.steps = nil
		}
	}}

	defaultsFields = sharedFields
	scenarioFields = join([]field[scenarioParts]{idField}, proseFields, sharedFields, []field[scenarioParts]{stepsField, eachField})
	eachFields     = join([]field[scenarioParts]{nameField}, proseFields, sharedFields, []field[scenarioParts]{stepsField})
)

func join[T any](lists ...[]T) []T {
	var out []T
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// checkDefaults reads the defaults by themselves, so that what every scenario
// overrides is checked as well.
func (r *reader) checkDefaults(n *node) {
	var parts scenarioParts
	r.partial = true
	if readMapping(&r.decoder, n, defaultsFields, &parts) {
		r.defaults = n
		r.steps(n, &parts)
	}
	r.partial = false
}

// scenario reads one item of the list, laid over the defaults.
func (r *reader) scenario(item *node) *Scenario {
	var own scenarioParts
	if !readMapping(&r.decoder, item, scenarioFields, &own) {
		return nil
	}
	s := &Scenario{Pos: item.Pos, Topic: r.file.Topic, ID: own.id}
	if item.Get("id") == nil {
		r.missing(item, "id", "an id, lower-case words joined by hyphens")
	}

	var variants []*node
	if own.each != nil {
		if own.each.Kind != tree.List || len(own.each.Items) == 0 {
			r.Wrong(own.each, "a list of overrides, each with a `name`")
		} else {
			variants = own.each.Items
		}
	}
	r.partial = variants != nil
	base := merge(r.defaults, without(item, "id", "each"))
	base.Pos = item.Pos
	v := r.variant(base, base)
	r.partial = false
	s.Title, s.Why, s.Spec, s.Steps, s.Via, s.Timeout = v.Title, v.Why, v.Spec, v.Steps, v.Via, v.Timeout
	s.MultiStep = base.Get("steps") != nil

	taken := map[string]bool{}
	for _, override := range variants {
		if override.Kind != tree.Mapping {
			r.Wrong(override, "an override, a mapping with a `name`")
			continue
		}
		var parts scenarioParts
		readMapping(&r.decoder, override, eachFields, &parts)
		if override.Get("name") == nil {
			r.missing(override, "name", "a name for this override, lower-case words joined by hyphens")
		}
		if parts.name != "" && taken[parts.name] {
			r.Add(override.Pos, RepeatedID, "the name "+tree.Quoted(parts.name)+" again", "each name once in a list")
		}
		taken[parts.name] = true
		laid := merge(base, without(override, "name"))
		v := r.variant(laid, override)
		v.Name = parts.name
		s.Each = append(s.Each, v)
	}
	return s
}

// variant reads a scenario as it is when everything has been laid over it. at
// is where its author wrote it.
func (r *reader) variant(n, at *node) Variant {
	var parts scenarioParts
	readMapping(&r.decoder, n, eachFields, &parts)
	where := &node{Kind: tree.Mapping, Pos: at.Pos}
	if n.Get("title") == nil {
		r.missing(where, "title", "a sentence that says what happens")
	}
	if n.Get("why") == nil {
		r.missing(where, "why", "why it is so, two sentences for a learner")
	}
	if n.Get("spec") == nil && !r.hasSpec {
		r.missing(where, "spec", "a link to the standard's section, here or for the whole file")
	}
	if parts.spec == "" {
		parts.spec = r.file.Spec
	}
	v := Variant{Pos: at.Pos, Title: parts.title, Why: parts.why, Spec: parts.spec}
	v.Steps, v.Via = r.steps(where, &parts)
	if !r.partial {
		r.checkWays(v)
	}
	v.Timeout = parts.timeout
	if v.Timeout == 0 {
		v.Timeout = DefaultTimeout
	}
	for _, step := range v.Steps {
		v.Timeout += step.Wait
	}
	return v
}

// checkWays refuses what a way to load cannot do: a header for an image.
func (r *reader) checkWays(v Variant) {
	for _, step := range v.Steps {
		vias := v.Via
		if step.Request.Via != "" {
			vias = []oracle.Via{step.Request.Via}
		}
		for _, via := range vias {
			for _, err := range oracle.CheckRequest(step.Request.unbound(via)) {
				r.Add(step.requestPos, Contradiction, "a request that no page can make ("+strings.TrimPrefix(err.Error(), "oracle: ")+")",
					"a `via` and keys that go together")
			}
		}
	}
}

// unbound is the request without what only a run gives it.
func (r Request) unbound(via oracle.Via) oracle.Request {
	out := oracle.Request{
		Via: via, Method: r.Method, Mode: r.Mode, Credentials: r.Credentials, Redirect: r.Redirect, Cache: r.Cache,
		ReferrerPolicy: r.ReferrerPolicy, Integrity: r.Integrity, Keepalive: r.Keepalive, UploadListener: r.UploadListener, Sync: r.Sync,
		ResponseType: r.ResponseType, As: r.As,
	}
	if place, found := PlaceOf(r.From); found {
		out.Client.Worker = place.Worker
	}
	if r.Body != nil {
		out.Body = &oracle.Body{Type: r.Body.Type, Stream: r.Body.Stream}
	}
	for _, line := range r.Headers {
		out.Headers = append(out.Headers, oracle.Header{Name: line.Name, Value: line.Value.source})
	}
	return out
}

// DefaultTimeout is what a case may take when its file says nothing. The
// waits of its steps come on top.
const DefaultTimeout = 5 * time.Second

func without(n *node, keys ...string) *node {
	out := &node{Kind: n.Kind, Pos: n.Pos}
next:
	for _, e := range n.Entries {
		for _, key := range keys {
			if e.Key == key {
				continue next
			}
		}
		out.Entries = append(out.Entries, e)
	}
	return out
}

// vias reads request.via: a word or a list of them.
func (r *reader) vias(request *node) []oracle.Via {
	n := request.Get("via")
	if n == nil {
		return nil
	}
	if n.Kind == tree.List && len(n.Items) == 0 {
		r.Add(n.Pos, Missing, "an empty list", "at least one way to load")
	}
	var list []oracle.Via
	have := map[oracle.Via]bool{}
	r.Items(n, "a way to load, or a list of them", func(item *node) {
		via := r.via(item)
		if via != "" && have[via] {
			r.Add(item.Pos, RepeatedID, "the way "+tree.Quoted(string(via))+" again", "each once")
		} else if via != "" {
			list = append(list, via)
		}
		have[via] = true
	})
	return list
}
