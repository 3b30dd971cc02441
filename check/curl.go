package check

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/oracle"
)

// curl is the command that sends the deciding exchange once more. What a secret
// header holds is left to a variable of the shell's; nothing else is expanded.
func curl(s showing, secrets []string) string {
	e := s.exchange()
	if e == nil {
		if n := s.actual(); n >= 0 {
			e = &s.Observed.Wire[n]
		} else {
			return ""
		}
	}
	words := []string{"curl", "-i"}
	switch e.Method {
	case "GET":
	case "HEAD":
		words = append(words, "--head")
	default:
		words = append(words, "-X", plain.ShellWord(e.Method))
	}
	for _, h := range e.Headers {
		switch {
		case isSecretHeader(h.Name), holds(h.Value, secrets):
			words = append(words, "-H", `"`+h.Name+`: $`+variable(h.Name)+`"`)
		case sentAgain(h.Name, s.Request):
			words = append(words, "-H", plain.Quote(h.Name+": "+h.Value))
		}
	}
	if e.Body != "" {
		words = append(words, "--data-raw", plain.Quote(e.Body))
	}
	return strings.Join(append(words, plain.Quote(e.At+e.Path)), " ")
}

// handlerAddress is where the commands of findings look for a handler, which has
// no address between two checks.
const handlerAddress = "http://localhost:8080"

// address is the origin at which a command finds the target.
func (t *Target) address() string {
	if t.url == nil {
		return handlerAddress
	}
	return t.url.Scheme + "://" + t.url.Host
}

// aim lets the command of a finding go to where the target is, instead of the
// name by which browsers know it. at is an origin.
func aim(command, public, at string) string {
	url := strings.LastIndex(command, " '"+public+"/")
	if url < 0 || public == at {
		return command
	}
	_, host, _ := strings.Cut(public, "://")
	return command[:url] + " -H " + plain.Quote("Host: "+host) + " '" + at + command[url+len(" '"+public):]
}

// sentAgain is true for the headers that the answer can hang on: those of CORS,
// and those that the script set.
func sentAgain(name string, r record.Request) bool {
	return slices.ContainsFunc([]string{"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Content-Type"}, func(n string) bool {
		return strings.EqualFold(n, name)
	}) || r.Headers.Has(name)
}

// holds is true for a value with a secret in it.
func holds(value string, secrets []string) bool {
	return slices.ContainsFunc(secrets, func(secret string) bool { return secret != "" && strings.Contains(value, secret) })
}

// isSecretHeader is true for a header whose value no report may show.
func isSecretHeader(name string) bool {
	return slices.ContainsFunc([]string{"Authorization", "Cookie", "Proxy-Authorization"}, func(n string) bool { return strings.EqualFold(n, name) })
}

var notInVariables = regexp.MustCompile(`[^A-Z0-9]+`)

// variable is the name of the variable that stands for a header's value.
func variable(header string) string {
	return "H_" + notInVariables.ReplaceAllString(strings.ToUpper(header), "_")
}

// snippet is the request as a line for the console of a page of the origin.
func snippet(i item) string {
	if i.Request.URL == "" {
		return i.Request.Text
	}
	if !slices.Contains([]string{"fetch", "xhr", "worker-fetch", ""}, i.Request.Via) {
		return i.Request.Text
	}
	var fields []string
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, name+": "+literal(value))
		}
	}
	if method := i.method(); method != "GET" {
		add("method", method)
	}
	add("credentials", i.Request.Credentials)
	if len(i.Request.Headers) > 0 {
		fields = append(fields, "headers: {"+headerLiterals(i.Request.Headers)+"}")
	}
	add("body", i.Request.Body)
	options := ""
	if len(fields) > 0 {
		options = ", {" + strings.Join(fields, ", ") + "}"
	}
	return "await fetch(" + literal(cmp.Or(i.Request.URL, i.Endpoint)) + options + ")"
}

func headerLiterals(headers oracle.Headers) string {
	list := make([]string, len(headers))
	for n, h := range headers {
		value := literal(h.Value)
		if isSecretHeader(h.Name) {
			value = literal("...")
		}
		list[n] = literal(h.Name) + ": " + value
	}
	return strings.Join(list, ", ")
}

// literal is a string of JavaScript, and of JSON.
func literal(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return `""`
	}
	return string(b)
}
