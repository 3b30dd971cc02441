package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/tree"
)

// Item is the JSON form of a permutation: an item of a file's `scenarios`, in
// the keys of the format and in their order, with one way to load and without
// `each`. [ReadItem] reads it, and so does the loader in a file. What says no
// more than a default is left out, but for `via`; headers are lists of pairs.
// What claims nothing has no `expect`, which only [ReadItem] takes.
func Item(p *Permutation) json.RawMessage {
	data, err := writer{json: true}.item(p).MarshalJSON()
	if err != nil {
		panic(fmt.Sprintf("scenarios: %v", err)) // a tree always marshals
	}
	return data
}

// WriteFile is a scenario file whose one case is the permutation. The loader
// takes it if a claim stands in it.
func WriteFile(p *Permutation) []byte {
	about := "One case."
	if p.File != nil && p.File.About != "" {
		about = p.File.About
	}
	head := mapping().With("format", tree.Bare("1")).With("topic", tree.Text(p.Topic)).With("about", tree.Text(about)).With("spec", tree.Text(p.Spec))
	item := without(writer{}.item(p), "spec")
	return []byte(head.YAML(0) + "scenarios:\n  - " + strings.TrimLeft(item.YAML(4), " "))
}

// writer turns what the loader makes of a file back into a tree.
type writer struct {
	json bool // all headers as pairs, and no base64
}

func (w writer) item(p *Permutation) *node {
	out := mapping().With("id", tree.Text(itemID(p))).
		With("title", tree.Text(p.Title)).With("spec", tree.Text(p.Spec)).With("why", tree.Text(p.Why))
	first := &p.Steps[0]
	base := sharedPage(p.Steps)
	alone := len(p.Steps) == 1 && first.Wait == 0 && !first.Fresh
	switch {
	case alone:
		base = first.Page
		w.step(out, first)
	case p.Steps[len(p.Steps)-1].Request.Via != p.Via:
		out.With("request", mapping().With("via", tree.Text(string(p.Via))))
	}
	if base != nil {
		out.With("page", w.page(base, nil))
	}
	if alone {
		out.With("cookies", w.cookies(first.Cookies))
	}
	timeout := p.Timeout
	for _, step := range p.Steps {
		timeout -= step.Wait
	}
	if timeout != DefaultTimeout {
		out.With("timeout", span(timeout))
	}
	if alone {
		return out
	}
	steps := &node{Kind: tree.List}
	for i := range p.Steps {
		s := &p.Steps[i]
		item := mapping()
		w.step(item, s)
		item.With("cookies", w.cookies(s.Cookies)).With("wait", span(s.Wait))
		switch {
		case s.Fresh:
			item.With("page", tree.Text("fresh"))
		case s.Page != base:
			item.With("page", w.page(s.Page, base))
		}
		steps.Items = append(steps.Items, item)
	}
	return out.With("steps", steps)
}

// itemID is a permutation's id without its topic and its way to load, an
// override's name joined to the scenario's own.
func itemID(p *Permutation) string {
	words := strings.Split(p.ID, "/")
	id := strings.Join(words[1:len(words)-1], "-")
	if len(id) > maxName {
		id = strings.TrimRight(id[:maxName], "-")
	}
	return id
}

// sharedPage is the page that steps without one of their own have.
func sharedPage(steps []Step) *Page {
	count := map[*Page]int{}
	for _, s := range steps {
		if s.Fresh {
			return s.Page
		}
		count[s.Page]++
	}
	for _, s := range steps {
		if count[s.Page] > 1 {
			return s.Page
		}
	}
	return nil
}

// step writes the keys that a step and a scenario of one step have in common.
func (w writer) step(out *node, s *Step) {
	out.With("request", w.request(s.Request)).With("server", w.server(s.Server)).With("expect", w.expect(s.Expect))
}

// page writes a page that will be laid over another one, or over none.
func (w writer) page(p, base *Page) *node {
	out := mapping()
	if base != nil && len(base.Headers) > 0 {
		out.With("headers", pairs(p.Headers)) // a list takes the place of a mapping
	} else {
		out.With("headers", w.headers(p.Headers))
	}
	out.With("top", given(p.Top))
	if p.Sandbox != nil {
		out.With("sandbox", list(p.Sandbox))
	}
	out.With("address-space", given(p.AddressSpace)).With("permissions", texts(p.Permissions))
	if s := p.ServiceWorker; s != nil {
		out.With("service-worker", mapping().With("script", given(s.Script)).With("responds", given(s.Responds)))
	}
	return out
}

func (w writer) cookies(cookies []Cookie) *node {
	out := &node{Kind: tree.List}
	for _, c := range cookies {
		out.Items = append(out.Items, mapping().With("on", tree.Text(c.On)).With("name", tree.Text(c.Name)).
			With("value", tree.Text(c.Value)).With("attributes", given(c.Attributes)))
	}
	return some(out)
}

// headers are a mapping where that says the same.
func (w writer) headers(lines Lines) *node {
	if w.json || len(lines) == 0 {
		return some(pairs(lines))
	}
	out := mapping()
	for i, line := range lines {
		last := len(out.Entries) - 1
		value := tree.Text(line.Value.String())
		switch {
		case i > 0 && line.Name == lines[i-1].Name:
			if out.Entries[last].Value.Kind != tree.List {
				out.Entries[last].Value = &node{Kind: tree.List, Items: []*node{out.Entries[last].Value}}
			}
			out.Entries[last].Value.Items = append(out.Entries[last].Value.Items, value)
		case out.Get(line.Name) != nil, !isToken(line.Name):
			return pairs(lines)
		default:
			out.With(line.Name, value)
		}
	}
	return out
}

func pairs(lines Lines) *node {
	out := &node{Kind: tree.List}
	for _, line := range lines {
		out.Items = append(out.Items, &node{Kind: tree.List, Items: []*node{tree.Text(line.Name), tree.Text(line.Value.String())}})
	}
	return out
}

func mapping() *node { return &node{Kind: tree.Mapping} }

// some is nil for a mapping or a list with nothing in it.
func some(n *node) *node {
	if len(n.Entries) == 0 && len(n.Items) == 0 {
		return nil
	}
	return n
}

// given is nil for the empty string, the value of what nobody gave.
func given[S ~string](s S) *node {
	if s == "" {
		return nil
	}
	return tree.Text(string(s))
}

// flag is nil for what nobody switched on.
func flag(on bool) *node {
	if !on {
		return nil
	}
	return tree.Bare("true")
}

func list(words []string) *node {
	out := &node{Kind: tree.List}
	for _, s := range words {
		out.Items = append(out.Items, tree.Text(s))
	}
	return out
}

// texts is a mapping of names, sorted, to texts; nil for none.
func texts(m map[string]string) *node {
	out := mapping()
	for _, key := range sortedKeys(m) {
		out.With(key, tree.Text(m[key]))
	}
	return some(out)
}

// span writes a time with its unit; nil for none.
func span(d time.Duration) *node {
	if d == 0 {
		return nil
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return tree.Text(s)
}
