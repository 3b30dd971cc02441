package scenarios

import (
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
)

func (w writer) expect(e Expect) *node {
	out := mapping().With("read", given(e.Read)).With("reason", given(e.Reason))
	if e.ServerSaw != nil {
		out.With("server-saw", list(e.ServerSaw))
	}
	if e.Wire != nil {
		wire := &node{Kind: tree.List}
		for _, claim := range e.Wire {
			wire.Items = append(wire.Items, claim.node())
		}
		out.With("wire", wire)
	}
	out.With("type", given(e.Type))
	if e.Status != nil {
		out.With("status", tree.Bare(strconv.Itoa(*e.Status)))
	}
	if e.StatusText != nil {
		out.With("status-text", tree.Text(*e.StatusText))
	}
	if e.URL != nil {
		out.With("url", tree.Text(e.URL.String()))
	}
	out.With("redirected", truth(e.Redirected))
	if e.Body != nil {
		out.With("body", tree.Text(e.Body.String()))
	}
	out.With("readable-headers", readableNode(e.ReadableHeaders))
	if len(e.HiddenHeaders) > 0 {
		out.With("hidden-headers", list(e.HiddenHeaders))
	}
	out.With("error", given(e.Error)).With("muted", truth(e.Muted)).With("timing", given(e.Timing))
	if e.Preflights != nil {
		out.With("preflights", tree.Bare(strconv.Itoa(*e.Preflights)))
	}
	return some(out.With("origin", claimed(e.Origin)).With("request-headers", claims(e.RequestHeaders)))
}

func (c WireClaim) node() *node {
	out := mapping()
	for _, n := range Named {
		if n.Origin.String() == c.At {
			c.At = n.Name
			break
		}
	}
	out.With("at", given(c.At)).With("path", given(c.Path)).With("method", given(c.Method)).With("origin", claimed(c.Origin)).
		With("request-method", claimed(c.RequestMethod)).With("request-headers", claimed(c.RequestHeaders)).
		With("cookie", claimed(c.Cookie)).With("headers", claims(c.Headers))
	if c.Body != nil {
		out.With("body", tree.Text(escaped(*c.Body)))
	}
	return out
}

// readableNode is a list of names, each with its value where that is claimed.
func readableNode(headers []string) *node {
	out := &node{Kind: tree.List}
	for _, header := range headers {
		name, value, found := strings.Cut(header, ": ")
		item := tree.Text(escaped(header))
		if found && strings.TrimSpace(value) != value { // a line of its own would lose the spaces
			item = mapping().With(name, tree.Text(escaped(value)))
		}
		out.Items = append(out.Items, item)
	}
	return some(out)
}

// claims is a mapping of header names, sorted, to what is claimed of each; nil
// for none.
func claims(m map[string]string) *node {
	out := mapping()
	for _, name := range sortedKeys(m) {
		out.With(name, tree.Text(escaped(m[name])))
	}
	return some(out)
}

func claimed(s string) *node { return given(escaped(s)) }

// escaped is the template of a text whose placeholders have been filled in, as a
// person would write it: with no more braces than it needs.
func escaped(s string) string {
	t, errs := parseTemplate(s)
	if len(errs) == 0 && (s == "" || len(t.parts) == 1 && t.parts[0].word == "" && t.parts[0].text == s) {
		return s
	}
	return Literal(s).source
}

func truth(b *bool) *node {
	if b == nil {
		return nil
	}
	return tree.Bare(strconv.FormatBool(*b))
}
