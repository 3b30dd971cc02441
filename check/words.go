package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

const (
	allowOrigin            = "Access-Control-Allow-Origin"
	allowCredentialsHeader = "Access-Control-Allow-Credentials"
	allowMethods           = "Access-Control-Allow-Methods"
	allowHeaders           = "Access-Control-Allow-Headers"
	exposeHeaders          = "Access-Control-Expose-Headers"
	maxAgeHeader           = "Access-Control-Max-Age"
)

const fetchSpec = "https://fetch.spec.whatwg.org/#"

// finding puts a cluster into words.
func (g cluster) finding(p *policy.Policy) Finding {
	s := g.plainest()
	w := g.words(s)
	f := Finding{
		Class: g.class, Severity: g.severity(p), Cause: g.cause,
		Title: w.title, Origin: s.Origin, Endpoint: s.Endpoint, Method: s.method(),
		Meant: s.Meant, Happened: w.happened, Spec: w.spec,
		Reason: cmp.Or(string(s.reason), s.Observed.Reason), Native: s.Observed.Native,
		Wire: s.Observed.Wire, Headers: g.lines(s), Curl: curl(s), Snippet: snippet(s.item),
		Also: g.also(s), Engines: g.engines(),
	}
	if g.class == policy.Leak || g.class == policy.OverPermissive {
		f.Reason, f.Native = "", ""
	}
	return f
}

// worded is what words a finding needs of its own.
type worded struct{ title, happened, spec string }

func (g cluster) words(s showing) worded {
	switch g.class {
	case policy.Leak:
		return g.leakWords(s)
	case policy.OverPermissive:
		return g.permissiveWords(s)
	case policy.Cache:
		return g.cacheWords(s)
	case policy.Ineffective:
		return g.ineffectiveWords(s)
	case policy.UnreadableError:
		return worded{
			title:    "Responses that say no (" + joined(g.statuses()) + ") do not let the page know.",
			happened: fmt.Sprintf("The response was %s, and the page of %s could not read even that: %s", statusWords(s), s.Origin, about(s.reason)),
			spec:     fetchSpec + "http-cors-protocol",
		}
	}
	return g.refusedWords(s)
}

// strangers are those who ask, as the subject of a sentence, and the comparison
// that lets them in.
var strangers = map[policy.Who]struct{ who, why string }{
	policy.Foreign:       {"Any website", "the server lets every origin in"},
	policy.Null:          {"A sandboxed frame of any website (origin null)", "the server allows the origin null, which every site can have"},
	policy.Scheme:        {"An unencrypted page (another scheme)", "the server does not compare the scheme, so whoever is on the network can pose as the site"},
	policy.Port:          {"Another port of an allowed host", "the server does not compare the port"},
	policy.Prefix:        {"An origin that only begins like an allowed one", "the server looks at how the origin begins, and not at where it ends"},
	policy.Suffix:        {"An origin that only ends like an allowed one", "the server looks at how the origin ends, and not at where it begins"},
	policy.Substring:     {"An origin that only has an allowed one in it", "the server looks for an allowed name anywhere in the origin"},
	policy.Subdomain:     {"A subdomain of an allowed host", "the server takes an allowed host for everything below it"},
	policy.Parent:        {"The domain above an allowed host", "the server takes an allowed host for the whole domain"},
	policy.Sibling:       {"Another host of an allowed one's domain", "the server takes an allowed host for the whole domain"},
	policy.WildcardApex:  {"The host of a wildcard without a label before it", "the server's wildcard stands for nothing, too"},
	policy.WildcardGlued: {"A host that is glued to a wildcard's", "the server's wildcard does not ask for the dot before the domain"},
	policy.RegexDot:      {"A host with another character where an allowed one has a dot", "a dot in the server's regular expression stands for any character"},
	policy.Glued:         {"Two allowed hosts run together", "the server's comparison takes the end of one for the end of another"},
	policy.TrailingDot:   {"An allowed host with a dot at its end", "the server takes that for the same origin, which a browser does not"},
	policy.Special:       {"An allowed host behind characters that browsers take in host names", "the server's comparison stops at characters that it does not expect in a host name"},
	policy.ServerOrigin:  {"Another port or scheme of the server's own host", "the server takes its own host for the same origin"},
}

func strangerWords(cause string) (who, why string) {
	s, found := strangers[policy.Who(cause)]
	if !found {
		return "An origin that the policy does not name (" + cause + ")", "the server lets it in"
	}
	return s.who, s.why
}

func (g cluster) leakWords(s showing) worded {
	who, why := strangerWords(g.cause)
	with := ""
	if g.credentialed {
		with = " with the user's credentials"
	}
	if s.lists(allowOrigin, "*") {
		why = `the server says "*", which is everyone`
	}
	return worded{
		title:    who + " can read responses" + with + ".",
		happened: fmt.Sprintf("A page of %s read the response to %s (%s): %s.", s.Origin, asked(s.item), statusWords(s), why),
		spec:     fetchSpec + "concept-cors-check",
	}
}

func (g cluster) permissiveWords(s showing) worded {
	w := worded{spec: fetchSpec + "cors-preflight-fetch"}
	sent := fmt.Sprintf("The browser sent %s for a page of %s, because the answer to the preflight allows it", asked(s.item), s.Origin)
	if s.read() {
		sent += ", and the page read the response"
	}
	switch g.cause {
	case undeclaredMethod:
		w.title = joined(g.subjects()) + " can be used, and the policy does not declare " + itOrThem(g.subjects()) + "."
		w.happened = sent + "."
	case undeclaredHeader:
		w.title = "Request headers that the policy does not declare can be sent: " + joined(g.subjects()) + "."
		w.happened = sent + "."
	case undeclaredCredentials:
		w.title = "Requests with the user's credentials can be read, and the policy does not grant that."
		w.happened = fmt.Sprintf("A page of %s read the response to %s with credentials (%s).", s.Origin, asked(s.item), statusWords(s))
		w.spec = fetchSpec + "cors-protocol-and-credentials"
	case undeclaredExposed:
		w.title = "Response headers that the policy does not declare can be read: " + joined(g.subjects()) + "."
		if s.lists(exposeHeaders, "*") {
			w.title = "Every response header can be read, declared or not."
		}
		w.happened = fmt.Sprintf("A page of %s read the header %s of the response to %s.", s.Origin, s.subject, asked(s.item))
		w.spec = fetchSpec + "concept-filtered-response-cors"
	case maxAgeAbove:
		w.title = "Browsers may remember the answer to a preflight for longer than the policy says."
		w.happened = fmt.Sprintf("The answer to the preflight says that it is good for %s seconds.", s.subject)
		if s.subject == "" {
			w.happened = "No new preflight was sent when the old one's time was over."
		}
		w.spec = fetchSpec + "http-access-control-max-age"
	default:
		if who, stranger := strings.CutPrefix(g.cause, preflightOf); stranger {
			subject, why := strangerWords(who)
			w.title = subject + " can send requests that need a preflight."
			w.happened = fmt.Sprintf("The browser sent %s for a page of %s, because the answer to the preflight allows it: %s. The page could not read the response, but the server has acted on it.", asked(s.item), s.Origin, why)
			break
		}
		w.title = "More is allowed than the policy declares (" + string(s.What) + ")."
		w.happened = sent + "."
	}
	return w
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
	if s.What == policy.Cached && s.blocked() {
		w.happened = fmt.Sprintf("The browser answered %s for a page of %s from its cache, with the response that another request had got, and blocked it.", asked(s.item), s.Origin)
	}
	return w
}

func (g cluster) ineffectiveWords(s showing) worded {
	w := worded{spec: fetchSpec + "http-new-header-syntax", happened: fmt.Sprintf("The answer to %s has it; no browser does anything with it.", asked(s.item))}
	switch g.cause {
	case maxAgeValue:
		w.title = fmt.Sprintf("Access-Control-Max-Age is %s, which browsers read differently or not at all.", quoted(s.subject))
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

func (g cluster) refusedWords(s showing) worded {
	w := worded{spec: specOf(s), happened: fmt.Sprintf("The browser blocked %s for a page of %s: %s", asked(s.item), s.Origin, about(s.reason))}
	if e := s.exchange(); e != nil && e.Preflight {
		w.happened = fmt.Sprintf("The browser asked first, by a preflight, and got %s. It did not send %s for the page of %s: %s", statusWords(s), asked(s.item), s.Origin, about(s.reason))
	}
	preflight := oracle.Reason(g.cause)
	switch {
	case g.cause == originRefused:
		w.title = g.declared() + " declared, and cannot read responses."
	case g.cause == methodRefused:
		w.title = g.declared() + " declared, and cannot be used."
	case g.cause == headerRefused:
		w.title = g.named("request header") + " declared, and cannot be sent."
	case g.cause == wildcardInList && s.What != policy.Exposed && s.blocked():
		w.title = `Requests with credentials are blocked, because the server says "*".`
		if !strings.Contains(w.happened, `"*"`) {
			w.happened += ` With credentials "*" is only a name.`
		}
	case g.cause == wildcardInList:
		w.title = `Declared response headers cannot be read with credentials, because the server says "*".`
		w.happened = fmt.Sprintf("A page of %s read the response to %s, but not its header %s: with credentials \"*\" is only a name.", s.Origin, asked(s.item), s.subject)
	case g.cause == notExposed:
		w.title = g.named("response header") + " declared, and cannot be read."
		w.happened = fmt.Sprintf("A page of %s read the response to %s, but not its header %s.", s.Origin, asked(s.item), s.subject)
	case g.cause == redirectBare:
		w.title = "Redirects of the server are blocked."
	case g.cause == noAnswer:
		w.title = "The server ends the connection without an answer."
		w.happened = fmt.Sprintf("%s from a page of %s got no response.", asked(s.item), s.Origin)
	case g.cause == unsteady:
		w.title = "The server answers the same request now one way, now another."
	case g.cause == sameOrigin:
		w.title = "The server's own pages get an error where others do not."
		w.happened = fmt.Sprintf("%s from a page of %s, the server's own, was answered %s.", asked(s.item), s.Origin, statusWords(s))
	case g.cause == plainTraffic:
		w.title = "Requests that have nothing to do with CORS get an error where CORS requests do not."
		w.happened = fmt.Sprintf("%s without an Origin was answered %s.", asked(s.item), statusWords(s))
	case g.cause == wrongStatus:
		w.title = "Allowed requests are answered with another status than the policy expects."
		w.happened = fmt.Sprintf("%s from a page of %s was answered %s, not %s.", asked(s.item), s.Origin, statusWords(s), s.subject)
	case preflight == oracle.PreflightInvalidStatus:
		w.title = "Preflights are answered " + joined(g.statuses()) + ", so nothing that needs one works."
	case preflight == oracle.PreflightRedirect:
		w.title = "Preflights are redirected, so nothing that needs one works."
	case preflight == oracle.PreflightNetworkError:
		w.title = "Preflights get no answer, so nothing that needs one works."
	default:
		w.title = refusedTitle(preflight, g.grave)
	}
	return w
}

func refusedTitle(reason oracle.Reason, grave bool) string {
	plain := oracle.Reason(strings.TrimPrefix(string(reason), "preflight-"))
	where := "Responses"
	if plain != reason {
		where = "Answers to preflights"
	}
	switch plain {
	case oracle.MissingAllowOrigin:
		return where + " lack Access-Control-Allow-Origin, so allowed origins are blocked."
	case oracle.MultipleAllowOrigin:
		return where + " have more than one Access-Control-Allow-Origin, and browsers take none of them."
	case oracle.InvalidAllowOrigin:
		return where + " have an Access-Control-Allow-Origin that is no origin, so allowed ones are blocked."
	case oracle.AllowOriginMismatch:
		return where + " name another origin than the allowed one that asked."
	case oracle.WildcardWithCredentials:
		return where + ` say "*", which blocks requests with credentials.`
	case oracle.InvalidAllowCredentials:
		return where + ` lack "Access-Control-Allow-Credentials: true", so requests with credentials are blocked.`
	case oracle.InvalidAllowMethods:
		return "Access-Control-Allow-Methods is no list of methods, which blocks all that needs a preflight."
	case oracle.InvalidAllowHeaders:
		return "Access-Control-Allow-Headers is no list of header names, which blocks all that needs a preflight."
	}
	return "What the policy allows is blocked (" + string(reason) + ")."
}

// about is the reason in a sentence.
func about(r oracle.Reason) string {
	return cmp.Or(r.About(), "the server's answer does not allow it.")
}

func specOf(s showing) string {
	switch {
	case s.exchange() != nil && s.exchange().Preflight:
		return fetchSpec + "cors-preflight-fetch"
	case s.reason != "":
		return fetchSpec + "concept-cors-check"
	}
	return fetchSpec + "http-cors-protocol"
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

// lines are the header lines that matter, as they were sent.
func (g cluster) lines(s showing) []string {
	lines := []string{}
	e := s.exchange()
	if e == nil {
		return lines
	}
	for _, name := range s.headers {
		found := false
		for _, h := range e.ReplyHeaders {
			if strings.EqualFold(h.Name, name) {
				lines, found = append(lines, h.Name+": "+h.Value), true
			}
		}
		if !found {
			lines = append(lines, "(no "+name+")")
		}
	}
	return lines
}

// decisive are the names of the header lines that a failure hangs on.
func decisive(f fault) []string {
	switch f.reason {
	case oracle.MethodNotAllowed, oracle.InvalidAllowMethods:
		return []string{allowMethods}
	case oracle.HeaderNotAllowed, oracle.InvalidAllowHeaders:
		return []string{allowHeaders}
	case oracle.InvalidAllowCredentials, oracle.PreflightInvalidAllowCredentials:
		return []string{allowCredentialsHeader}
	case oracle.WildcardWithCredentials, oracle.PreflightWildcardWithCredentials:
		return []string{allowOrigin}
	case oracle.PreflightRedirect:
		return []string{"Location"}
	case oracle.PreflightNetworkError, oracle.NetworkError, oracle.PreflightInvalidStatus:
		return nil
	}
	return []string{allowOrigin}
}

// corsLines are the header lines by which a response could be read.
func corsLines(i item) []string {
	if i.credentialed() {
		return []string{allowOrigin, allowCredentialsHeader}
	}
	return []string{allowOrigin}
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
	text := asked(i)
	if headers := i.unsafeHeaders(); len(headers) > 0 {
		text += " with " + strings.Join(headers, ", ")
	}
	if i.credentialed() {
		text += " with credentials"
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

// declared is "A and B are", named "The request headers A and B are".
func (g cluster) declared() string { return joined(g.subjects()) + areOrIs(len(g.subjects())) }

func (g cluster) named(noun string) string {
	if len(g.subjects()) > 1 {
		noun += "s"
	}
	return "The " + noun + " " + g.declared()
}

func itOrThem(list []string) string {
	if len(list) > 1 {
		return "them"
	}
	return "it"
}

func areOrIs(n int) string {
	if n > 1 {
		return " are"
	}
	return " is"
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
		return s.What == policy.Cached && s.blocked() || e != nil && fresh(*e)
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
