package lab

import (
	"fmt"
	"go/format"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// goServer writes the servers of a case for Go: with rs/cors where there is a
// policy, else with net/http alone.
func goServer(s serving) string {
	var b strings.Builder
	for _, note := range s.notes {
		b.WriteString(comment("// ", note))
	}
	if len(s.hosts) == 0 {
		return b.String()
	}
	var handlers strings.Builder
	preflights := false
	for i, h := range s.hosts {
		handlers.WriteString("\n" + comment("// ", goName(i)+" is "+h.origin.String()+".") + goHandler(goName(i), h, s.cors != nil))
		preflights = preflights || s.cors == nil
	}
	if preflights {
		handlers.WriteString("\nfunc isPreflight(r *http.Request) bool {\n" +
			"\treturn r.Method == http.MethodOptions && r.Header.Get(\"Access-Control-Request-Method\") != \"\"\n}\n")
	}
	body := handlers.String()
	imports := "\t\"log\"\n\t\"net/http\"\n"
	if strings.Contains(body, "time.Sleep(") {
		imports += "\t\"time\"\n"
	}
	if s.cors != nil {
		imports += "\n\t\"github.com/rs/cors\"\n"
	}
	b.WriteString("package main\n\nimport (\n" + imports + ")\n\nfunc main() {\n")
	if s.cors != nil {
		b.WriteString(goCORS(s.cors) + "\tlog.Fatal(http.ListenAndServe(\"localhost:3000\", policy.Handler(http.HandlerFunc(answer))))\n")
	} else {
		for i := len(s.hosts) - 1; i >= 0; i-- {
			serve := fmt.Sprintf("http.ListenAndServe(\"localhost:%d\", http.HandlerFunc(%s))", 3000+i, goName(i))
			if i > 0 {
				fmt.Fprintf(&b, "\tgo func() { log.Fatal(%s) }()\n", serve)
			} else {
				fmt.Fprintf(&b, "\tlog.Fatal(%s)\n", serve)
			}
		}
	}
	b.WriteString("}\n" + body)
	formatted, err := format.Source([]byte(b.String()))
	if err != nil {
		return b.String() // what does not parse is shown all the same
	}
	return string(formatted)
}

func goName(i int) string {
	if i == 0 {
		return "answer"
	}
	return "answer" + strconv.Itoa(i+1)
}

func goCORS(p *corsPolicy) string {
	var fields [][2]string
	switch {
	case p.everySite:
		fields = append(fields, [2]string{"AllowOriginFunc", "func(string) bool { return true }"})
	default:
		fields = append(fields, [2]string{"AllowedOrigins", goList(p.Origins)})
	}
	fields = append(fields, [2]string{"AllowedMethods", goList(p.methods())})
	headers := p.RequestHeaders
	switch {
	case p.anyHeader:
		headers = []string{"*"} // repeats what is asked for
	case len(headers) == 0:
		headers = []string{"Accept"} // an empty list stands for a default, and this one needs no permission
	}
	fields = append(fields, [2]string{"AllowedHeaders", goList(headers)})
	if len(p.ExposeHeaders) > 0 {
		fields = append(fields, [2]string{"ExposedHeaders", goList(p.ExposeHeaders)})
	}
	if p.Credentials {
		fields = append(fields, [2]string{"AllowCredentials", "true"})
	}
	if p.MaxAge > 0 {
		fields = append(fields, [2]string{"MaxAge", strconv.Itoa(int(p.MaxAge.Seconds()))})
	}
	width := 0
	for _, f := range fields {
		width = max(width, len(f[0])+1)
	}
	var b strings.Builder
	if p.everySite {
		b.WriteString(comment("\t// ", everySiteNote))
	}
	b.WriteString("\tpolicy := cors.New(cors.Options{\n")
	for _, f := range fields {
		fmt.Fprintf(&b, "\t\t%-*s %s,\n", width, f[0]+":", f[1])
	}
	return b.String() + "\t})\n"
}

func goHandler(name string, h host, byPolicy bool) string {
	var b strings.Builder
	b.WriteString("func " + name + "(w http.ResponseWriter, r *http.Request) {\n\tswitch path := r.URL.EscapedPath(); {\n")
	for _, r := range h.routes {
		path := goText(r.path)
		lines := r.answer.headers
		if byPolicy {
			lines = r.answer.ownLines()
		} else {
			b.WriteString("\tcase path == " + path + " && isPreflight(r):\n")
			if r.preflight == nil {
				b.WriteString("\t\tw.WriteHeader(404)\n")
			} else {
				b.WriteString(goReply(*r.preflight, r.preflight.headers))
			}
		}
		b.WriteString("\tcase path == " + path + ":\n" + goReply(r.answer, lines))
	}
	return b.String() + "\tdefault:\n\t\tw.WriteHeader(404)\n\t}\n}\n"
}

// goReply is what a case of a handler does.
func goReply(r literal, lines []line) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, "\t\t"+format+"\n", args...) }
	if r.delay > 0 {
		say("time.Sleep(%d * time.Millisecond)", int64(r.delay/time.Millisecond))
	}
	switch {
	case r.abort == "before-headers":
		say("panic(http.ErrAbortHandler)")
		return b.String()
	case r.raw != nil:
		say("if conn, _, err := w.(http.Hijacker).Hijack(); err == nil { // byte for byte")
		say("\tconn.Write([]byte(%s))", goText(isomorphic(r.raw)))
		say("\tconn.Close()")
		say("}")
		return b.String()
	}
	for _, l := range lines {
		if text, ok := l.value.literal(); ok && strings.Trim(text, " \t") != text {
			say("// net/http trims the spaces around the next value.")
		}
		say("w.Header().Add(%s, %s)", goText(l.name), goValue(l.value))
	}
	if !r.has("Content-Type") && len(r.body) > 0 {
		say("w.Header()[\"Content-Type\"] = nil // no guess")
	}
	if r.statusText != nil && *r.statusText != http.StatusText(r.status) {
		say("// net/http writes its own words behind the status, not %s.", goText(*r.statusText))
	}
	say("w.WriteHeader(%d)", r.status)
	if len(r.body) > 0 {
		say("w.Write([]byte(%s))", goValue(r.body))
	}
	if r.abort == "in-body" {
		say("http.NewResponseController(w).Flush()")
		say("panic(http.ErrAbortHandler)")
	}
	return b.String()
}

func goValue(v value) string {
	if len(v) == 0 {
		return `""`
	}
	var parts []string
	for _, p := range v {
		if p.header == "" {
			parts = append(parts, goText(p.text))
		} else {
			parts = append(parts, "r.Header.Get("+goText(p.header)+")")
		}
	}
	return strings.Join(parts, " + ")
}

func goList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = goText(item)
	}
	return "[]string{" + strings.Join(quoted, ", ") + "}"
}

// goText is a string literal of Go.
func goText(s string) string { return `"` + escaped(s, '"') + `"` }
