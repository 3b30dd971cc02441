package middleware

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// everyone reports whether a policy lets every origin read.
func everyone(p policy.Policy) bool { return slices.Contains(p.Origins, "*") }

// origins are a policy's origins and patterns, "null" included.
func origins(p policy.Policy) []string {
	list := slices.Clone(p.Origins)
	if p.NullOrigin && !everyone(p) {
		list = append(list, "null")
	}
	return list
}

// hasPattern reports whether some origins are patterns, "*" aside.
func hasPattern(list []string) bool {
	return slices.ContainsFunc(list, func(o string) bool { return o != "*" && strings.Contains(o, "*") })
}

// hasAnyPort reports whether some origins leave the port open: a pattern that
// few products have.
func hasAnyPort(list []string) bool {
	return slices.ContainsFunc(list, func(o string) bool { return strings.HasSuffix(o, ":*") })
}

// expression is an origin or a pattern as an anchored regular expression, in
// what RE2, PCRE and JavaScript have in common.
func expression(origin string) string {
	rest, anyPort := strings.CutSuffix(origin, ":*")
	scheme, host, subdomains := strings.Cut(rest, "://*.")
	e := regexp.QuoteMeta(rest)
	if subdomains {
		e = scheme + `://([^./:]+\.)+` + regexp.QuoteMeta(host)
	}
	if anyPort {
		e += `(:[0-9]+)?`
	}
	return "^" + e + "$"
}

// expressionOf is one expression for a whole list.
func expressionOf(list []string) string {
	var each []string
	for _, o := range list {
		each = append(each, strings.TrimSuffix(strings.TrimPrefix(expression(o), "^"), "$"))
	}
	if len(each) == 1 {
		return "^" + each[0] + "$"
	}
	return "^(" + strings.Join(each, "|") + ")$"
}

// matcher is a function that products take where their list cannot say it.
type matcher struct {
	match  func(origin string) bool
	source string // the same in Go
}

func matcherOf(list []string) matcher {
	e := expressionOf(list)
	return matcher{regexp.MustCompile(e).MatchString, "regexp.MustCompile(`" + e + "`).MatchString"}
}

// methods are those that may be used, the safelisted ones first: most products
// want them named.
func methods(p policy.Policy) []string {
	list := []string{http.MethodGet, http.MethodHead, http.MethodPost}
	for _, m := range p.Methods {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// anyHeader reports whether a policy lets every request header in.
func anyHeader(p policy.Policy) bool { return slices.Contains(p.RequestHeaders, "*") }

// headersOrNone are a policy's request headers for a product that takes an
// empty list for its default. "Accept" needs no permission: alone it stands for none.
func headersOrNone(p policy.Policy) (list, notes []string) {
	if len(p.RequestHeaders) > 0 {
		return p.RequestHeaders, nil
	}
	return []string{"Accept"}, []string{`An empty list of headers stands for a default here. "Accept", which needs no permission, says none.`}
}

func seconds(p policy.Policy) int { return int(p.MaxAge.Seconds()) }
