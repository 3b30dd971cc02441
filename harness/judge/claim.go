package judge

import (
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Claim says, one sentence each, where the author's claim is not met by what
// was seen; who names whose view that is ("the standard", "the browser"), and
// expand fills in the placeholders of the claim. What the author does not state
// is not judged, nor what the view cannot know.
func Claim(e scenarios.Expect, s observe.Seen, who string, expand Expander) []string {
	c := claimCheck{who: who, expand: expand}
	if e.Read != "" && e.Read != s.Read {
		c.add("claimed %s, %s says %s", e.Read, who, outcome(s))
	}
	if e.Reason != "" && e.Reason != s.Reason && !slices.Contains(s.Also, e.Reason) && (s.Predicted || specific(s.Reason)) {
		c.add("claimed reason %s, %s says %s", e.Reason, who, orNone(string(s.Reason)))
	}
	c.response(e, s)
	c.wire(e, s)
	return c.problems
}

// Expander fills in the placeholders of a claim, as [scenarios.Bound.Expand]
// does for a step.
type Expander func(scenarios.Template) string

type claimCheck struct {
	problems
	who    string
	expand Expander
}

func (c *claimCheck) equal(what, claimed, seen string) {
	if claimed != seen {
		c.add("claimed %s %s, %s says %s", what, orAbsent(claimed), c.who, orAbsent(seen))
	}
}

// response judges what is claimed of the response. A prediction knows all of
// it; a browser only what the way to load shows to script, and of a network
// error that there is nothing.
func (c *claimCheck) response(e scenarios.Expect, s observe.Seen) {
	shown := s.Predicted || s.Details || s.Read == oracle.Blocked
	if e.Type != "" && (s.Predicted || s.Type != "") {
		c.equal("type", e.Type, s.Type)
	}
	if e.Status != nil && shown && *e.Status != s.Status {
		c.add("claimed status %d, %s says %d", *e.Status, c.who, s.Status)
	}
	if e.StatusText != nil && shown && *e.StatusText != s.StatusText {
		c.add("claimed status text %q, %s says %q", *e.StatusText, c.who, s.StatusText)
	}
	if e.URL != nil && shown {
		c.equal("url", scenarios.StripToken(c.expand(*e.URL)), s.URL)
	}
	if e.Redirected != nil && *e.Redirected != s.Redirected && (s.Predicted || s.Type != "") {
		c.add("claimed redirected %t, %s says %t", *e.Redirected, c.who, s.Redirected)
	}
	switch {
	case e.Body == nil:
	case s.Body != nil:
		c.equal("body", c.expand(*e.Body), *s.Body)
	case s.Read != oracle.Allowed:
		c.equal("body", c.expand(*e.Body), "")
	}
	readable := combined(s.Headers)
	for _, claimed := range e.ReadableHeaders {
		name, value, withValue := strings.Cut(claimed, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		seen, found := readable[name]
		switch {
		case !found && s.Predicted && framing[name]: // the oracle knows no framing
		case !found:
			c.add("claimed that script can read the header %s, %s says it cannot", name, c.who)
		case withValue:
			c.equal("header "+name, strings.TrimPrefix(value, " "), seen)
		}
	}
	for _, name := range e.HiddenHeaders {
		if value, found := readable[strings.ToLower(name)]; found {
			c.add("claimed that script cannot read the header %s, %s says it can (%q)", name, c.who, value)
		}
	}
	if e.Error != "" && (s.Error != "" || !s.Predicted || s.Read != oracle.Blocked) && !strings.Contains(s.Error, e.Error) {
		c.add("claimed error %q, %s says %s", e.Error, c.who, orNone(s.Error))
	}
	if e.Timing != "" {
		c.equal("timing", e.Timing, s.Timing)
	}
	switch {
	case e.Muted == nil:
	case s.Muted == nil && !s.Predicted: // a script that throws nothing does not show it
	case s.Muted == nil:
		c.add("claimed muted %t, and only a classic script that runs shows that", *e.Muted)
	case *e.Muted != *s.Muted:
		c.add("claimed muted %t, %s says %t", *e.Muted, c.who, *s.Muted)
	}
}

func (c *claimCheck) wire(e scenarios.Expect, s observe.Seen) {
	saw := func(place int, r observe.Request) bool { return e.ServerSaw[place] == r.Method }
	seen := e.ServerSaw != nil && align(len(e.ServerSaw), s.Wire, saw) != nil
	as := func(place int, r observe.Request) bool {
		var one claimCheck
		one.request(1, e.Wire[place], r, s.Predicted)
		return len(one.problems) == 0
	}
	arrived := e.Wire != nil && align(len(e.Wire), s.Wire, as) != nil
	s.Wire = slices.DeleteFunc(slices.Clone(s.Wire), func(r observe.Request) bool { return r.Maybe })

	methods, preflights := []string{}, 0
	var last *observe.Request
	for i, r := range s.Wire {
		methods = append(methods, r.Method)
		if r.Preflight {
			preflights++
		} else {
			last = &s.Wire[i]
		}
	}
	if e.ServerSaw != nil && !seen {
		c.add("claimed that the server saw [%s], %s says [%s]", strings.Join(e.ServerSaw, ", "), c.who, strings.Join(methods, ", "))
	}
	if e.Preflights != nil && *e.Preflights != preflights {
		c.add("claimed %d preflights, %s says %d", *e.Preflights, c.who, preflights)
	}
	if e.Origin != "" {
		if last == nil {
			c.add("claimed Origin %q, %s says that no actual request was sent", e.Origin, c.who)
		} else {
			c.headerValue("Origin", e.Origin, last.Origin, last.Origin != "")
		}
	}
	c.requestHeaders(e.RequestHeaders, s, last)
	if e.Wire == nil || arrived {
		return
	}
	if len(e.Wire) != len(s.Wire) {
		c.add("claimed %d requests on the wire, %s says %d: [%s]", len(e.Wire), c.who, len(s.Wire), strings.Join(methods, ", "))
		return
	}
	for i, claimed := range e.Wire {
		c.request(i+1, claimed, s.Wire[i], s.Predicted)
	}
}

// requestHeaders holds the claimed headers against the last actual request,
// or, when none was sent, against the last one there was.
func (c *claimCheck) requestHeaders(claimed map[string]string, s observe.Seen, last *observe.Request) {
	if len(claimed) == 0 {
		return
	}
	if last == nil {
		if len(s.Wire) == 0 {
			c.add("claimed request headers, %s says that nothing was sent", c.who)
			return
		}
		last = &s.Wire[len(s.Wire)-1]
	}
	for _, name := range slices.Sorted(maps.Keys(claimed)) {
		c.header(name, claimed[name], *last, s.Predicted)
	}
}

func (c *claimCheck) request(n int, claimed scenarios.WireClaim, r observe.Request, predicted bool) {
	before := len(c.problems)
	if claimed.At != "" {
		c.equal("at", originOf(claimed.At), r.At)
	}
	if claimed.Path != "" {
		path, _, _ := strings.Cut(claimed.Path, "#")
		c.equal("path", oracle.WirePath(path), r.Path)
	}
	if claimed.Method != "" {
		c.equal("method", claimed.Method, r.Method)
	}
	c.headerValue("Origin", claimed.Origin, r.Origin, r.Origin != "")
	c.headerValue("Access-Control-Request-Method", claimed.RequestMethod, r.RequestMethod, r.RequestMethod != "")
	c.headerValue("Access-Control-Request-Headers", claimed.RequestHeaders, r.RequestHeaders, r.RequestHeaders != "")
	c.headerValue("Cookie", claimed.Cookie, r.Cookie, r.Cookie != "")
	for _, name := range slices.Sorted(maps.Keys(claimed.Headers)) {
		c.header(name, claimed.Headers[name], r, predicted)
	}
	if claimed.Body != nil {
		c.equal("body", *claimed.Body, r.Body)
	}
	for i := before; i < len(c.problems); i++ {
		c.problems[i] = "wire " + ordinal(n) + ": " + c.problems[i]
	}
}

// header judges a header of any name.
func (c *claimCheck) header(name, claimed string, r observe.Request, predicted bool) {
	value, found := r.Header(name)
	if predicted && !found {
		switch strings.ToLower(name) {
		case "origin":
			value, found = r.Origin, r.Origin != ""
		case "cookie":
			value, found = r.Cookie, r.Cookie != ""
		case "access-control-request-method":
			value, found = r.RequestMethod, r.RequestMethod != ""
		case "access-control-request-headers":
			value, found = r.RequestHeaders, r.RequestHeaders != ""
		default:
			if browsersOwn(name) {
				return
			}
		}
	}
	c.headerValue(name, claimed, value, found)
}

// browsersOwn is true for a header that a prediction may leave out: what each
// browser adds as it likes, or as the connection has it. Whatever else there is
// to a request, the standard says.
func browsersOwn(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "sec-") || slices.Contains([]string{
		"accept", "accept-encoding", "accept-language", "connection", "content-length", "dnt", "host", "keep-alive",
		"priority", "range", "referer", "te", "transfer-encoding", "upgrade-insecure-requests", "user-agent",
	}, name)
}

// headerValue understands the words of a claim: absent, present, or a value.
func (c *claimCheck) headerValue(name, claimed, value string, found bool) {
	switch claimed {
	case "":
	case "absent":
		if found {
			c.add("claimed that %s is absent, %s says %q", name, c.who, value)
		}
	case "present":
		if !found {
			c.add("claimed that %s is present, %s says it is absent", name, c.who)
		}
	default:
		if o, _, err := scenarios.ResolveOrigin(claimed); err == nil && strings.EqualFold(name, "Origin") {
			claimed = o.String() // a named origin stands for its serialisation
		}
		c.equal(name, strings.Trim(claimed, " \t"), value) // the wire keeps no white space around it
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func originOf(name string) string {
	if o, _, err := scenarios.ResolveOrigin(name); err == nil {
		return o.String()
	}
	return name
}

func ordinal(n int) string {
	const words = "first second third fourth fifth sixth seventh eighth ninth tenth"
	if list := strings.Fields(words); n <= len(list) {
		return list[n-1]
	}
	return "later"
}
