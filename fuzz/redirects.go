package fuzz

// The redirects of a server: a chain over named origins.

var hopKeys = []key{
	{"status", 800, nil, word(redirectStatuses)},
	{"path", 120, nil, word(paths)},
	{"userinfo", 25, nil, word(words("user:pass user :pass"))},
	{"headers", 950, nil, func(g *gen) *node { return g.lines(hopHeaders) }},
	{"preflight", 150, nil, preflightValue},
}

var hopHeaders = []replyHeader{
	allowOrigin, allowCredentials,
	{"Cross-Origin-Resource-Policy", 40, plainly(words("cross-origin same-site same-origin"), nil)},
	{"Set-Cookie", 40, plainly(choices{{1, "hop=1"}, {1, "hop=1; SameSite=None; Secure"}}, nil)},
	{"Cache-Control", 30, plainly(words("no-store max-age=600"), nil)},
	{"Referrer-Policy", 25, plainly(words("no-referrer origin unsafe-url"), nil)},
	{"Content-Type", 20, plainly(words("text/html"), nil)},
	{"Vary", 20, plainly(words("Origin"), nil)},
}

// locations are literal values of Location.
var locations = choices{
	{3, "/next"}, {2, "next"}, {1, "?x=1"}, {1, "#frag"}, {1, ""}, {1, "//api.third.test/next"}, {1, "https://api.third.test"}, {1, "https:next"}, {1, "http://"}, {1, "https://"}, {1, "data:text/plain,x"}, {1, "blob:x"}, {1, "javascript:1"},
	{1, "ftp://api.other.test/"}, {1, "https://user:pass@api.third.test/"}, {1, "https://api.third.test:99999/"}, {1, "https://api.third.test:443/a"}, {1, "HTTPS://API.third.test/a"}, {1, " /next "}, {1, "\\\\api.third.test/next"},
	{1, "https://[/"}, {1, "/caf\u00c3\u00a9"}, {1, "/\u00ff"}, {1, "https://api.third.test\\@evil.test/"}, {1, "about:blank"}, {1, "https://@api.third.test/"}, {1, "https://:@api.third.test/"}, {1, "{url:third}"}, {1, "{origin:third}/a"}, {1, "x:y"},
}

// redirectsValue is a chain: mostly short, rarely at the limit of twenty.
func redirectsValue(g *gen) *node {
	length := 1 + g.IntN(2)
	switch {
	case g.chance(120):
		length = 3 + g.IntN(2)
	case g.chance(15):
		length = 20 + g.IntN(2)
	}
	// Where it leads says what its servers speak, and so what they may say.
	tos := make([]string, length)
	for i := range tos {
		if g.chance(750) {
			tos[i] = g.pick(targets)
			g.h2 = g.h2 || isH2(tos[i])
		}
	}
	out := &node{kind: list}
	for _, to := range tos {
		out.values = append(out.values, g.hop(to))
	}
	return out
}

// hop is one redirect: to an origin, or now and then to a literal location.
func (g *gen) hop(to string) *node {
	hop := g.mapping(hopKeys)
	if hop == nil {
		hop = &node{kind: mapping}
	}
	switch {
	case g.odd() && g.chance(500):
		hop.drop("path", "userinfo")
		hop.with("location", text(g.overWire(g.pick(locations))))
	case to != "":
		hop.with("to", text(to))
	case len(hop.values) == 0:
		hop.with("status", text("302"))
	}
	return hop
}
