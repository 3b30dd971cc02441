package fuzz

// Cookies that are there before the request.

var cookieAttributes = choices{
	{6, "SameSite=None; Secure"}, {2, ""}, {2, "SameSite=Lax"}, {2, "SameSite=Strict"}, {1, "Secure"}, {1, "HttpOnly"}, {1, "SameSite=None"}, {1, "samesite=none; secure; httponly"}, {1, "SameSite=None; Secure; Partitioned"},
	{1, "SameSite=None; Secure; Path=/"}, {1, "SameSite=None; Secure; Path=/items"}, {1, "SameSite=None; Secure; Path=/elsewhere"}, {1, "SameSite=None; Secure; Max-Age=0"}, {1, "SameSite=None; Secure; Max-Age=600"},
	{1, "SameSite=None; Secure; Expires=Wed, 21 Oct 2015 07:28:00 GMT"}, {1, "SameSite=None; Secure; Domain=other.test"}, {1, "Secure; Domain=site.test"}, {1, "SameSite=x; Secure"}, {1, "Partitioned; Secure"},
}

var cookieKeys = []key{
	{"on", 1000, nil, func(g *gen) *node {
		if toServer(g) && g.chance(700) {
			return text(g.to)
		}
		return text(g.pick(targets))
	}},
	{"name", 1000, nil, word(words("a b id __Secure-a __secure-b x-y"))},
	{"value", 1000, nil, word(choices{{4, "1"}, {1, ""}, {1, "a b"}, {1, "\"q\""}, {1, "a=b"}, {1, "x,y"}})},
	{"attributes", 850, nil, word(cookieAttributes)},
}

func cookiesValue(g *gen) *node {
	out := &node{kind: list}
	for range 1 + g.IntN(3) {
		out.values = append(out.values, g.mapping(cookieKeys))
	}
	return out
}
