package check

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// strangers are those who ask, as the subject of a sentence, and the comparison
// that lets them in.
var strangers = map[policy.Who]struct{ who, why string }{
	policy.Foreign:       {"Any website", "the server lets every origin in"},
	policy.Null:          {"A sandboxed frame of any website (origin null)", "the server allows the origin null, which every site can have"},
	policy.Local:         {"A page on the user's own machine", "the server allows what sites have while they are developed, and any program on the machine can serve pages there"},
	policy.Scheme:        {"An allowed host's page of another scheme", "the server does not compare the scheme"},
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
	if g.cause == string(policy.Scheme) && strings.HasPrefix(s.Origin, "http:") {
		who, why = "An unencrypted page of an allowed host (http, not https)", why+", so whoever is on the network can pose as the site"
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
			w.meant = fmt.Sprintf("%s may not send %s.", s.Origin, asked(s.item))
			w.happened = fmt.Sprintf("The browser sent %s for a page of %s, because the answer to the preflight allows it: %s. The page could not read the response, but the server has acted on it.", asked(s.item), s.Origin, why)
			break
		}
		w.title = "More is allowed than the policy declares (" + string(s.What) + ")."
		w.happened = sent + "."
	}
	return w
}

func itOrThem(list []string) string {
	if len(list) > 1 {
		return "them"
	}
	return "it"
}
