package harness

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// Curl is a request as a command line that is safe to paste; options stand before
// what the request itself takes.
func Curl(w oracle.WireRequest, options ...string) string {
	args := append([]string{"curl", "-i"}, options...)
	switch w.Method {
	case "GET":
	case "HEAD":
		args = append(args, "-I")
	default:
		args = append(args, "-X", w.Method)
	}
	header := func(name, value string) {
		if strings.Trim(value, " \t") == "" {
			args = append(args, "-H", name+";") // "Name:" would leave it out
			return
		}
		args = append(args, "-H", name+": "+value)
	}
	for _, h := range [][2]string{
		{"Origin", w.Origin}, {"Access-Control-Request-Method", w.RequestMethod},
		{"Access-Control-Request-Headers", w.RequestHeaders}, {"Cookie", w.Cookie},
	} {
		if h[1] != "" {
			header(h[0], h[1])
		}
	}
	for _, h := range w.Headers {
		header(h.Name, h.Value)
	}
	body, before := isomorphic(w.Body), ""
	switch {
	case body == "":
	case strings.Contains(body, "\x00"): // which no argument can hold
		before = "printf " + printfQuoted(body) + " | "
		args = append(args, "--data-binary", "@-")
	default:
		args = append(args, "--data-raw", body) // takes no @ for a file
	}
	if body != "" && !w.Headers.Has("Content-Type") {
		args = append(args, "-H", "Content-Type:") // it adds one
	}
	if strings.ContainsAny(w.URL, "[]{}") {
		args = append(args, "--globoff")
	}
	args = append(args, w.URL)
	for i, a := range args {
		args[i] = shellQuoted(a)
	}
	return before + strings.Join(args, " ")
}

// shellQuoted makes an argument safe to paste. What has bytes that a terminal
// does not show needs a shell that knows $'...', as bash and zsh do.
func shellQuoted(arg string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+"
	if arg != "" && strings.Trim(arg, plain) == "" {
		return arg
	}
	if !strings.ContainsFunc(arg, func(r rune) bool { return r < ' ' && r != '\n' || r > '~' }) {
		return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for _, r := range arg {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' || r > '~':
			fmt.Fprintf(&b, `\%03o`, byte(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + "'"
}

// printfQuoted is a format of printf(1) that prints a text whose characters are
// bytes.
func printfQuoted(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\' || r == '%':
			b.WriteRune(r)
			b.WriteRune(r)
		case r == '\'' || r < ' ' || r > '~':
			fmt.Fprintf(&b, `\%03o`, byte(r))
		default:
			b.WriteRune(r)
		}
	}
	return "'" + b.String() + "'"
}
