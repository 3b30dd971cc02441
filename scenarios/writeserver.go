package scenarios

import (
	"strconv"

	"github.com/corsproof/corsproof/internal/tree"
)

func (w writer) server(s Server) *node {
	out := mapping()
	if s.Preflight != nil {
		out.With("preflight", w.reply(mapping(), *s.Preflight))
	}
	out.With("response", some(w.reply(mapping(), s.Response)))
	redirects := &node{Kind: tree.List}
	for _, hop := range s.Redirects {
		redirects.Items = append(redirects.Items, w.hop(hop))
	}
	resources := mapping()
	for _, name := range sortedKeys(s.Resources) {
		resources.With(name, w.resource(name, s.Resources[name]))
	}
	out.With("redirects", some(redirects)).With("resources", some(resources))
	if s.SetUp != nil {
		out.With("set-up", setUpNode(s.SetUp))
	}
	return some(out)
}

func setUpNode(s *SetUp) *node {
	options := texts(s.Options)
	if options == nil {
		return tree.Text(s.Name)
	}
	return mapping().With("name", tree.Text(s.Name)).With("options", options)
}

// reply adds a reply's keys to a mapping.
func (w writer) reply(out *node, r Reply) *node {
	out.With("status", number(r.Status))
	if r.StatusText != nil {
		out.With("status-text", tree.Text(*r.StatusText))
	}
	out.With("headers", w.headers(r.Headers))
	if r.Body != nil {
		out.With("body", w.replyBody(*r.Body))
	}
	if r.Raw != nil {
		out.With("raw", tree.Bytes(r.Raw))
	}
	return out.With("delay", span(r.Delay)).With("abort", given(r.Abort))
}

// replyBody is base64 where bytes without placeholders are shorter so.
func (w writer) replyBody(t Template) *node {
	if !w.json && len(t.parts) == 1 && t.parts[0].word == "" && Literal(t.parts[0].text).source == t.source {
		if data := tree.Bytes(tree.IsomorphicEncode(t.parts[0].text)); data.Binary {
			return data
		}
	}
	return tree.Text(t.String())
}

func (w writer) hop(h Hop) *node {
	out := mapping().With("status", number(h.Status)).With("headers", w.headers(h.Headers)).
		With("to", given(h.To)).With("path", given(h.Path)).With("userinfo", given(h.Userinfo))
	if h.Location != nil {
		out.With("location", tree.Text(h.Location.String()))
	}
	if h.Preflight != nil {
		out.With("preflight", w.reply(mapping(), *h.Preflight))
	}
	return out
}

func (w writer) resource(name string, r Resource) *node {
	out := mapping().With("at", given(r.At))
	if r.Path != "/"+name {
		out.With("path", given(r.Path))
	}
	if r.Preflight != nil {
		out.With("preflight", w.reply(mapping(), *r.Preflight))
	}
	return w.reply(out, r.Reply)
}

// number is nil for 0, the value of what nobody gave.
func number(n int) *node {
	if n == 0 {
		return nil
	}
	return tree.Bare(strconv.Itoa(n))
}
