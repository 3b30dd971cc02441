package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

func (g cluster) refusedWords(s showing) worded {
	w := worded{spec: specOf(s), happened: fmt.Sprintf("The browser blocked %s for a page of %s (%s): %s", asked(s.item), s.Origin, statusWords(s), about(s.reason))}
	if e := s.exchange(); e != nil && e.Preflight {
		w.happened = fmt.Sprintf("The browser asked first, by a preflight, and got %s. It did not send %s for the page of %s: %s", statusWords(s), asked(s.item), s.Origin, about(s.reason))
	}
	if s.lenient() {
		w.happened = fmt.Sprintf("This browser let a page of %s read the response to %s. The standard does not, and other browsers need not: %s", s.Origin, asked(s.item), about(s.reason))
	}
	preflight := oracle.Reason(g.cause)
	switch {
	case g.cause == originRefused:
		w.title = g.declared() + " allowed by the policy, and cannot read responses."
	case g.cause == methodRefused:
		w.title = g.declared() + " allowed by the policy, and cannot be used."
	case g.cause == headerRefused && s.exchange() != nil && !s.exchange().Preflight:
		w.title = "Requests with " + joined(g.subjects()) + " are allowed by the policy, and their responses cannot be read."
	case g.cause == headerRefused:
		w.title = g.named("request header") + " declared, and cannot be sent."
		if s.lists(allowHeaders, "*") {
			w.happened += ` "*" stands for every header but Authorization.`
		}
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
		if e := s.exchange(); e != nil && e.Broken {
			w.title = "The server ends the connection within its answer."
			w.happened = fmt.Sprintf("%s from a page of %s was answered %s, and the connection ended before the response was complete. A page cannot read such a one.", asked(s.item), s.Origin, statusWords(s))
		}
	case g.cause == unsteady && s.exchange() != nil && s.exchange().Status == tooManyRequests:
		w.title = "The server's rate limit comes before CORS: browsers block what it answers (429)."
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
		w.title = "Preflights" + g.where() + " are answered " + joined(g.statuses()) + ", so nothing that needs one works" + g.there() + "."
	case preflight == oracle.PreflightRedirect:
		w.title = "Preflights" + g.where() + " are redirected, so nothing that needs one works" + g.there() + "."
	case preflight == oracle.PreflightNetworkError:
		w.title = "Preflights" + g.where() + " get no answer, so nothing that needs one works" + g.there() + "."
	default:
		w.title = g.refusedTitle(preflight)
	}
	return w
}

func (g cluster) refusedTitle(reason oracle.Reason) string {
	plain := oracle.Reason(strings.TrimPrefix(string(reason), "preflight-"))
	where := "Responses"
	if plain != reason {
		where = "Answers to preflights"
	}
	where += g.where()
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

// declared is "A and B are", named "The request headers A and B are".
func (g cluster) declared() string { return joined(g.subjects()) + areOrIs(len(g.subjects())) }

func (g cluster) named(noun string) string {
	if len(g.subjects()) > 1 {
		noun += "s"
	}
	return "The " + noun + " " + g.declared()
}

// where names the paths, if it is only some that go wrong.
func (g cluster) where() string {
	if !g.local {
		return ""
	}
	var paths []string
	for _, s := range g.shown {
		if path := s.path(); !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return " at " + joined(paths)
}

func (g cluster) there() string {
	if g.local {
		return " there"
	}
	return ""
}

func areOrIs(n int) string {
	if n > 1 {
		return " are"
	}
	return " is"
}
