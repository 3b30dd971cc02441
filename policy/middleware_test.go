package policy_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

// site is a server with a CORS middleware that does what its policy says. A
// mutant changes one of its parts.
type site struct {
	policy         *policy.Policy
	allows         func(origin string) bool
	method, header func(name string) bool
	credentials    string
	expose         string
	maxAge         string
	preflight      int // the status
	cache          string
	vary           bool
	// last has the last word on each reply.
	last func(w oracle.WireRequest, path string, r *oracle.Reply)
}

func newSite(p *policy.Policy) *site {
	s := &site{policy: p, allows: p.Allows, preflight: 204, cache: "no-store", vary: true}
	s.method = func(m string) bool { return oracle.IsSafelistedMethod(m) || slices.Contains(p.Methods, m) }
	s.header = func(name string) bool {
		return slices.ContainsFunc(p.RequestHeaders, func(h string) bool { return h == "*" || strings.EqualFold(h, name) })
	}
	if p.Credentials {
		s.credentials = "true"
	}
	s.expose = strings.Join(p.ExposeHeaders, ", ")
	if p.MaxAge > 0 {
		s.maxAge = strconv.Itoa(int(p.MaxAge.Seconds()))
	}
	return s
}

// Reply answers a request.
func (s *site) Reply(w oracle.WireRequest) oracle.Reply {
	_, rest, _ := strings.Cut(w.URL, "://")
	_, path, _ := scenarios.ParseTarget(rest[strings.IndexByte(rest, '/'):])
	r := oracle.Reply{Status: 200}
	add := func(name, value string) {
		if value != "" {
			r.Headers = append(r.Headers, oracle.Header{Name: name, Value: value})
		}
	}
	allowed := w.Origin != "" && s.allows(w.Origin)
	if allowed {
		add("Access-Control-Allow-Origin", w.Origin)
		add("Access-Control-Allow-Credentials", s.credentials)
	}
	if s.vary {
		add("Vary", "Origin")
	}
	if w.Preflight {
		r.Status = s.preflight
		if allowed && s.method(w.RequestMethod) {
			add("Access-Control-Allow-Methods", w.RequestMethod)
		}
		var names []string
		for name := range strings.SplitSeq(w.RequestHeaders, ",") {
			if s.header(name) {
				names = append(names, name)
			}
		}
		if allowed {
			add("Access-Control-Allow-Headers", strings.Join(names, ","))
			add("Access-Control-Max-Age", s.maxAge)
		}
	} else {
		if allowed {
			add("Access-Control-Expose-Headers", s.expose)
		}
		add("Cache-Control", s.cache)
		add("Content-Type", "application/json")
		add("X-Total", "2")
		r.Body = []byte("[]")
		r.Status = s.status(w, path)
	}
	if s.last != nil {
		s.last(w, path, &r)
	}
	return r
}

// status is that of an application that has the policy's endpoints.
func (s *site) status(w oracle.WireRequest, path string) int {
	if len(s.policy.Endpoints) == 0 && path == "/items" {
		return 200
	}
	for _, e := range s.policy.Endpoints {
		switch {
		case e.Path != path:
		case e.Headers["Authorization"] != "" && !w.Headers.Has("Authorization"):
			return 401
		case len(e.Methods) > 0 && !slices.Contains(e.Methods, w.Method):
			return 405
		default:
			return 200
		}
	}
	return 404
}

// bare takes the CORS headers away.
func bare(r *oracle.Reply) {
	r.Headers = slices.DeleteFunc(slices.Clone(r.Headers), func(h oracle.Header) bool {
		return strings.HasPrefix(h.Name, "Access-Control-")
	})
}

// set replaces a header that is there.
func set(r *oracle.Reply, name, value string) {
	r.Headers = slices.Clone(r.Headers)
	for i := range r.Headers {
		if strings.EqualFold(r.Headers[i].Name, name) {
			r.Headers[i].Value = value
		}
	}
}

// mutant is a middleware with one fault, and the probe that must notice.
type mutant struct {
	name   string
	policy *policy.Policy
	change func(s *site)
	class  policy.Class
	who    policy.Who  // "" is anybody
	what   policy.What // "" is anything
}

var (
	example   = policies["the example"]
	endpoints = policies["endpoints"]
	anyPort   = policies["any port"]
)

// lets is a mutant that lets in who should not be.
func lets(name string, who policy.Who, p *policy.Policy, in func(origin string) bool) mutant {
	return mutant{name, p, func(s *site) { s.allows = func(o string) bool { return p.Allows(o) || in(o) } }, policy.Leak, who, ""}
}

// matches is a mutant with a regular expression.
func matches(name string, who policy.Who, p *policy.Policy, expression string) mutant {
	return lets(name, who, p, regexp.MustCompile(expression).MatchString)
}

func host(origin string) string {
	o, _, err := scenarios.ResolveOrigin(origin)
	if err != nil {
		return ""
	}
	return o.Host
}

var mutants = []mutant{
	lets("reflects everyone", policy.Foreign, example, func(string) bool { return true }),
	lets("a list of developers", policy.Local, example, func(o string) bool { return o == "http://localhost:3000" }),
	lets("any port of a developer", policy.Local, example, func(o string) bool { return strings.HasPrefix(o, "http://127.0.0.1:") }),
	lets("another scheme of the server's own", policy.Scheme, policies["local"], func(o string) bool { return strings.HasPrefix(o, "https://localhost:") }),
	lets("null", policy.Null, example, func(o string) bool { return o == "null" }),
	lets("scheme ignored", policy.Scheme, example, func(o string) bool { return example.Allows(strings.Replace(o, "http:", "https:", 1)) }),
	lets("port ignored", policy.Port, example, func(o string) bool { return host(o) == "app.example.com" }),
	lets("port prefix", policy.Port, policies["local"], func(o string) bool { return strings.HasPrefix(o, "http://localhost:3000") }),
	lets("prefix", policy.Prefix, example, func(o string) bool { return strings.HasPrefix(o, "https://app.example.com") }),
	lets("substring of the list", policy.Prefix, example, func(o string) bool { return strings.Contains(strings.Join(example.Origins, ","), o) }),
	lets("suffix", policy.Suffix, example, func(o string) bool { return strings.HasSuffix(o, "app.example.com") }),
	lets("suffix of the site", policy.Suffix, example, func(o string) bool { return strings.HasSuffix(o, "example.com") }),
	lets("contains", policy.Substring, example, func(o string) bool { return strings.Contains(o, "app.example.com") }),
	lets("subdomains", policy.Subdomain, example, func(o string) bool { return strings.HasSuffix(o, ".app.example.com") }),
	lets("parent", policy.Parent, example, func(o string) bool { return o == "https://example.com" }),
	lets("siblings", policy.Sibling, example, func(o string) bool { return strings.HasSuffix(o, ".example.com") }),
	lets("wildcard's apex", policy.WildcardApex, example, func(o string) bool { return o == "https://partner.example" }),
	lets("wildcard without its dot", policy.WildcardGlued, example, func(o string) bool { return strings.HasSuffix(o, "partner.example") }),
	matches("one dot", policy.RegexDot, example, `^https://app.example\.com$`),
	matches("the other dot", policy.RegexDot, example, `^https://app\.example.com$`),
	matches("wildcard's dot", policy.RegexDot, example, `^https://[a-z0-9.-]+\.partner.example$`),
	matches("alternatives without parentheses", policy.Prefix, example, `^https://app\.example\.com|admin\.example\.com:8443$`),
	matches("word boundary", policy.Suffix, example, `\bapp\.example\.com$`),
	matches("not a letter", policy.Special, example, `^https://app\.example\.com([^a-z0-9.-]|$)`),
	matches("not a letter before", policy.Special, example, `^https://([a-z.]+[^a-z0-9.-])?app\.example\.com$`),
	matches("run together", policy.Glued, example, `^https://(app\.example\.com|admin\.example\.com|partner\.example)+$`),
	lets("radix tree", policy.Glued, &policy.Policy{Origins: []string{"https://foo.com", "https://bar.com"}}, func(o string) bool { return o == "https://barfoo.com" }),
	lets("dot at the end", policy.TrailingDot, example, func(o string) bool { return example.Allows(strings.TrimSuffix(o, ".")) }),
	lets("its own host", policy.ServerOrigin, example, func(o string) bool { return host(o) == server.Host }),
	matches("any port by prefix", policy.Prefix, anyPort, `^https://app\.example\.com.*$`),

	{"credentials for nobody", example, func(s *site) { s.credentials = "" }, policy.Refused, policy.Declared, ""},
	{"credentials spelt True", example, func(s *site) { s.credentials = "True" }, policy.Refused, policy.Declared, policy.Credentialed},
	{"credentials ungranted", policies["one origin"], func(s *site) { s.credentials = "true" }, policy.OverPermissive, policy.Declared, policy.Credentialed},
	{"credentials for everyone", policies["everyone"], func(s *site) { s.credentials = "true" }, policy.OverPermissive, policy.Declared, policy.Credentialed},
	{"star with credentials", example, func(s *site) {
		s.last = func(_ oracle.WireRequest, _ string, r *oracle.Reply) { set(r, "Access-Control-Allow-Origin", "*") }
	}, policy.Refused, policy.Declared, policy.Credentialed},
	{"no PUT", example, func(s *site) { s.method = func(m string) bool { return m == "DELETE" } }, policy.Refused, policy.Declared, policy.Method},
	{"any method", example, func(s *site) { s.method = func(string) bool { return true } }, policy.OverPermissive, policy.Declared, policy.Method},
	{"any known method", example, func(s *site) { s.method = func(m string) bool { return m == "PUT" || m == "DELETE" || m == "PATCH" } }, policy.OverPermissive, policy.Declared, policy.Method},
	{"header case", example, func(s *site) { s.header = func(h string) bool { return slices.Contains(example.RequestHeaders, h) } }, policy.Refused, policy.Declared, policy.Header},
	{"header list as one", example, func(s *site) {
		s.last = func(w oracle.WireRequest, _ string, r *oracle.Reply) {
			if strings.Contains(w.RequestHeaders, ",") {
				set(r, "Access-Control-Allow-Headers", "")
			}
		}
	}, policy.Refused, policy.Declared, ""},
	{"any header", example, func(s *site) { s.header = func(string) bool { return true } }, policy.OverPermissive, policy.Declared, policy.Header},
	{"no JSON", example, func(s *site) { s.header = func(h string) bool { return h == "x-token" } }, policy.Refused, policy.Declared, policy.Header},
	{"preflight 404", example, func(s *site) { s.preflight = 404 }, policy.Refused, policy.Declared, policy.Method},
	{"preflight 401", example, func(s *site) { s.preflight = 401 }, policy.Refused, policy.Declared, policy.Header},
	{"preflight bare", example, func(s *site) {
		s.last = func(w oracle.WireRequest, _ string, r *oracle.Reply) {
			if w.Preflight {
				bare(r)
			}
		}
	}, policy.Refused, policy.Declared, policy.Method},
	{"response bare", example, func(s *site) {
		s.last = func(w oracle.WireRequest, _ string, r *oracle.Reply) {
			if !w.Preflight {
				bare(r)
			}
		}
	}, policy.Refused, policy.Declared, policy.Read},
	{"two lines", example, func(s *site) {
		s.last = func(w oracle.WireRequest, _ string, r *oracle.Reply) {
			if value, found := r.Headers.Get("Access-Control-Allow-Origin"); found {
				r.Headers = append(slices.Clone(r.Headers), oracle.Header{Name: "Access-Control-Allow-Origin", Value: value})
			}
		}
	}, policy.Refused, policy.Declared, policy.Read},
	{"only the first origin", example, func(s *site) { s.allows = func(o string) bool { return o == example.Origins[0] } }, policy.Refused, policy.Declared, policy.Read},
	{"one label only", example, func(s *site) {
		s.allows = func(o string) bool { return example.Allows(o) && strings.Count(o, ".") == 2 }
	}, policy.Refused, policy.Declared, policy.Read},
	{"letters only", example, func(s *site) {
		s.allows = func(o string) bool { return example.Allows(o) && !strings.Contains(o, "-") }
	}, policy.Refused, policy.Declared, policy.Read},
	{"own port only", anyPort, func(s *site) {
		s.allows = func(o string) bool { return anyPort.Allows(o) && strings.Count(o, ":") == 1 }
	}, policy.Refused, policy.Declared, policy.Read},
	{"null refused", policies["null"], func(s *site) { s.allows = func(o string) bool { return o != "null" && policies["null"].Allows(o) } }, policy.Refused, policy.Declared, policy.Read},
	{"every other", example, func(s *site) {
		n := 0
		s.allows = func(o string) bool { n++; return n%2 == 1 && example.Allows(o) }
	}, policy.Refused, policy.Declared, policy.Repeated},
	{"errors bare", example, func(s *site) {
		s.last = func(_ oracle.WireRequest, _ string, r *oracle.Reply) {
			if r.Status >= 400 {
				bare(r)
			}
		}
	}, policy.UnreadableError, policy.Declared, policy.ErrorResponse},
	{"405 bare", endpoints, func(s *site) {
		s.last = func(_ oracle.WireRequest, _ string, r *oracle.Reply) {
			if r.Status == 405 {
				bare(r)
			}
		}
	}, policy.UnreadableError, policy.Declared, policy.ErrorResponse},
	{"401 bare", endpoints, func(s *site) {
		s.last = func(_ oracle.WireRequest, _ string, r *oracle.Reply) {
			if r.Status == 401 {
				bare(r)
			}
		}
	}, policy.UnreadableError, policy.Declared, policy.ErrorResponse},
	{"redirect bare", example, func(s *site) {
		s.last = func(w oracle.WireRequest, path string, r *oracle.Reply) {
			if path == "/items/" {
				*r = oracle.Reply{Status: 301, Headers: oracle.Headers{{Name: "Location", Value: strings.Replace(w.URL, "/items/", "/items", 1)}}}
			}
		}
	}, policy.Refused, policy.Declared, policy.Redirected},
	{"no Vary", example, func(s *site) { s.vary, s.cache = false, "max-age=3600" }, policy.Cache, policy.Declared, policy.Cached},
	{"Vary for CORS only", policies["one origin"], func(s *site) {
		s.cache = "max-age=3600"
		s.last = func(w oracle.WireRequest, _ string, r *oracle.Reply) {
			if w.Origin == "" {
				set(r, "Vary", "Accept-Encoding")
			}
		}
	}, policy.Cache, policy.Declared, policy.Cached},
	{"one route bare", endpoints, func(s *site) {
		s.last = func(_ oracle.WireRequest, path string, r *oracle.Reply) {
			if path == "/orders/" {
				bare(r)
			}
		}
	}, policy.Refused, policy.Declared, ""},
	{"one route for everyone", endpoints, func(s *site) {
		s.last = func(w oracle.WireRequest, path string, r *oracle.Reply) {
			if path == "/account" && w.Origin != "" {
				bare(r)
				r.Headers = append(r.Headers, oracle.Headers{
					{Name: "Access-Control-Allow-Origin", Value: w.Origin}, {Name: "Access-Control-Allow-Credentials", Value: "true"},
					{Name: "Access-Control-Allow-Headers", Value: w.RequestHeaders}, {Name: "Access-Control-Allow-Methods", Value: w.RequestMethod},
				}...)
			}
		}
	}, policy.Leak, policy.Foreign, ""},
	{"writes for everyone", endpoints, func(s *site) {
		s.last = func(w oracle.WireRequest, path string, r *oracle.Reply) {
			if strings.HasPrefix(path, "/items") && (w.Method == "PUT" || w.RequestMethod == "PUT") {
				bare(r)
				r.Headers = append(r.Headers, oracle.Headers{{Name: "Access-Control-Allow-Origin", Value: w.Origin}, {Name: "Access-Control-Allow-Methods", Value: "PUT"}}...)
			}
		}
	}, policy.Leak, policy.Foreign, policy.Method},
	lets("its neighbours", policy.Sibling, example, func(o string) bool { return strings.HasSuffix(o, ".corsproof.test") }),
	{"remembered for too long", anyPort, func(s *site) { s.maxAge = "60" }, policy.OverPermissive, policy.Declared, policy.MaxAge},
	{"remembered for the default", anyPort, func(s *site) { s.maxAge = "" }, policy.OverPermissive, policy.Declared, policy.MaxAge},
	{"another status", endpoints, func(s *site) {
		s.last = func(_ oracle.WireRequest, path string, r *oracle.Reply) {
			if path == "/account" && r.Status == 200 {
				r.Status = 500
			}
		}
	}, policy.Refused, policy.Declared, ""},
	{"same origin refused", example, func(s *site) {
		s.last = func(w oracle.WireRequest, _ string, r *oracle.Reply) {
			if w.Origin == server.String() {
				r.Abort = "before-headers"
			}
		}
	}, policy.Refused, policy.SameOrigin, policy.Plain},
}

func (m mutant) String() string { return fmt.Sprintf("%s (%s %s %s)", m.name, m.class, m.who, m.what) }
