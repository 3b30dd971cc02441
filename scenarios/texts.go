package scenarios

import (
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
)

// template reads a text with placeholders. inReply says whether there is a
// request that it answers.
func (d *decoder) template(n *node, what string, inReply bool) Template {
	s, ok := d.Text(n, what)
	if !ok {
		return Template{}
	}
	if n.Binary {
		return Literal(s)
	}
	t, errs := parseTemplate(s)
	for _, err := range errs {
		d.Add(d.Within(n, err.Placeholder), BadPlaceholder, tree.Quoted(err.Placeholder), err.Wanted)
	}
	for _, p := range t.parts {
		d.placeholder(n, p, inReply)
	}
	return t
}

func (d *decoder) placeholder(n *node, p part, inReply bool) {
	written := "{" + p.word + "}"
	problem := func(expected string) { d.Add(d.Within(n, written), BadPlaceholder, tree.Quoted(written), expected) }
	switch p.word {
	case "":
	case originOf, urlOf:
		written = "{" + p.word + ":" + p.name + "}"
		if p.word == urlOf && (d.resources[p.name] || d.partial && resourceName.MatchString(p.name)) {
			return
		}
		if _, _, err := ResolveOrigin(p.name); err != nil {
			if p.word == urlOf {
				problem("the name of an origin or a resource: " + tree.Choice(p.name, append(originNames(), sortedKeys(d.resources)...)))
			} else {
				problem("the name of an origin: " + tree.Choice(p.name, originNames()))
			}
		}
	default:
		if !inReply {
			problem("{origin:NAME} or {url:NAME}: only replies know a request's headers")
		}
	}
}

// claim reads a text that is compared with what arrived. {origin:NAME} is
// filled in here: it is the same in every run.
func (d *decoder) claim(n *node, what string) string {
	t := d.template(n, what, false)
	for _, p := range t.parts {
		if p.word == urlOf {
			d.Add(d.Within(n, "{url:"), BadPlaceholder, tree.Quoted("{url:"+p.name+"}"), "{origin:NAME} here: URLs differ from run to run")
			return ""
		}
	}
	return t.Expand(Query{}, originsOnly{})
}

type originsOnly struct{}

func (originsOnly) URL(string) string { return "" }
func (originsOnly) Origin(name string) string {
	origin, _, _ := ResolveOrigin(name)
	return origin.String()
}

// originClaim reads the value of an Origin header: "absent", "null", or an
// origin, whose name will do.
func (d *decoder) originClaim(n *node) string {
	s := d.claim(n, `a serialised origin, "null" or absent`)
	if s == "" || s == "absent" || s == "null" {
		return s
	}
	origin, _, err := ResolveOrigin(s)
	if err != nil {
		d.Add(n.Pos, BadOrigin, "the origin "+tree.Quoted(s), `a named or serialised origin, "null" or absent`)
		return ""
	}
	return origin.String()
}

// author says who sends headers, and so what may stand in them.
type author int

const (
	byScript author = iota // anything: fetch() and XMLHttpRequest throw
	byServer               // placeholders for the request that is answered
	byPage
)

// headers reads header lines: a mapping, whose values may be lists of one line
// each, or a list of [name, value] pairs.
func (d *decoder) headers(n *node, who author) Lines {
	lines := Lines{}
	line := func(pos Pos, name string, value *node) {
		if who != byScript && !isToken(name) {
			d.Add(pos, BadValue, "the header name "+tree.Quoted(name), "a token: letters, digits and !#$%&'*+-.^_`|~ (anything else takes `raw`)")
			return
		}
		t := d.template(value, "the value of "+name, who == byServer)
		if i := strings.IndexAny(t.source, "\r\n\x00"); i >= 0 && who != byScript {
			d.Add(value.Pos, BadValue, "a line break or NUL in the value of "+name, "a value on one line (a block scalar ends in a line break; `raw` takes anything)")
			return
		}
		lines = append(lines, Line{Pos: pos, Name: name, Value: t})
	}
	named := func(pos Pos, name string, value *node) {
		if value.Kind != tree.List {
			line(pos, name, value)
			return
		}
		for _, v := range value.Items {
			line(pos, name, v)
		}
	}
	const what = "headers: a mapping of names to values, or a list of [name, value] pairs"
	switch n.Kind {
	case tree.Mapping:
		for _, e := range n.Entries {
			named(e.Pos, e.Key, e.Value)
		}
	case tree.List:
		for _, pair := range n.Items {
			switch {
			case pair.Kind == tree.Mapping && len(pair.Entries) == 1:
				named(pair.Entries[0].Pos, pair.Entries[0].Key, pair.Entries[0].Value)
			case pair.Kind != tree.List || len(pair.Items) != 2:
				d.Wrong(pair, "a [name, value] pair")
			default:
				if name, ok := d.Scalar(pair.Items[0], "a header name"); ok {
					named(pair.Pos, name, pair.Items[1])
				}
			}
		}
	default:
		d.Wrong(n, what)
	}
	return lines
}

// headerClaims reads what is claimed of headers by name: a value, "absent" or
// "present". Names come out in lower case.
func (d *decoder) headerClaims(n *node) map[string]string {
	if n.Kind != tree.Mapping {
		d.Wrong(n, "a mapping of header names to a value, absent or present")
		return nil
	}
	claims := map[string]string{}
	for _, e := range n.Entries {
		if !isToken(e.Key) {
			d.Add(e.Pos, BadValue, "the header name "+tree.Quoted(e.Key), "a token")
			continue
		}
		name := strings.ToLower(e.Key)
		if _, twice := claims[name]; twice {
			d.Add(e.Pos, RepeatedKey, "the header "+tree.Quoted(e.Key)+" again", "each name once, in whatever case")
		}
		claims[name] = d.claim(e.Value, "a value, absent or present")
	}
	return claims
}
