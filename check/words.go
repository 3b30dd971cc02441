package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

const fetchSpec = "https://fetch.spec.whatwg.org/#"

// finding puts a cluster into words.
func (g cluster) finding(p *policy.Policy) Finding {
	s := g.plainest()
	w := g.words(s, p)
	f := Finding{
		Class: g.class, Severity: g.severity(p), Cause: g.cause,
		Title: w.title, Origin: s.Origin, Endpoint: s.Endpoint, Method: s.method(),
		Meant: cmp.Or(w.meant, s.Meant), Happened: w.happened, Spec: w.spec,
		Reason: cmp.Or(string(s.reason), s.Observed.Reason), Native: s.Observed.Native,
		Wire: s.Observed.Wire, Headers: g.lines(s), Curl: curl(s, p.Secrets()), Snippet: snippet(s.item),
		Also: g.also(s), Engines: g.engines(), Modelled: s.spared,
	}
	if g.class == policy.Leak || g.class == policy.OverPermissive {
		f.Reason, f.Native = "", ""
	}
	return f
}

// worded is what words a finding needs of its own. meant is "" where the probe
// says that.
type worded struct{ title, happened, spec, meant string }

func (g cluster) words(s showing, p *policy.Policy) worded {
	switch g.class {
	case policy.Leak:
		return g.leakWords(s)
	case policy.OverPermissive:
		return g.permissiveWords(s)
	case policy.Cache:
		return g.cacheWords(s)
	case policy.Ineffective:
		return g.ineffectiveWords(s, p)
	case policy.UnreadableError:
		w := worded{
			title:    "Responses that say no (" + joined(g.statuses()) + ") do not let the page know.",
			happened: fmt.Sprintf("The response was %s, and the page of %s could not read even that: %s", statusWords(s), s.Origin, about(s.reason)),
			spec:     fetchSpec + "http-cors-protocol",
		}
		if e := s.exchange(); e != nil && e.Status == 0 {
			w.happened = fmt.Sprintf("%s from a page of %s got no response.", asked(s.item), s.Origin)
		}
		if len(g.statuses()) == 0 {
			w.title = "Where a request fails, the server ends the connection without an answer."
		}
		return w
	}
	return g.refusedWords(s)
}

func (g cluster) cacheWords(s showing) worded {
	asker := "a page of " + s.subject
	if s.subject == "" {
		asker = "a request without Origin"
	}
	w := worded{
		title:    "Responses depend on who asks, and caches are not told (no Vary: Origin).",
		happened: fmt.Sprintf("The CORS headers of %s depend on the request's Origin. A cache may keep the response that %s got, and answer another origin with it.", asked(s.item), asker),
		spec:     fetchSpec + "cors-protocol-and-http-caches",
	}
	if s.lists(allowOrigin, "*") {
		w.happened = fmt.Sprintf("%s is not always answered with Access-Control-Allow-Origin: * (it may lack where the request has no Origin). A cache may keep the answer without it, and block a page with that. Send it always, or send Vary: Origin always.", asked(s.item))
	}
	if s.fromCache() {
		w.happened = fmt.Sprintf("The browser answered %s for a page of %s from its cache, with the response that another request had got, and blocked it.", asked(s.item), s.Origin)
	}
	return w
}

func (g cluster) ineffectiveWords(s showing, p *policy.Policy) worded {
	w := worded{spec: fetchSpec + "http-new-header-syntax", happened: fmt.Sprintf("The answer to %s has it; no browser does anything with it.", asked(s.item))}
	switch g.cause {
	case maxAgeValue:
		w.title = fmt.Sprintf("Access-Control-Max-Age is %s, which browsers read differently or not at all.", quoted(s.subject))
		w.meant = "Browsers may remember the answer to a preflight."
		if p.MaxAge > 0 {
			w.meant = fmt.Sprintf("Browsers may remember the answer to a preflight for %v at most.", p.MaxAge)
		}
		w.happened = "Browsers agree only on digits, a number of seconds. Of anything else one remembers the preflight for five seconds, another not at all."
		w.spec = fetchSpec + "http-access-control-max-age"
	case allowCredentials:
		w.title = fmt.Sprintf("Access-Control-Allow-Credentials is %s, and only \"true\" means anything.", quoted(s.subject))
	case allowOriginValue:
		w.title = fmt.Sprintf("Access-Control-Allow-Origin is %s, which matches no origin.", quoted(s.subject))
	case wildcardIneffective:
		w.title = fmt.Sprintf("%s has \"*\" beside credentials, which do not go together.", s.headers[0])
		w.happened = `For a request with credentials "*" is only a name, and covers nothing.`
		w.spec = fetchSpec + "cors-protocol-and-credentials"
	}
	return w
}

// asked is a request in words: "PUT /items".
func asked(i item) string { return i.method() + " " + i.path() }

func statusWords(s showing) string {
	e := s.exchange()
	switch {
	case e == nil:
		return "from a cache"
	case e.Status == 0:
		return "no answer"
	}
	return fmt.Sprintf("status %d", e.Status)
}

// lists is true when a header of the reply is, or lists, a value.
func (s showing) lists(header, value string) bool {
	e := s.exchange()
	return e != nil && slices.Contains(e.ReplyHeaders.SplitValues(header), value)
}

// also lists the other probes of the same cause, each once.
func (g cluster) also(shown showing) []string {
	var all []string
	seen := map[string]bool{also(shown.item): true}
	for _, s := range g.shown {
		if text := also(s.item); !seen[text] {
			seen[text] = true
			all = append(all, text)
		}
	}
	return all
}

func also(i item) string {
	with := i.unsafeHeaders()
	if i.credentialed() {
		with = append(with, "credentials")
	}
	text := asked(i)
	if len(with) > 0 {
		text += " with " + joined(with)
	}
	return text + " from " + i.Origin
}

func (g cluster) engines() []string {
	var names []string
	for _, s := range g.shown {
		if !slices.Contains(names, s.engine) {
			names = append(names, s.engine)
		}
	}
	return names
}

// subjects are what the finding is about, each once.
func (g cluster) subjects() []string {
	var all []string
	for _, s := range g.shown {
		if s.subject != "" && !slices.Contains(all, s.subject) {
			all = append(all, s.subject)
		}
	}
	return all
}

// statuses are those of the deciding responses, each once, in order.
func (g cluster) statuses() []string {
	var all []string
	for _, s := range g.shown {
		if e := s.exchange(); e != nil && e.Status != 0 {
			all = append(all, fmt.Sprint(e.Status))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ofPreflight is true when strangers get past a preflight and read nothing.
func (g cluster) ofPreflight() bool { return strings.HasPrefix(g.cause, preflightOf) }

// kept is true when one of the responses is used again without asking.
func (g cluster) kept() bool {
	return slices.ContainsFunc(g.shown, func(s showing) bool {
		e := s.exchange()
		return s.fromCache() || e != nil && fresh(*e)
	})
}

// joined is a list as a person writes it, cut where it gets long.
func joined(list []string) string {
	const most = 4
	switch n := len(list); {
	case n == 0:
		return "Something"
	case n > most:
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", n-most)
	case n > 1:
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return list[0]
}

func quoted(s string) string { return `"` + s + `"` }
