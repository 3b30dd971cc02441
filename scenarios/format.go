package scenarios

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
)

// The tables of the format: one for each mapping, in the order in which the
// manual explains the keys.

var requestFields = []field[Request]{
	{"from", func(d *decoder, n *node, r *Request) { r.From = d.origin(n, placeNames()...) }},
	{"to", func(d *decoder, n *node, r *Request) { r.To = d.origin(n, schemeTargets...) }},
	{"via", func(*decoder, *node, *Request) {}}, // read by the scenario: it makes permutations
	{"path", func(d *decoder, n *node, r *Request) { r.Path = d.requestPath(n) }},
	{"userinfo", func(d *decoder, n *node, r *Request) { r.Userinfo = d.userinfo(n) }},
	{"method", func(d *decoder, n *node, r *Request) { r.Method = d.method(n) }},
	{"headers", func(d *decoder, n *node, r *Request) { r.Headers = d.headers(n, byScript) }},
	{"body", func(d *decoder, n *node, r *Request) { r.Body = d.body(n) }},
	{"mode", func(d *decoder, n *node, r *Request) { r.Mode = word(d, n, modes) }},
	{"credentials", func(d *decoder, n *node, r *Request) { r.Credentials = word(d, n, credentialsModes) }},
	{"redirect", func(d *decoder, n *node, r *Request) { r.Redirect = word(d, n, redirectModes) }},
	{"cache", func(d *decoder, n *node, r *Request) { r.Cache = word(d, n, cacheModes) }},
	{"referrer-policy", func(d *decoder, n *node, r *Request) { r.ReferrerPolicy = wordOrNone(d, n, referrerPolicies) }},
	{"integrity", func(d *decoder, n *node, r *Request) { r.Integrity = d.integrity(n) }},
	{"keepalive", func(d *decoder, n *node, r *Request) { r.Keepalive = d.Boolean(n) }},
	{"upload-listener", func(d *decoder, n *node, r *Request) { r.UploadListener = d.Boolean(n) }},
	{"sync", func(d *decoder, n *node, r *Request) { r.Sync = d.Boolean(n) }},
	{"response-type", func(d *decoder, n *node, r *Request) { r.ResponseType = wordOrNone(d, n, responseTypes) }},
	{"as", func(d *decoder, n *node, r *Request) { r.As = wordOrNone(d, n, preloadTypes) }},
}

var bodyFields = []field[Body]{
	{"type", func(d *decoder, n *node, b *Body) { b.Type, _ = d.Text(n, "a MIME type") }},
	{"text", func(d *decoder, n *node, b *Body) { b.Text = d.template(n, "the body's text", false) }},
	{"bytes", func(d *decoder, n *node, b *Body) { b.Bytes = d.Bytes(n, "the body's bytes") }},
	{"stream", func(d *decoder, n *node, b *Body) {
		// A stream of a text is the text as a stream.
		if b.Stream = true; n.Kind == tree.Scalar && !n.IsBoolean() {
			b.Text = d.template(n, "true, or the text of the stream", false)
			return
		}
		b.Stream = d.Boolean(n)
	}},
	{"times", func(d *decoder, n *node, b *Body) {
		b.Times = d.Integer(n, "how many times over, from 2 to 100000", 2, 100_000)
	}},
}

// body reads a request's body: a mapping, or just its text.
func (d *decoder) body(n *node) *Body {
	b := &Body{}
	switch {
	case n.Kind == tree.Scalar && n.Binary:
		b.Bytes = tree.IsomorphicEncode(n.Text)
		return b
	case n.Kind != tree.Mapping:
		b.Text = d.template(n, "a body: its text, or a mapping of "+tree.OneOf(names(bodyFields)), false)
		return b
	}
	readMapping(d, n, bodyFields, b)
	d.exclusive(n, "body")
	if n.Get("text") == nil && n.Get("bytes") == nil && n.Get("stream") == nil && n.Get("type") == nil {
		d.missing(n, "text", "`text` or `bytes` in a body")
	}
	return b
}

var replyFields = []field[Reply]{
	{"status", func(d *decoder, n *node, r *Reply) { r.Status = d.status(n) }},
	{"status-text", func(d *decoder, n *node, r *Reply) { r.StatusText = d.statusText(n) }},
	{"headers", func(d *decoder, n *node, r *Reply) { r.Headers = d.headers(n, byServer) }},
	{"body", func(d *decoder, n *node, r *Reply) { r.Body = d.replyBody(n) }},
	{"raw", func(d *decoder, n *node, r *Reply) { r.Raw = d.Bytes(n, "the whole answer, from the status line on") }},
	{"delay", func(d *decoder, n *node, r *Reply) { r.Delay = d.duration(n) }},
	{"abort", func(d *decoder, n *node, r *Reply) { r.Abort = word(d, n, aborts) }},
}

var replyBodyFields = []field[Template]{
	{"text", func(d *decoder, n *node, t *Template) { *t = d.template(n, "the body's text", true) }},
	{"bytes", func(d *decoder, n *node, t *Template) {
		*t = Literal(tree.IsomorphicDecode(d.Bytes(n, "the body's bytes")))
	}},
}

func (d *decoder) replyBody(n *node) *Template {
	var t Template
	if n.Kind == tree.Mapping {
		readMapping(d, n, replyBodyFields, &t)
		d.exclusive(n, "body")
	} else {
		t = d.template(n, "a body: its text, or a mapping of text or bytes", true)
	}
	return &t
}

func (d *decoder) reply(n *node, at string) *Reply {
	r := &Reply{Pos: n.Pos}
	if readMapping(d, n, replyFields, r) {
		d.exclusive(n, at)
	}
	return r
}

var hopFields = []field[Hop]{
	{"status", func(d *decoder, n *node, h *Hop) {
		h.Status = d.Integer(n, "the status of a redirect: 301, 302, 303, 307 or 308", 300, 399)
		if h.Status != 0 && !slices.Contains([]int{301, 302, 303, 307, 308}, h.Status) {
			d.Bad(n, "the status of a redirect: 301, 302, 303, 307 or 308")
		}
	}},
	{"headers", func(d *decoder, n *node, h *Hop) {
		h.Headers = d.headers(n, byServer)
		for _, line := range h.Headers {
			if strings.EqualFold(line.Name, "Location") {
				d.Add(line.Pos, Contradiction, "a Location header", "`to`, `path` and `userinfo`, or `location` for a literal value")
			}
		}
	}},
	{"to", func(d *decoder, n *node, h *Hop) { h.To = d.origin(n) }},
	{"path", func(d *decoder, n *node, h *Hop) { h.Path = d.path(n) }},
	{"userinfo", func(d *decoder, n *node, h *Hop) { h.Userinfo = d.userinfo(n) }},
	{"location", func(d *decoder, n *node, h *Hop) {
		t := d.template(n, "the value of Location", true)
		h.Location = &t
	}},
	{"preflight", func(d *decoder, n *node, h *Hop) { h.Preflight = d.reply(n, "preflight") }},
}

var resourceFields = append([]field[Resource]{
	{"at", func(d *decoder, n *node, r *Resource) { r.At = d.origin(n) }},
	{"path", func(d *decoder, n *node, r *Resource) { r.Path = d.path(n) }},
	{"preflight", func(d *decoder, n *node, r *Resource) { r.Preflight = d.reply(n, "preflight") }},
}, ofReply(replyFields)...)

// ofReply are the keys of a reply, as those of a resource.
func ofReply(fields []field[Reply]) []field[Resource] {
	out := make([]field[Resource], len(fields))
	for i, f := range fields {
		out[i] = field[Resource]{f.name, func(d *decoder, n *node, r *Resource) { f.read(d, n, &r.Reply) }}
	}
	return out
}

var setUpFields = []field[SetUp]{
	{"name", func(d *decoder, n *node, s *SetUp) { s.Name = d.name(n, "the name of a set-up") }},
	{"options", func(d *decoder, n *node, s *SetUp) {
		if n.Kind != tree.Mapping {
			d.Wrong(n, "a mapping of the set-up's options")
			return
		}
		s.Options = map[string]string{}
		for _, e := range n.Entries {
			var values []string
			d.Items(e.Value, "the value of the option "+e.Key+", or a list of values", func(item *node) {
				value, _ := d.Text(item, "the value of the option "+e.Key)
				values = append(values, value)
			})
			s.Options[e.Key] = strings.Join(values, ",")
		}
	}},
}

func (d *decoder) setUp(n *node) *SetUp {
	s := &SetUp{}
	if n.Kind == tree.Scalar {
		s.Name = d.name(n, "the name of a set-up")
		return s
	}
	if readMapping(d, n, setUpFields, s) && n.Get("name") == nil {
		d.missing(n, "name", "the name of a set-up")
	}
	return s
}

var serverFields = []field[Server]{
	{"preflight", func(d *decoder, n *node, s *Server) { s.Preflight = d.reply(n, "preflight") }},
	{"response", func(d *decoder, n *node, s *Server) { s.Response = *d.reply(n, "response") }},
	{"redirects", func(d *decoder, n *node, s *Server) {
		items, ok := d.Mappings(n, "a list of redirects")
		if !ok {
			return
		}
		s.Redirects = make([]Hop, len(items))
		for i, item := range items {
			s.Redirects[i].Pos = item.Pos
			if readMapping(d, item, hopFields, &s.Redirects[i]) {
				d.exclusive(item, "redirects")
			}
		}
	}},
	{"resources", func(d *decoder, n *node, s *Server) { s.Resources = d.readResources(n) }},
	{"set-up", func(d *decoder, n *node, s *Server) { s.SetUp = d.setUp(n) }},
}

func (d *decoder) readResources(n *node) map[string]Resource {
	if n.Kind != tree.Mapping {
		d.Wrong(n, "a mapping of names to resources")
		return nil
	}
	resources := map[string]Resource{}
	for _, e := range n.Entries {
		_, taken := named(e.Key)
		if taken || !resourceName.MatchString(e.Key) {
			d.Add(e.Pos, BadValue, "the resource name "+tree.Quoted(e.Key), "letters, digits, dots and hyphens, not the name of an origin")
		}
		r := Resource{Reply: Reply{Pos: e.Pos}}
		if readMapping(d, e.Value, resourceFields, &r) {
			d.exclusive(e.Value, "response")
		}
		if r.Path == "" {
			r.Path = "/" + e.Key
		}
		resources[e.Key] = r
	}
	return resources
}

var pageFields = []field[Page]{
	{"headers", func(d *decoder, n *node, p *Page) { p.Headers = d.headers(n, byPage) }},
	{"top", func(d *decoder, n *node, p *Page) { p.Top = d.place(n) }},
	{"sandbox", func(d *decoder, n *node, p *Page) {
		p.Sandbox = []string{}
		d.Items(n, "a list of sandbox tokens", func(item *node) {
			for _, token := range d.fields(item) {
				p.Sandbox = append(p.Sandbox, word(d, token, sandboxTokens))
			}
		})
	}},
	{"address-space", func(d *decoder, n *node, p *Page) { p.AddressSpace = word(d, n, addressSpaces) }},
	{"permissions", func(d *decoder, n *node, p *Page) {
		if n.Kind != tree.Mapping {
			d.Wrong(n, "a mapping of permission names to granted, denied or prompt")
			return
		}
		p.Permissions = map[string]string{}
		for _, e := range n.Entries {
			if !kebab.MatchString(e.Key) {
				d.Add(e.Pos, BadValue, "the permission "+tree.Quoted(e.Key), "the name of a permission")
			}
			p.Permissions[e.Key] = word(d, e.Value, permissionStates)
		}
	}},
	{"service-worker", func(d *decoder, n *node, p *Page) {
		p.ServiceWorker = &ServiceWorker{}
		readMapping(d, n, serviceWorkerFields, p.ServiceWorker)
	}},
}

var serviceWorkerFields = []field[ServiceWorker]{
	{"script", func(d *decoder, n *node, s *ServiceWorker) { s.Script, _ = d.Text(n, "the worker's script") }},
	{"responds", func(d *decoder, n *node, s *ServiceWorker) { s.Responds = word(d, n, responders) }},
}

var cookieFields = []field[Cookie]{
	{"on", func(d *decoder, n *node, c *Cookie) { c.On = d.place(n) }},
	{"name", func(d *decoder, n *node, c *Cookie) { c.Name = d.token(n, "a cookie's name") }},
	{"value", func(d *decoder, n *node, c *Cookie) {
		c.Value, _ = d.Text(n, "a cookie's value")
		if strings.IndexFunc(c.Value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f || r == ';' }) >= 0 {
			d.Bad(n, "a cookie's value, without ; and control characters")
		}
	}},
	{"attributes", func(d *decoder, n *node, c *Cookie) { c.Attributes = d.attributes(n) }},
}

func (d *decoder) cookies(n *node) []Cookie {
	items, _ := d.Mappings(n, "a list of cookies: [{on, name, value}]")
	cookies := make([]Cookie, len(items))
	for i, item := range items {
		cookies[i].Pos = item.Pos
		if !readMapping(d, item, cookieFields, &cookies[i]) {
			continue
		}
		for _, key := range []string{"on", "name", "value"} {
			if item.Get(key) == nil {
				d.missing(item, key, "a cookie's `on`, `name` and `value`")
			}
		}
	}
	return cookies
}

// attributes reads cookie attributes as in Set-Cookie.
func (d *decoder) attributes(n *node) string {
	s, ok := d.Text(n, `cookie attributes, such as "SameSite=None; Secure"`)
	if !ok {
		return ""
	}
	for attribute := range strings.SplitSeq(s, ";") {
		name, _, _ := strings.Cut(strings.TrimSpace(attribute), "=")
		known := false
		for _, w := range cookieAttributes {
			known = known || strings.EqualFold(w, name)
		}
		if !known && name != "" {
			d.Add(d.Within(n, name), UnknownWord, "the unknown attribute "+tree.Quoted(name), tree.Choice(name, cookieAttributes))
		}
	}
	return s
}

var expectFields = []field[Expect]{
	{"read", func(d *decoder, n *node, e *Expect) { e.Read = word(d, n, reads) }},
	{"reason", func(d *decoder, n *node, e *Expect) { e.Reason = word(d, n, reasons) }},
	{"server-saw", func(d *decoder, n *node, e *Expect) {
		e.ServerSaw = []string{}
		d.Items(n, "a list of methods in order", func(item *node) {
			e.ServerSaw = append(e.ServerSaw, d.token(item, "a method"))
		})
	}},
	{"wire", func(d *decoder, n *node, e *Expect) {
		items, ok := d.Mappings(n, "a list of requests: [{method, origin, ...}]")
		if !ok {
			return
		}
		e.Wire = make([]WireClaim, len(items))
		for i, item := range items {
			e.Wire[i].Pos = item.Pos
			readMapping(d, item, wireFields, &e.Wire[i])
		}
	}},
	{"type", func(d *decoder, n *node, e *Expect) { e.Type = word(d, n, types) }},
	{"status", func(d *decoder, n *node, e *Expect) {
		e.Status = ref(d.Integer(n, "a status, 0 for an opaque response", 0, 999))
	}},
	{"status-text", func(d *decoder, n *node, e *Expect) { e.StatusText = d.statusText(n) }},
	{"url", func(d *decoder, n *node, e *Expect) { e.URL = ref(d.template(n, "a URL", false)) }},
	{"redirected", func(d *decoder, n *node, e *Expect) { e.Redirected = ref(d.Boolean(n)) }},
	{"body", func(d *decoder, n *node, e *Expect) { e.Body = ref(d.template(n, "the text that script reads", false)) }},
	{"readable-headers", func(d *decoder, n *node, e *Expect) { e.ReadableHeaders = d.readable(n) }},
	{"hidden-headers", func(d *decoder, n *node, e *Expect) {
		e.HiddenHeaders = []string{}
		d.Items(n, "a list of header names", func(item *node) {
			e.HiddenHeaders = append(e.HiddenHeaders, strings.ToLower(d.token(item, "a header name")))
		})
	}},
	{"error", func(d *decoder, n *node, e *Expect) {
		e.Error, _ = d.Text(n, "the exception's name, such as TypeError")
	}},
	{"muted", func(d *decoder, n *node, e *Expect) { e.Muted = ref(d.Boolean(n)) }},
	{"timing", func(d *decoder, n *node, e *Expect) { e.Timing = d.timing(n) }},
	{"preflights", func(d *decoder, n *node, e *Expect) {
		e.Preflights = ref(d.Integer(n, "how many preflights", 0, 100))
	}},
	{"origin", func(d *decoder, n *node, e *Expect) { e.Origin = d.originClaim(n) }},
	{"request-headers", func(d *decoder, n *node, e *Expect) { e.RequestHeaders = d.headerClaims(n) }},
}

// readable reads header names that script can read, each with its value if it
// is claimed too: a list of names or "name: value", or a mapping.
func (d *decoder) readable(n *node) []string {
	out := []string{}
	one := func(pos Pos, name, rest string) {
		if !isToken(name) {
			d.Add(pos, BadValue, "the header name "+tree.Quoted(name), "a token")
		}
		out = append(out, strings.ToLower(name)+rest)
	}
	if n.Kind == tree.Mapping {
		for _, e := range n.Entries {
			one(e.Pos, e.Key, ": "+d.claim(e.Value, "the value of "+e.Key))
		}
		return out
	}
	d.Items(n, `a list of header names, each alone or as "name: value"`, func(item *node) {
		if item.Kind == tree.Mapping && len(item.Entries) == 1 {
			e := item.Entries[0]
			one(e.Pos, e.Key, ": "+d.claim(e.Value, "the value of "+e.Key))
			return
		}
		name, value, found := strings.Cut(d.claim(item, "a header name"), ":")
		if found {
			value = ": " + strings.TrimSpace(value)
		}
		if name != "" {
			one(item.Pos, name, value)
		}
	})
	return out
}

var wireFields = []field[WireClaim]{
	{"at", func(d *decoder, n *node, w *WireClaim) {
		if s := d.origin(n); s != "" {
			origin, _, _ := ResolveOrigin(s)
			w.At = origin.String()
		}
	}},
	{"path", func(d *decoder, n *node, w *WireClaim) { w.Path = d.path(n) }},
	{"method", func(d *decoder, n *node, w *WireClaim) { w.Method = d.token(n, "a method") }},
	{"origin", func(d *decoder, n *node, w *WireClaim) { w.Origin = d.originClaim(n) }},
	{"request-method", func(d *decoder, n *node, w *WireClaim) {
		w.RequestMethod = d.claim(n, "the value of Access-Control-Request-Method, or absent")
	}},
	{"request-headers", func(d *decoder, n *node, w *WireClaim) {
		w.RequestHeaders = d.claim(n, "the value of Access-Control-Request-Headers, or absent")
	}},
	{"cookie", func(d *decoder, n *node, w *WireClaim) {
		w.Cookie = d.claim(n, "the value of Cookie, absent or present")
	}},
	{"headers", func(d *decoder, n *node, w *WireClaim) { w.Headers = d.headerClaims(n) }},
	{"body", func(d *decoder, n *node, w *WireClaim) { w.Body = ref(d.claim(n, "the body that arrived")) }},
}

func (d *decoder) expect(n *node) Expect {
	e := Expect{Pos: n.Pos}
	if readMapping(d, n, expectFields, &e) && len(n.Entries) == 0 {
		d.missing(n, "read", "a claim, `read` at least")
	}
	return e
}

func ref[T any](v T) *T { return &v }
