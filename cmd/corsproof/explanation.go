package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

func (b *board) explanation(e harness.Explanation) {
	b.put("", line{{e.ID, plain.Cyan}})
	b.put("", wrap(e.Title, b.width, plain.Bold)...)
	b.blank()
	b.put("  ", wrap(e.Why, min(b.width-4, 96), unstyled)...)
	b.put("  ", line{b.link(e.Spec, b.width-2)})
	for i, step := range e.Steps {
		b.blank()
		if len(e.Steps) > 1 {
			title := fmt.Sprintf("Request %d of %d", i+1, len(e.Steps))
			if step.Wait != "" {
				title += ", after " + step.Wait
			}
			b.rule("─", title)
			b.blank()
		}
		b.step(e, step)
	}
}

func (b *board) step(e harness.Explanation, s harness.ExplainedStep) {
	b.named("page", s.Page)
	b.named("script", s.Snippet)
	b.blank()
	if s.Note != "" {
		b.put("  ", wrap(s.Note, b.width-2, unstyled)...)
		return
	}
	b.course(s.Standard, 0)
	name := len("the standard")
	b.verdict("the standard", name, s.Standard)
	switch {
	case e.Engine == "":
	case s.Profile == nil:
		b.put("  ", line{{pad(e.Engine, name) + "  ", plain.Bold}, {"the same", unstyled}})
	default:
		b.verdict(e.Engine, name, *s.Profile)
		b.departure(e.Engine, s)
	}
	for _, problem := range s.Problems {
		lines := wrap(problem, b.width-4, unstyled)
		b.put("  ", append(line{{"! ", plain.Red}}, lines[0]...))
		b.put("    ", lines[1:]...)
	}
}

// named is a line of the set-up.
func (b *board) named(name, text string) {
	lines := wrap(text, max(b.width-10, 20), unstyled)
	b.put("  ", append(line{{pad(name, 8), plain.Faint}}, lines[0]...))
	b.put(strings.Repeat(" ", 10), lines[1:]...)
}

// departure tells by which rules an engine leaves the standard, and how it goes
// on from there.
func (b *board) departure(engine string, s harness.ExplainedStep) {
	b.blank()
	for _, rule := range s.Switches {
		b.put("  ", line{{engine + " leaves the standard:", plain.Bold}})
		b.put("    ", line{{string(rule.Name), plain.Yellow}})
		b.put("    ", wrap(capital(rule.About)+".", b.width-6, unstyled)...)
		b.put("    ", line{b.link(rule.Link, b.width-4)})
	}
	from := parting(s.Standard, *s.Profile)
	if from == len(s.Profile.Trace) {
		return
	}
	b.blank()
	b.rule("─", fmt.Sprintf("%s, from step %d on", engine, from+1))
	b.blank()
	b.course(*s.Profile, from)
}

// parting is the first step in which the second course is not the first.
func parting(a, b harness.Course) int {
	for i, step := range b.Trace {
		if i >= len(a.Trace) || a.Trace[i].Text != step.Text || !slices.EqualFunc(a.Trace[i].Wire, step.Wire, func(x, y int) bool {
			return fmt.Sprint(a.Wire[x]) == fmt.Sprint(b.Wire[y])
		}) {
			return i
		}
	}
	return len(b.Trace)
}

// course shows the steps of the algorithm from one on, each with what it sends.
func (b *board) course(c harness.Course, from int) {
	left := b.width - 2
	if b.beside {
		left = (b.width - 5) * 11 / 20
	}
	for i, t := range c.Trace[from:] {
		n := from + i
		if n > 1 && c.Trace[n-1].Hop > c.Trace[n-2].Hop { // the step before was the redirect's
			b.rule("╌", fmt.Sprintf("redirect %d%s", t.Hop, toward(c, n)))
			if !b.beside {
				b.blank()
			}
		}
		step := b.traced(n+1, t, left)
		var sent []line
		for _, k := range t.Wire {
			width := b.width - 10
			if b.beside {
				width = b.width - left - 5
			}
			sent = append(sent, exchange(c.Wire[k], width)...)
		}
		if b.beside {
			b.columns("", step, sent, left)
			continue
		}
		b.put("", step...)
		b.put("        ", sent...)
		b.blank()
	}
	if b.beside {
		b.blank()
	}
}

// toward is where a redirect leads, if anything is sent there.
func toward(c harness.Course, from int) string {
	hop := c.Trace[from].Hop
	for _, t := range c.Trace[from:] {
		if t.Hop == hop && len(t.Wire) > 0 {
			return ", to " + c.Wire[t.Wire[0]].Request.URL
		}
	}
	return ""
}

// traced is a step of the algorithm: its number and name, what happens, where
// that is written.
func (b *board) traced(n int, t oracle.TraceStep, width int) []line {
	mark, name, text := stroke{"  ", unstyled}, plain.Bold, unstyled
	if t.Fails {
		mark, name, text = stroke{"✗ ", plain.Bold + ";" + plain.Red}, plain.Bold+";"+plain.Red, plain.Bold
	}
	lines := []line{{mark, {fmt.Sprintf("%2d  ", n), plain.Faint}, {t.Algorithm, name}}}
	lines = append(lines, indented("      ", wrap(t.Text, width-6, text))...)
	return append(lines, line{{"      ", unstyled}, b.link(t.Spec, width-6)})
}

// exchange is a request and its reply.
func exchange(e harness.Exchange, width int) []line {
	w := e.Request
	url := stroke{scenarios.StripToken(w.URL), unstyled}
	lines := []line{{{"→ ", plain.Cyan}, {w.Method, plain.Bold}, {" ", unstyled}, url}}
	header := func(name, value string) {
		lines = append(lines, line{{"  " + name + ": ", plain.Faint}, {value, unstyled}})
	}
	for _, h := range [][2]string{
		{"Origin", w.Origin}, {"Access-Control-Request-Method", w.RequestMethod},
		{"Access-Control-Request-Headers", w.RequestHeaders}, {"Cookie", w.Cookie},
	} {
		if h[1] != "" {
			header(h[0], h[1])
		}
	}
	for _, h := range w.Headers {
		header(h.Name, h.Value)
	}
	if e.Reply.Broken != "" {
		lines = append(lines, line{{"← ", plain.Red}, {e.Reply.Broken, unstyled}})
	} else {
		lines = append(lines, line{{"← ", plain.Cyan}, {strconv.Itoa(e.Reply.Status), plain.Bold}})
		for _, h := range e.Reply.Headers {
			header(h.Name, h.Value)
		}
	}
	for i, l := range lines { // one line each: a wire is not prose
		last := len(l) - 1
		lines[i][last].text = cut(l[last].text, max(width-l[:last].width(), 8))
	}
	return lines
}

// verdict is what comes out.
func (b *board) verdict(who string, width int, c harness.Course) {
	glyph := map[oracle.Read]stroke{
		oracle.Allowed: {"✓ ", plain.Bold + ";" + plain.Green}, oracle.Opaque: {"◐ ", plain.Bold + ";" + plain.Yellow},
		oracle.Blocked: {"✗ ", plain.Bold + ";" + plain.Red}, oracle.Unobservable: {"· ", plain.Bold},
	}[c.Read]
	l := line{{pad(who, width) + "  ", plain.Bold}, glyph, {string(c.Read), glyph.code}}
	b.put("  ", l)
	indent := strings.Repeat(" ", min(width+6, b.width-30))
	if c.Reason != "" {
		b.put(indent, line{{string(c.Reason), plain.Bold}})
		b.put(indent, wrap(c.Reason.About(), b.width-len(indent), unstyled)...)
	}
	if len(c.Wire) == 0 {
		b.put(indent, line{{"Nothing is sent.", unstyled}})
	}
}

// link is an address: all of it where nobody could click, unless it would break
// the columns; otherwise its host and what stands behind the last #.
func (b *board) link(url string, width int) stroke {
	if !b.color && (!b.beside || len(url) <= width) {
		return stroke{url, plain.Faint}
	}
	short := strings.TrimPrefix(url, "https://")
	if page, anchor, found := strings.Cut(short, "#"); found {
		host, _, _ := strings.Cut(page, "/")
		short = host + " #" + anchor
	}
	return stroke{cut(short, width), linked + url}
}

func pad(text string, width int) string { return text + strings.Repeat(" ", max(width-len(text), 0)) }

func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
