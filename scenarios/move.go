package scenarios

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// Moved is the permutation with its origins at other places: where it names one
// of those in to, by name or in a text (a header's value, a body, a cookie's
// Domain), the copy names the place that it is mapped to. Frames and workers are
// in a page of wherever App has gone. top is the page that every page of the copy
// is in a frame of; the zero Origin is none.
//
// The copy is to be bound, predicted and run; its claims are those of the
// original, and name the origins that it had.
func (p *Permutation) Moved(to map[oracle.Origin]oracle.Origin, top oracle.Origin) *Permutation {
	moved := *p
	moved.home, moved.top = to[App], top
	m := move{to: to, hosts: map[string]string{}}
	for from, at := range to {
		m.hosts[from.Host] = at.Host
	}
	moved.Steps = slices.Clone(p.Steps)
	for i := range moved.Steps {
		m.step(&moved.Steps[i])
	}
	return &moved
}

// move rewrites what names origins. Everything it changes, it has copied.
type move struct {
	to    map[oracle.Origin]oracle.Origin
	hosts map[string]string
}

func (m move) step(s *Step) {
	s.Request.From, s.Request.To = m.name(s.Request.From), m.name(s.Request.To)
	s.Request.Headers = m.lines(s.Request.Headers)
	if body := s.Request.Body; body != nil {
		b := *body
		b.Text = m.template(b.Text)
		s.Request.Body = &b
	}
	if page := s.Page; page != nil {
		p := *page
		p.Headers, p.Top = m.lines(p.Headers), m.name(p.Top)
		if w := p.ServiceWorker; w != nil {
			p.ServiceWorker = &ServiceWorker{Script: m.text(w.Script), Responds: w.Responds}
		}
		s.Page = &p
	}
	s.Cookies = slices.Clone(s.Cookies)
	for i := range s.Cookies {
		c := &s.Cookies[i]
		c.On, c.Attributes = m.name(c.On), m.domains(c.Attributes)
	}
	s.Server.Preflight = m.replyOf(s.Server.Preflight)
	s.Server.Response = m.reply(s.Server.Response)
	s.Server.Redirects = slices.Clone(s.Server.Redirects)
	for i := range s.Server.Redirects {
		h := &s.Server.Redirects[i]
		h.Headers, h.To, h.Preflight = m.lines(h.Headers), m.name(h.To), m.replyOf(h.Preflight)
		if h.Location != nil {
			h.Location = new(m.template(*h.Location))
		}
	}
	s.Server.Resources = maps.Clone(s.Server.Resources)
	for name, r := range s.Server.Resources {
		r.At, r.Reply, r.Preflight = m.name(r.At), m.reply(r.Reply), m.replyOf(r.Preflight)
		s.Server.Resources[name] = r
	}
}

func (m move) reply(r Reply) Reply {
	r.Headers = m.lines(r.Headers)
	if r.Body != nil {
		r.Body = new(m.template(*r.Body))
	}
	if r.Raw != nil {
		r.Raw = tree.IsomorphicEncode(m.domains(m.text(tree.IsomorphicDecode(r.Raw))))
	}
	return r
}

func (m move) replyOf(r *Reply) *Reply {
	if r == nil {
		return nil
	}
	return new(m.reply(*r))
}

func (m move) lines(lines Lines) Lines {
	lines = slices.Clone(lines)
	for i := range lines {
		value := m.template(lines[i].Value)
		if strings.EqualFold(lines[i].Name, "Set-Cookie") {
			value = value.mapText(m.domains)
		}
		lines[i].Value = value
	}
	return lines
}

// template moves the names of placeholders, and the origins in the texts between.
func (m move) template(t Template) Template {
	t = t.mapText(m.text)
	for i, p := range t.parts {
		if p.word == originOf || p.word == urlOf {
			t.parts[i].name = m.name(p.name)
		}
	}
	return t
}

// name is a named or literal origin at its new place; what is no origin (a
// resource, a frame, data:) keeps its name.
func (m move) name(name string) string {
	if origin, _, err := ResolveOrigin(name); err == nil {
		if at, found := m.to[origin]; found {
			return at.String()
		}
	}
	return name
}

var originInText = regexp.MustCompile(`https?://[0-9A-Za-z._-]+(?::[0-9]+)?`)

// text moves the origins that stand in a text as browsers serialise them.
func (m move) text(s string) string { return originInText.ReplaceAllStringFunc(s, m.name) }

var domainAttribute = regexp.MustCompile(`(?i)(;[ \t]*domain[ \t]*=[ \t]*\.?)([0-9a-z._-]+)`)

// domains moves the hosts of Domain attributes.
func (m move) domains(cookie string) string {
	parts := domainAttribute.ReplaceAllStringFunc(";"+cookie, func(attribute string) string {
		found := domainAttribute.FindStringSubmatch(attribute)
		if host, ok := m.hosts[found[2]]; ok {
			return found[1] + host
		}
		return attribute
	})
	return parts[1:]
}

// mapText is the template with its texts changed, its placeholders kept.
func (t Template) mapText(change func(string) string) Template {
	var source strings.Builder
	t.parts = slices.Clone(t.parts)
	for i, p := range t.parts {
		if p.word == "" {
			t.parts[i].text = change(p.text)
			source.WriteString(strings.ReplaceAll(t.parts[i].text, "{", "{{"))
			continue
		}
		source.WriteString("{" + p.word)
		if p.name != "" {
			source.WriteString(":" + p.name)
		}
		source.WriteString("}")
	}
	if len(t.parts) > 0 {
		t.source = source.String()
	}
	return t
}
