package lab

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// nginx writes the servers of a case as server blocks, with a map of origins
// where there is a policy.
func nginx(s serving) string {
	n := &nginxWriter{}
	for _, note := range s.notes {
		n.head.WriteString(comment("# ", note))
	}
	if len(s.hosts) == 0 {
		return n.head.String()
	}
	for i, h := range s.hosts {
		n.say("\n%sserver {", comment("# ", h.origin.String()))
		n.say("    listen %d;", 8080+i)
		n.say("    server_name %s;", nginxText(h.origin.Host))
		seen := map[string]bool{}
		for _, r := range h.routes {
			path := decodedPath(r.path)
			if seen[path] {
				n.say("\n    # nginx cannot say this: a path that differs from one above in its escapes alone.")
				continue
			}
			seen[path] = true
			n.location(path, r, s.cors)
		}
		n.say("}")
	}
	n.head.WriteString("# Inside of http { }.\n")
	if s.cors == nil || s.cors.Methods != nil || s.cors.RequestHeaders != nil || s.cors.anyHeader || s.cors.MaxAge > 0 {
		n.head.WriteString("map \"$request_method $http_access_control_request_method\" $preflight {\n    default \"\";\n    \"~^OPTIONS .\" 1;\n}\n")
	}
	if n.dollar {
		n.head.WriteString("geo $dollar { # a way to say $\n    default \"$\";\n}\n")
	}
	return n.head.String() + n.maps.String() + n.blocks.String()
}

type nginxWriter struct {
	head, maps, blocks strings.Builder
	dollar             bool
}

func (n *nginxWriter) say(format string, args ...any) { fmt.Fprintf(&n.blocks, format+"\n", args...) }

// decodedPath is a path as a location names it.
func decodedPath(path string) string {
	if decoded, err := url.PathUnescape(path); err == nil && nginxCan(decoded) {
		return decoded
	}
	return path
}

func (n *nginxWriter) location(path string, r route, p *corsPolicy) {
	n.say("\n    location = %s {", nginxText(path))
	if p == nil {
		n.say("        if ($preflight) {")
		preflight := literal{status: 404}
		if r.preflight != nil {
			preflight = *r.preflight
		}
		n.reply("            ", preflight, preflight.headers, true)
		n.say("        }")
		n.reply("        ", r.answer, r.answer.headers, false)
	} else {
		n.policy(p)
		n.reply("        ", r.answer, r.answer.ownLines(), false)
	}
	n.say("    }")
}

// policy says a policy in a location. A header whose value is empty is left out.
func (n *nginxWriter) policy(p *corsPolicy) {
	add := func(name, value string) { n.say("        add_header %s %s always;", name, value) }
	onPreflight := func(name, variable, value string) {
		fmt.Fprintf(&n.maps, "map $preflight %s {\n    1 %s;\n}\n", variable, value)
		add(name, variable)
	}
	switch {
	case p.everySite:
		n.blocks.WriteString(comment("        # ", everySiteNote))
		add("Access-Control-Allow-Origin", "$http_origin")
		add("Vary", "Origin")
	case p.Origins[0] == "*":
		add("Access-Control-Allow-Origin", `"*"`)
	default:
		n.maps.WriteString("map $http_origin $cors_origin {\n")
		for _, o := range p.Origins {
			fmt.Fprintf(&n.maps, "    %s $http_origin;\n", nginxText(o))
		}
		n.maps.WriteString("}\n")
		add("Access-Control-Allow-Origin", "$cors_origin")
		add("Vary", "Origin")
	}
	if p.Credentials {
		add("Access-Control-Allow-Credentials", "true")
	}
	if len(p.ExposeHeaders) > 0 {
		add("Access-Control-Expose-Headers", n.text(strings.Join(p.ExposeHeaders, ", ")))
	}
	if p.Methods != nil {
		onPreflight("Access-Control-Allow-Methods", "$cors_methods", n.text(strings.Join(p.methods(), ", ")))
	}
	switch {
	case p.anyHeader:
		onPreflight("Access-Control-Allow-Headers", "$cors_headers", "$http_access_control_request_headers")
	case len(p.RequestHeaders) > 0:
		onPreflight("Access-Control-Allow-Headers", "$cors_headers", n.text(strings.Join(p.RequestHeaders, ", ")))
	}
	if p.MaxAge > 0 {
		onPreflight("Access-Control-Max-Age", "$cors_max_age", fmt.Sprint(int(p.MaxAge.Seconds())))
	}
	if p.Methods != nil || p.RequestHeaders != nil || p.anyHeader || p.MaxAge > 0 {
		n.say("        if ($preflight) {\n            return 204;\n        }")
	}
}

// longText is how long a word of a configuration may be.
const longText = 3000

// nginxCan says whether a configuration can hold a text: ASCII, and no control
// characters but white space.
func nginxCan(s string) bool {
	return len(s) <= longText && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r > '~' })
}

// reply says an answer in a location, or in an if of one.
func (n *nginxWriter) reply(indent string, r literal, lines []line, inIf bool) {
	say := func(format string, args ...any) { n.say(indent+format, args...) }
	leftOut := func(what string) { say("# nginx cannot say this: %s.", what) }
	if r.delay > 0 {
		leftOut("an answer that waits for " + r.delay.String())
	}
	switch {
	case r.abort == "before-headers":
		say("return 444;")
		return
	case r.raw != nil:
		leftOut("an answer that is sent byte for byte")
		say("return 444;")
		return
	case r.abort == "in-body":
		leftOut("an answer that breaks off")
	}
	if r.statusText != nil {
		leftOut("words of your own behind the status")
	}
	redirects := slices.Contains([]int{301, 302, 303, 307, 308}, r.status)
	location, contentType := `""`, `""`
	added := 0
	for _, l := range lines {
		name := strings.ToLower(l.name)
		text, isLiteral := l.value.literal()
		switch {
		case !n.can(l.value):
			leftOut("the value of " + nginxName(l.name) + ", for its bytes or its length")
		case len(l.value) == 0:
			leftOut(nginxName(l.name) + " with nothing in it")
		case name == "location" && redirects && location != `""`:
			leftOut("a second Location")
		case name == "location" && redirects:
			location = n.value(l.value)
		case name == "content-type" && isLiteral && !inIf:
			contentType = nginxText(text)
		case name == "content-type", ownHeaders[name]:
			leftOut(nginxName(l.name) + " of your own")
		default:
			say("add_header %s %s always;", nginxName(l.name), n.value(l.value))
			added++
		}
	}
	switch {
	case !inIf:
		say("default_type %s;", contentType)
	case added == 0:
		say("add_header X-None \"\"; # sends nothing, and keeps the lines below from being sent here")
	}
	if redirects && !inIf && !strings.HasPrefix(location, `"http`) {
		say("absolute_redirect off;")
	}
	switch {
	case redirects && location == `""`:
		leftOut("a redirect that leads nowhere")
		say("return 404 \"\";")
	case redirects:
		say("return %d %s;", r.status, location)
	case r.status == 204 || r.status == 304:
		say("return %d;", r.status)
	case !n.can(r.body):
		leftOut("the body, for its bytes or its length")
		say("return %d \"\";", r.status)
	default:
		say("return %d %s;", r.status, n.value(r.body))
	}
}

// ownHeaders are of the connection or the server: nginx writes them by itself.
var ownHeaders = map[string]bool{"connection": true, "content-length": true, "date": true, "keep-alive": true, "server": true, "transfer-encoding": true, "upgrade": true}

func (n *nginxWriter) can(v value) bool {
	for _, p := range v {
		if !nginxCan(p.text) {
			return false
		}
	}
	return true
}

// value is a value as a word of the configuration, with variables for what it
// takes from the request.
func (n *nginxWriter) value(v value) string {
	var b strings.Builder
	for _, p := range v {
		if p.header != "" {
			b.WriteString("${http_" + strings.ReplaceAll(strings.ToLower(p.header), "-", "_") + "}")
			continue
		}
		escaped := nginxEscaped(p.text)
		n.dollar = n.dollar || strings.Contains(escaped, "$")
		b.WriteString(strings.ReplaceAll(escaped, "$", "${dollar}"))
	}
	return `"` + b.String() + `"`
}

func (n *nginxWriter) text(s string) string { return n.value(valueOf(s)) }

// nginxText is a word that takes no variables.
func nginxText(s string) string { return `"` + nginxEscaped(s) + `"` }

func nginxEscaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

func nginxName(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return nginxText(name)
}
