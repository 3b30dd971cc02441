package check

import (
	"strings"

	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/oracle"
)

// probes are the requests that no browser can send, the harmless-looking first.
func (a *raw) probes() []rawProbe {
	const asked, method, origin = "Access-Control-Request-Headers", "Access-Control-Request-Method", "Origin"
	list := []rawProbe{
		a.with("OPTIONS", "No header is asked for, by an empty list", asked, ""),
		a.with("OPTIONS", "The list that is asked for has empty elements", asked, ","+a.header+",,"+a.header+","),
		a.with("OPTIONS", "The list that is asked for is one comma", asked, ","),
		a.with("OPTIONS", "Blanks and tabs stand around the names that are asked for", asked, " \t"+a.header+" \t, \t x-corsproof-other \t"),
		a.with("OPTIONS", "What is asked for is no name", asked, `"`+a.header+`; q="1" (`),
		a.with("OPTIONS", "What is asked for stands on two lines", asked, a.header, "x-corsproof-other"),
		a.of(a.growing()[0], 3000),
		a.with("OPTIONS", "The method that is asked for is empty", method, ""),
		a.with("OPTIONS", "The method that is asked for is none", method, "P U T, (\"x\")"),
		a.with("OPTIONS", "The method that is asked for is very long", method, strings.Repeat("A", 1000)),
		a.with("GET", "The origin is empty", origin, ""),
		a.with("GET", "The origin is no URL", origin, "https://[::1"),
		a.with("GET", "The origin is a scheme alone", origin, "https://"),
		a.with("GET", "The origin has a port that is none", origin, "https://a.test:port"),
		a.with("GET", "The origin has escapes that are none", origin, "https://%zz.test%"),
		a.with("GET", "The origin is a list", origin, rawStranger+", "+a.origin),
	}
	for i := range list {
		list[i].plain = true
	}
	list = append(list,
		a.with("OPTIONS", "Bytes beyond ASCII are asked for", asked, "x-\u00e9\u00ff"),
		a.with("GET", "The origin has bytes beyond ASCII", origin, a.origin+"\u00e9\u00ff"),
		a.with("GET", "The origin has a NUL", origin, a.origin+"\x00.test"),
	)
	list = append(list, a.varying())
	list = append(list, a.deceiving()...)
	return append(list, a.splitting()...)
}

// varying is a request with a header that only responses have.
func (a *raw) varying() rawProbe {
	p := a.with("GET", "The request has a header Vary", "Vary", varyMarker)
	p.varies, p.plain = true, true
	return p
}

// deceiving are requests with two origins, of which one is to be checked and the
// other to be allowed.
func (a *raw) deceiving() []rawProbe {
	first := a.with("GET", "Two Origin lines, a stranger's first", "Origin", rawStranger, a.origin)
	second := a.with("GET", "Two Origin lines, a stranger's second", "Origin", a.origin, rawStranger)
	var list []rawProbe
	for _, p := range []rawProbe{first, second} {
		p.never = rawStranger
		list = append(list, p)
	}
	return list
}

// splitting are requests that try to write a header line of the response: with
// line ends that are encoded, or alone a CR, or fold a line.
func (a *raw) splitting() []rawProbe {
	const asked, method, origin = "Access-Control-Request-Headers", "Access-Control-Request-Method", "Origin"
	line := marker + ": 1"
	encoded := "%0d%0a" + marker + ":%201"
	bare := "\r" + line
	var list []rawProbe
	for _, value := range []string{a.origin + "/" + encoded, a.origin + encoded, a.origin + "?" + encoded, a.origin + "#" + encoded, a.origin + bare, a.origin + "\r\n\t" + line} {
		list = append(list, a.with("GET", "The origin has a line end in it", origin, value), a.with("OPTIONS", "The origin has a line end in it", origin, value))
	}
	for _, value := range []string{a.header + encoded, a.header + bare, a.header + ",\r\n\t" + line} {
		list = append(list, a.with("OPTIONS", "What is asked for has a line end in it", asked, value))
	}
	for _, value := range []string{a.method + encoded, a.method + bare} {
		list = append(list, a.with("OPTIONS", "The method that is asked for has a line end in it", method, value))
	}
	path, query, _ := strings.Cut(a.path, "?")
	if query != "" {
		query += "&"
	}
	for _, target := range []string{path + encoded, path + "/" + encoded, path + "?" + query + "corsproof-raw=" + encoded} {
		p := a.usual("GET")
		p.about, p.target, p.plain = "The URL has a line end in it", target, false
		list = append(list, p)
	}
	for i := range list {
		list[i].plain = false
	}
	return list
}

// curl is the command that sends the probe once more.
func (a *raw) curl(p rawProbe) string {
	words := []string{"curl", "-i"}
	if p.method != "GET" {
		words = append(words, "-X", p.method)
	}
	lines := p.curl
	if lines == nil {
		for _, h := range p.headers {
			lines = append(lines, lineForShell(h))
		}
	}
	for _, line := range lines {
		words = append(words, "-H", line)
	}
	return strings.Join(append(words, plain.Quote(a.public.String()+p.target)), " ")
}

// lineForShell quotes a header line; one with bytes that a person cannot type is
// quoted as bash does it. curl sends a header without a value for "name;".
func lineForShell(h oracle.Header) string {
	if h.Value == "" {
		return plain.Quote(h.Name + ";")
	}
	line := h.Name + ": " + h.Value
	if strings.ContainsFunc(line, func(c rune) bool { return c < ' ' || c > '~' }) {
		return "$'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\r", `\r`, "\n", `\n`, "\t", `\t`, "\x00", `\x00`, "\u00e9", `\xe9`, "\u00ff", `\xff`).Replace(line) + "'"
	}
	return plain.Quote(line)
}
