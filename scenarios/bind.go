package scenarios

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// Assets knows what a way to load can load: the default body of a reply and its
// Content-Type. A way without machinery has no Content-Type. fixtures provides
// it.
type Assets interface {
	Default(via oracle.Via) (contentType string, body []byte)
}

// Query is a request that wants an answer: from the wire, or from the oracle.
type Query struct {
	At             oracle.Origin
	Hop            int
	Path           string // without the token
	Preflight      bool   // OPTIONS with Access-Control-Request-Method
	Origin         string // header values, "" when absent
	RequestMethod  string
	RequestHeaders string
	SocketKey      string // Sec-WebSocket-Key
}

// Answer is a concrete reply: placeholders expanded, default body filled in.
type Answer struct {
	Status     int
	StatusText *string // nil: what usually stands behind the status
	Headers    oracle.Headers
	Body       []byte // after status 101 the one message that the server sends
	Raw        []byte // the whole answer; nil: built from the parts above
	Delay      time.Duration
	Abort      string // "", before-headers, in-body
}

var validToken = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Bind gives a permutation the token of one run: letters, digits, "-" and "_".
// Tokens must differ from case to case, and from run to run where a browser
// lives longer than a run.
func (p *Permutation) Bind(token string, assets Assets) (*Bound, error) {
	return p.bindTo(token, assets, false)
}

// BindBare binds a permutation of a set-up, and keeps the token out of its URLs.
func (p *Permutation) BindBare(token string, assets Assets) (*Bound, error) {
	return p.bindTo(token, assets, true)
}

func (p *Permutation) bindTo(token string, assets Assets, bare bool) (*Bound, error) {
	if !validToken.MatchString(token) {
		return nil, fmt.Errorf("scenarios: token %q: expected letters, digits, - and _", token)
	}
	if assets == nil {
		return nil, errors.New("scenarios: bind needs assets")
	}
	b := &Bound{Permutation: p, Token: token, assets: assets, bare: bare}
	for i := range p.Steps {
		b.chains = append(b.chains, newChain(&p.Steps[i]))
		b.setUp = b.setUp || p.Steps[i].Server.SetUp != nil
	}
	for i := range p.Steps {
		step, err := b.bind(i, &p.Steps[i])
		if err != nil {
			return nil, fmt.Errorf("scenarios: %s: %w", p.ID, err)
		}
		b.Steps = append(b.Steps, step)
	}
	return b, nil
}

func (b *Bound) bind(i int, s *Step) (BoundStep, error) {
	names := caseNames{bound: b, step: s}
	client, err := s.client(names)
	if err != nil {
		return BoundStep{}, err
	}
	url, err := b.url(s, client)
	if err != nil {
		return BoundStep{}, err
	}
	r := s.Request
	if w := client.ServiceWorker; w != nil && w.Responds == "synthetic" {
		contentType, body := b.assets.Default(r.Via)
		w.Response = oracle.Reply{Status: 200, Headers: oracle.Headers{{Name: "Content-Type", Value: contentType}}, Body: body}
	}
	bound := BoundStep{
		Step:         s,
		Request:      r.unbound(r.Via),
		NotSupported: b.notSupported(s),
	}
	bound.Request.Client, bound.Request.URL = client, url
	bound.Request.Integrity = b.integrity(s)
	if len(r.Headers) > 0 {
		bound.Request.Headers = r.Headers.expand(Query{}, names)
	}
	bound.Request.Body = r.body(names)
	for _, c := range s.Cookies {
		bound.Cookies = append(bound.Cookies, b.cookie(i, c))
	}
	if s.Server.SetUp == nil {
		bound.Server = oracle.ServerFunc(func(w oracle.WireRequest) oracle.Reply { return b.reply(i, w) })
	}
	return bound, nil
}

// client is the place that the step's request comes from.
func (s *Step) client(names caseNames) (oracle.Client, error) {
	place, found := PlaceOf(s.Request.From)
	c := oracle.Client{Page: App, Top: names.bound.top, Opaque: place.Opaque, DataURL: place.Name == "opaque-data", Worker: place.Worker}
	if home := names.bound.home; !home.IsOpaque() {
		c.Page = home
	}
	if !found {
		var err error
		if c.Page, _, err = ResolveOrigin(s.Request.From); err != nil {
			return c, err
		}
	}
	p := s.Page
	if p == nil {
		return c, nil
	}
	c.Headers = p.Headers.expand(Query{}, names)
	c.AddressSpace, c.Permissions = p.AddressSpace, p.Permissions
	if p.Top != "" && c.Top.IsOpaque() {
		c.Top, _, _ = ResolveOrigin(p.Top)
	}
	if p.Sandbox != nil && !slices.Contains(p.Sandbox, "allow-same-origin") {
		c.Opaque = true
	}
	c.Sandbox = p.Sandbox
	if w := p.ServiceWorker; w != nil {
		responds, _ := w.responder()
		c.ServiceWorker = &oracle.ServiceWorker{Responds: responds, Script: w.Script}
	}
	return c, nil
}

func (b *Bound) address(hop int) Address {
	return Address{Token: b.Token, Hop: hop, SetUp: b.setUp, Bare: b.bare && b.setUp}
}

func (b *Bound) url(s *Step, client oracle.Client) (string, error) {
	switch s.Request.To {
	case "data:":
		if s.Request.Path != "/" {
			return "data:" + s.Request.Path, nil
		}
		local := b.local(s)
		contentType := local.Type
		if contentType == "" {
			contentType = "text/plain"
		}
		return "data:" + contentType + ";base64," + base64.StdEncoding.EncodeToString(local.Bytes), nil
	case "blob:":
		_, fragment, found := strings.Cut(s.Request.Path, "#")
		if found {
			fragment = "#" + fragment
		}
		// A browser makes a name of its own for it, and puts it in this one's place.
		return "blob:" + client.Origin().String() + "/" + b.Token + fragment, nil
	}
	origin, _, err := ResolveOrigin(s.Request.To)
	if err != nil {
		return "", err
	}
	return b.address(0).URL(origin, s.Request.Path, s.Request.Userinfo), nil
}

// Local is what a URL that needs no server names: the bytes of a data: URL, or
// the blob of a blob: URL.
type Local struct {
	Type  string
	Bytes []byte
	// Revoked is true when nothing is behind the URL any more.
	Revoked bool
}

// Local is what the URL of a step to blob: names; false for other steps.
func (b *Bound) Local(step int) (Local, bool) {
	s := b.Steps[step].Step
	if s.Request.To != "blob:" {
		return Local{}, false
	}
	return b.local(s), true
}

func (b *Bound) local(s *Step) Local {
	reply := s.Server.Response
	reply.Status = 0 // it has none, and so always a body
	a := b.answer(reply, s.Request.loads(), Query{}, caseNames{bound: b, step: s})
	contentType, _ := a.Headers.Get("Content-Type")
	return Local{Type: contentType, Bytes: a.Body, Revoked: a.Abort != ""}
}

// reply answers the oracle.
func (b *Bound) reply(step int, w oracle.WireRequest) oracle.Reply {
	if local, ok := b.Local(step); ok && strings.HasPrefix(w.URL, "blob:") {
		reply := oracle.Reply{Status: 200, Body: local.Bytes}
		if blobType := oracle.BlobType(local.Type); blobType != "" {
			reply.Headers = oracle.Headers{{Name: "Content-Type", Value: blobType}}
		}
		if local.Revoked {
			reply.Abort = "before-headers"
		}
		return reply
	}
	q, ok := b.query(w)
	if !ok {
		return oracle.Reply{Status: 404}
	}
	_, protocol, _ := ResolveOrigin(q.At.String())
	return b.Answer(step, q).received(w.Method, protocol)
}

// query reads a predicted request as the servers read one from the wire. It is
// false for a request of another case.
func (b *Bound) query(w oracle.WireRequest) (Query, bool) {
	scheme, rest, found := strings.Cut(w.URL, "://")
	if !found {
		return Query{}, false
	}
	authority, target := rest, "/"
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, target = rest[:i], rest[i:]
	}
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	at, err := literalOrigin(scheme + "://" + authority)
	if err != nil {
		return Query{}, false
	}
	address, path, ok := ParseTarget(target)
	if !ok || address.Token != b.Token {
		return Query{}, false
	}
	return Query{
		At: at, Hop: address.Hop, Path: path, Preflight: w.Preflight,
		Origin: w.Origin, RequestMethod: w.RequestMethod, RequestHeaders: w.RequestHeaders,
		SocketKey: w.SocketKey,
	}, true
}

// notSupported says, in one sentence, which keys of a step have no machinery;
// "" when all have. It is the one place that knows.
func (b *Bound) notSupported(s *Step) string {
	contentType, _ := b.assets.Default(s.Request.Via)
	var missing []string
	for _, key := range []struct {
		name string
		used bool
	}{
		{"via: " + string(s.Request.Via), contentType == ""},
		// crypto/tls refuses a server name that ends so.
		{"an https origin that ends in a dot", s.endsInDot()},
		{"Content-Encoding br or zstd", s.responseHas("Content-Encoding", "br") || s.responseHas("Content-Encoding", "zstd")},
		{"stale-while-revalidate between steps", len(b.Permutation.Steps) > 1 && s.responseHas("Cache-Control", "stale-while-revalidate")},
		{"a service worker's answer that is none of the words", s.workerIsUnknown()},
		{"an http document in a frame of a secure page", s.insecureInSecure()},
		// Documents keep images, whatever the HTTP cache does.
		{"loading an image, or preloading what the page has already", b.loadedBefore(s)},
		// Go's HTTP/2 server takes these for errors of the protocol.
		{"a stray % in a path over HTTP/2", s.strayPercent()},
		{"a control character in a header of a request over HTTP/2", s.controlOverH2()},
	} {
		if key.used {
			missing = append(missing, key.name)
		}
	}
	switch len(missing) {
	case 0:
		return ""
	case 1:
		return missing[0] + " is not supported yet"
	}
	return strings.Join(missing[:len(missing)-1], ", ") + " and " + missing[len(missing)-1] + " are not supported yet"
}

// workerIsUnknown reports whether the page has a service worker of the author's
// that answers in a way of its own.
func (s *Step) workerIsUnknown() bool {
	if s.Page == nil || s.Page.ServiceWorker == nil {
		return false
	}
	_, known := s.Page.ServiceWorker.responder()
	return !known
}

// endsInDot reports whether an https origin of the step has a host that ends in
// a dot.
func (s *Step) endsInDot() bool {
	names := []string{s.Request.From, s.Request.To}
	for _, hop := range s.Server.Redirects {
		names = append(names, hop.To)
	}
	return slices.ContainsFunc(names, func(name string) bool {
		origin, _, err := ResolveOrigin(name)
		return err == nil && origin.Scheme == "https" && strings.HasSuffix(origin.Host, ".")
	})
}

// loadedBefore reports whether an earlier step loads the same image on the same
// page: a document asks once for it.
func (b *Bound) loadedBefore(s *Step) bool {
	kept := keptByDocument[s.Request.Via]
	before := false
	for i := range b.Permutation.Steps {
		other := &b.Permutation.Steps[i]
		if other == s {
			return before && !s.Fresh
		}
		same := keptByDocument[other.Request.Via] == kept && other.Request.From == s.Request.From &&
			other.Request.To == s.Request.To && other.Request.Path == s.Request.Path
		before = kept != "" && (before && !other.Fresh || same)
	}
	return false
}

// keptByDocument are the ways to load whose results a document keeps by URL.
//
// https://html.spec.whatwg.org/multipage/images.html#list-of-available-images
var keptByDocument = map[oracle.Via]string{
	"img": "image", "img-cors": "image", "img-srcset": "image", "input-image": "image", "svg-image": "image", "svg-feimage": "image",
	"canvas": "image", "webgl": "image", "imagebitmap": "image", "poster": "image",
	"css-image": "image", "css-border": "image", "css-cursor": "image", "css-mask": "image", "css-shape": "image",
	"preload": "preload", "modulepreload": "preload",
	"svg-use": "document", "css-clip-path": "document", "css-filter": "document",
}

// responseHas reports whether a header of the response lists a word, which may
// have a value ("max-age" has one).
func (s *Step) responseHas(header, word string) bool {
	reply := s.Server.Response
	headers := reply.Headers.expand(Query{}, originsOnly{})
	if reply.Raw != nil {
		h, _, _ := finalHead(reply.Raw)
		headers = h.headers
	}
	return slices.ContainsFunc(headers.SplitValues(header), func(value string) bool {
		name, _, _ := strings.Cut(value, "=")
		return strings.EqualFold(strings.TrimSpace(name), word)
	})
}

// insecureInSecure reports whether the document of the step is one that the page
// around it may not load: mixed content.
func (s *Step) insecureInSecure() bool {
	if s.Page == nil || s.Page.Top == "" {
		return false
	}
	top, _, err := ResolveOrigin(s.Page.Top)
	from, _, wrong := ResolveOrigin(s.Request.From)
	return err == nil && wrong == nil && top.Scheme == "https" && !from.IsPotentiallyTrustworthy()
}

// controlOverH2 reports whether the step sends a header with a control character
// to an origin that speaks HTTP/2.
func (s *Step) controlOverH2() bool {
	return slices.ContainsFunc(s.Request.Headers, func(line Line) bool {
		return strings.ContainsFunc(line.Value.String(), func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
	}) && slices.ContainsFunc(newChain(s), func(l link) bool { return protocolOf(l.at) == H2 })
}

// strayPercent reports whether the step asks an origin that speaks HTTP/2 for a
// path that is no percent-encoding.
func (s *Step) strayPercent() bool {
	return slices.ContainsFunc(newChain(s), func(l link) bool {
		path, _, _ := strings.Cut(l.path, "?")
		_, err := url.PathUnescape(path)
		return err != nil && protocolOf(l.at) == H2
	})
}

// Origins lists every origin that the permutation touches, each once: pages,
// targets, hops, resources, cookies, and those that {url:NAME} names.
func (b *Bound) Origins() []oracle.Origin {
	var origins []oracle.Origin
	add := func(name string) {
		if origin, _, err := ResolveOrigin(name); err == nil && !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	for i := range b.Steps {
		s := b.Steps[i].Step
		add(b.Steps[i].Request.Client.Page.String())
		if s.Page != nil {
			add(s.Page.Top)
		}
		add(s.Request.To)
		for _, link := range b.chains[i] {
			add(link.at.String())
			if s.upgrades(b.Steps[i].Request.Client.Page) {
				add(upgraded(link.at).String())
			}
		}
		for _, name := range sortedKeys(s.Server.Resources) {
			add(s.Server.Resources[name].At)
		}
		for _, c := range s.Cookies {
			add(c.On)
		}
		for _, name := range s.urlNames() {
			add(name)
		}
	}
	return origins
}

// urlNames are the names of every {url:NAME} of a step.
func (s *Step) urlNames() []string {
	var names []string
	template := func(t *Template) {
		if t == nil {
			return
		}
		for _, p := range t.parts {
			if p.word == urlOf {
				names = append(names, p.name)
			}
		}
	}
	lines := func(l Lines) {
		for i := range l {
			template(&l[i].Value)
		}
	}
	reply := func(r *Reply) {
		if r != nil {
			lines(r.Headers)
			template(r.Body)
		}
	}
	lines(s.Request.Headers)
	if s.Request.Body != nil {
		template(&s.Request.Body.Text)
	}
	reply(s.Server.Preflight)
	for i := range s.Server.Redirects {
		hop := &s.Server.Redirects[i]
		lines(hop.Headers)
		template(hop.Location)
		reply(hop.Preflight)
	}
	reply(&s.Server.Response)
	for _, name := range sortedKeys(s.Server.Resources) {
		r := s.Server.Resources[name]
		reply(&r.Reply)
		reply(r.Preflight)
	}
	return names
}

// Expand fills in a template of the step's request or claim, such as
// Expect.URL. {url:NAME} is the URL at the last hop.
func (b *Bound) Expand(step int, t Template) string {
	return t.Expand(Query{}, caseNames{bound: b, step: b.Steps[step].Step, hop: len(b.chains[step]) - 1})
}

func (b *Bound) chainOf(s *Step) chain {
	for i := range b.Permutation.Steps {
		if &b.Permutation.Steps[i] == s {
			return b.chains[i]
		}
	}
	return newChain(s)
}
