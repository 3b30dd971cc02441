package lab

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// express writes the servers of a case for Express, which has the idiom of its
// cors package where there is a policy.
func express(s serving) string {
	var b strings.Builder
	packages := "express"
	if s.cors != nil {
		packages = "express cors"
	}
	for _, note := range s.notes {
		b.WriteString(comment("// ", note))
	}
	if len(s.hosts) == 0 {
		return b.String()
	}
	if method := oracle.NormalizeMethod(s.method); method != "" && !nodeMethods[method] {
		b.WriteString("// Node.js does not know the method " + jsText(method) + ", and refuses it.\n")
	}
	b.WriteString("// npm install " + packages + "\n")
	b.WriteString("const express = require('express');\n")
	if s.cors != nil {
		b.WriteString("const cors = require('cors');\n")
	}
	for i, h := range s.hosts {
		name := "app"
		if i > 0 {
			name += strconv.Itoa(i + 1)
		}
		b.WriteString("\n" + comment("// ", h.origin.String()) + "const " + name + " = express();\n" + name + ".disable('x-powered-by');\n")
		if s.cors != nil {
			b.WriteString(expressCORS(name, s.cors))
		}
		for _, r := range h.routes {
			b.WriteString(expressRoute(name, r, s.cors != nil))
		}
		fmt.Fprintf(&b, "\n%s.listen(%d);\n", name, 3000+i)
	}
	return b.String()
}

// nodeMethods are the methods that Node.js knows.
var nodeMethods = func() map[string]bool {
	known := map[string]bool{}
	for method := range strings.FieldsSeq(`ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE
		NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE`) {
		known[method] = true
	}
	return known
}()

func expressCORS(app string, p *corsPolicy) string {
	var b strings.Builder
	b.WriteByte('\n')
	origin := jsText("*")
	switch {
	case p.everySite:
		b.WriteString(comment("// ", everySiteNote))
		origin = "true"
	case p.Origins[0] != "*":
		origin = jsList(p.Origins)
	}
	b.WriteString(app + ".use(cors({\n  origin: " + origin + ",\n  methods: " + jsList(p.methods()) + ",\n")
	if !p.anyHeader { // left out, it lets in what is asked for
		b.WriteString("  allowedHeaders: " + jsList(p.RequestHeaders) + ",\n")
	}
	if len(p.ExposeHeaders) > 0 {
		b.WriteString("  exposedHeaders: " + jsList(p.ExposeHeaders) + ",\n")
	}
	if p.Credentials {
		b.WriteString("  credentials: true,\n")
	}
	if p.MaxAge > 0 {
		fmt.Fprintf(&b, "  maxAge: %d,\n", int(p.MaxAge.Seconds()))
	}
	return b.String() + "}));\n"
}

// plainPath are paths of which no character means something to a router.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9/._~-]*$`)

func expressRoute(app string, r route, byPolicy bool) string {
	path := jsText(r.path)
	if !plainPath.MatchString(r.path) {
		path = "new RegExp(" + jsText("^"+regexp.QuoteMeta(r.path)+"$") + ")"
	}
	var b strings.Builder
	if !byPolicy {
		b.WriteString("\n" + app + ".options(" + path + ", (req, res, next) => {\n" +
			"  if (!req.get('Access-Control-Request-Method')) return next(); // no preflight\n")
		if r.preflight == nil {
			b.WriteString("  res.status(404).end();\n")
		} else {
			b.WriteString(expressReply(*r.preflight, r.preflight.headers))
		}
		b.WriteString("});\n")
	}
	lines := r.answer.headers
	if byPolicy {
		lines = r.answer.ownLines()
	}
	return b.String() + "\n" + app + ".all(" + path + ", (req, res) => {\n" + expressReply(r.answer, lines) + "});\n"
}

// notOfNode are characters that Node.js takes in no header.
var notOfNode = regexp.MustCompile(`[^\t -~\x{80}-\x{ff}]`)

// expressReply is the body of a handler, which answers with these headers.
func expressReply(r literal, lines []line) string {
	var b strings.Builder
	indent := "  "
	say := func(format string, args ...any) { fmt.Fprintf(&b, indent+format+"\n", args...) }
	if r.delay > 0 {
		say("setTimeout(() => {")
		indent = "    "
	}
	switch {
	case r.abort == "before-headers":
		say("req.socket.destroy();")
	case r.raw != nil:
		say("req.socket.end(%s, 'latin1'); // byte for byte", jsText(isomorphic(r.raw)))
	default:
		for _, group := range grouped(lines) {
			name := jsText(group[0].name)
			var values []string
			for _, l := range group {
				if text, _ := l.value.literal(); notOfNode.MatchString(text) {
					say("// Node.js sends no control characters in %s.", name)
					continue
				}
				values = append(values, jsValue(l.value))
			}
			switch {
			case len(values) == 0:
			case len(values) > 1:
				say("res.setHeader(%s, [%s]);", name, strings.Join(values, ", "))
			case strings.EqualFold(group[0].name, "Content-Type"):
				say("res.setHeader(%s, %s); // res.set() may add a charset", name, values[0])
			default:
				say("res.set(%s, %s);", name, values[0])
			}
		}
		if r.statusText != nil {
			say("res.statusMessage = %s;", jsText(*r.statusText))
		}
		body := ""
		if len(r.body) > 0 {
			body = jsValue(r.body) + ", 'latin1'"
			if text, ok := r.body.literal(); ok && isASCII(text) {
				body = jsText(text)
			}
		}
		if r.abort == "in-body" {
			if body == "" {
				body = "' '"
			}
			say("res.status(%d).write(%s, () => req.socket.destroy());", r.status, body)
		} else {
			say("res.status(%d).end(%s);", r.status, body)
		}
	}
	if r.delay > 0 {
		fmt.Fprintf(&b, "  }, %d);\n", r.delay.Milliseconds())
	}
	return b.String()
}

// jsValue is a value as an expression.
func jsValue(v value) string {
	if len(v) == 0 {
		return "''"
	}
	var parts []string
	for _, p := range v {
		switch {
		case p.header == "":
			parts = append(parts, jsText(p.text))
		case len(v) == 1:
			parts = append(parts, "req.get("+jsText(p.header)+") ?? ''")
		default:
			parts = append(parts, "(req.get("+jsText(p.header)+") ?? '')")
		}
	}
	return strings.Join(parts, " + ")
}

func jsList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = jsText(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// jsText is a string literal of JavaScript.
func jsText(s string) string {
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return `"` + escaped(s, '"') + `"`
	}
	return "'" + escaped(s, '\'') + "'"
}

// escaped escapes a text, whose characters are bytes, between quotes of
// JavaScript or Go.
func escaped(s string, quote rune) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r > '~' && r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r > 0xff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}
