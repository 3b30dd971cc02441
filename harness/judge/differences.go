package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
)

// Differences says, one sentence each, where what the browser did (got) leaves
// what the oracle predicts (want). None: the two agree.
func Differences(want, got observe.Seen) []string {
	var d problems
	switch {
	case want.Read != got.Read:
		d.add("the browser says %s, the standard says %s", outcome(got), outcome(want))
	default:
		if want.Reason != "" && specific(got.Reason) && want.Reason != got.Reason && !slices.Contains(want.Also, got.Reason) {
			d.add("the browser's reason is %s (%s), the standard's is %s", got.Reason, got.Native, want.Reason)
		}
		if want.Details && got.Details {
			d.response(want, got)
		}
		if name, _, _ := strings.Cut(got.Error, ":"); want.Read == oracle.Blocked && want.Error != "" && got.Error != "" && want.Error != name {
			d.add("script gets %s, the standard says %s", name, want.Error)
		}
		if want.Muted != nil && got.Muted != nil && *want.Muted != *got.Muted {
			d.add("errors of the script are muted: %t, the standard says %t", *got.Muted, *want.Muted)
		}
	}
	if got.Timing != "" && want.Timing != "" && got.Timing != want.Timing {
		d.add("Resource Timing shows %s, the standard says %s", got.Timing, want.Timing)
	}
	d.wire(want.Wire, got.Wire)
	return d
}

// problems collects sentences.
type problems []string

func (d *problems) add(format string, args ...any) { *d = append(*d, fmt.Sprintf(format, args...)) }

func (d *problems) response(want, got observe.Seen) {
	if want.Type != "" && got.Type != "" && want.Type != got.Type {
		d.add("response.type is %s, the standard says %s", got.Type, want.Type)
	}
	if want.Status != got.Status {
		d.add("the status script sees is %d, the standard says %d", got.Status, want.Status)
	}
	if want.StatusText != got.StatusText {
		d.add("the status text script sees is %q, the standard says %q", got.StatusText, want.StatusText)
	}
	if want.URL != got.URL {
		d.add("the URL script sees is %q, the standard says %q", got.URL, want.URL)
	}
	if got.Type != "" && want.Redirected != got.Redirected { // XHR does not tell
		d.add("response.redirected is %t, the standard says %t", got.Redirected, want.Redirected)
	}
	w, g := combined(want.Headers), combined(got.Headers)
	for _, name := range slices.Sorted(maps.Keys(w)) {
		if value, found := g[name]; !found {
			d.add("script cannot read the header %s, the standard says it can", name)
		} else if value != w[name] {
			d.add("script reads %s as %q, the standard says %q", name, value, w[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g)) {
		if _, found := w[name]; !found && !framing[name] {
			d.add("script can read the header %s (%q), the standard hides it", name, g[name])
		}
	}
	if a, b := visible(want.Listed), visible(got.Listed); !slices.Equal(a, b) && maps.Equal(lowerSet(a), lowerSet(b)) {
		d.add("script lists the headers as %s, the standard says %s", strings.Join(b, ", "), strings.Join(a, ", "))
	}
	if want.Body != nil && got.Body != nil && !sameBody(*want.Body, *got.Body) {
		d.add("script reads the body %s, the server sent %s", excerpt(*got.Body), excerpt(*want.Body))
	}
}

// framing are the headers that a server adds to a literal reply, because the
// connection needs them; the oracle sees the reply without.
var framing = map[string]bool{"content-length": true, "connection": true, "transfer-encoding": true}

// visible are the names without those of framing.
func visible(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return framing[strings.ToLower(name)] })
}

func lowerSet(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[strings.ToLower(name)] = true
	}
	return set
}

// sameBody allows for the page's cut: it reports the first 4 KiB, as that many
// characters.
func sameBody(want, got string) bool {
	const pageCut = 4 << 10
	return got == want || utf8.RuneCountInString(got) == pageCut && strings.HasPrefix(want, got)
}

func (d *problems) wire(want, got []observe.Request) {
	scripts := scriptHeaders(want)
	want, got, _ = arrange(want, got)
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			d.add("%s never arrived", line(want[i]))
		case i >= len(want):
			d.add("%s arrived, the standard sends no such request", line(got[i]))
		case line(want[i]) != line(got[i]):
			d.add("request %d on the wire is %s, the standard says %s", i+1, line(got[i]), line(want[i]))
		default:
			d.request(i+1, want[i], got[i], scripts)
		}
	}
}

// scriptHeaders are the names, in lower case, of the headers that the script
// set and no browser sets on its own: a request that must go without one of
// them (a preflight, the one after a redirect that drops it) can be told from
// one that has it.
func scriptHeaders(wire []observe.Request) []string {
	names := map[string]bool{}
	for _, r := range wire {
		for name := range combined(r.Headers) {
			names[name] = !ownHeaders[name]
		}
	}
	maps.DeleteFunc(names, func(_ string, scripts bool) bool { return !scripts })
	return slices.Sorted(maps.Keys(names))
}

// ownHeaders are the headers that a script may set and a browser sets anyway.
var ownHeaders = map[string]bool{
	"accept": true, "accept-language": true, "cache-control": true, "if-modified-since": true,
	"if-none-match": true, "pragma": true, "priority": true, "range": true, "user-agent": true,
}

func (d *problems) request(n int, want, got observe.Request, scripts []string) {
	for _, h := range []struct{ name, want, got string }{
		{"Origin", want.Origin, got.Origin},
		{"Access-Control-Request-Method", want.RequestMethod, got.RequestMethod},
		{"Access-Control-Request-Headers", want.RequestHeaders, got.RequestHeaders},
		{"Cookie", want.Cookie, got.Cookie},
	} {
		if h.want != h.got {
			d.add("request %d, %s: %s is %s, the standard says %s", n, line(got), h.name, orAbsent(h.got), orAbsent(h.want))
		}
	}
	wanted := combined(want.Headers)
	for _, name := range scripts {
		_, due := wanted[name]
		if arrived, found := got.Header(name); found && !due {
			d.add("request %d, %s: it has the script's header %s (%q), the standard sends it without", n, line(got), name, arrived)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		value := wanted[name]
		if arrived, found := got.Header(name); !found {
			d.add("request %d, %s: the script's header %s is absent", n, line(got), name)
		} else if arrived != value {
			d.add("request %d, %s: the script's header %s is %q, not %q", n, line(got), name, arrived, value)
		}
	}
	if want.Body != got.Body {
		d.add("request %d, %s: the body is %s, the standard says %s", n, line(got), excerpt(got.Body), excerpt(want.Body))
	}
}

// withoutRepeats takes a request once that came several times in a row, as some
// ways to load may send it (media ranges), or as often as it was due in a row.
func withoutRepeats(wire, due []observe.Request) []observe.Request {
	longest := map[string]int{}
	for _, run := range runs(due) {
		longest[line(run[0])] = max(longest[line(run[0])], len(run))
	}
	var out []observe.Request
	for _, run := range runs(wire) {
		out = append(out, run[:min(len(run), max(longest[line(run[0])], 1))]...)
	}
	return out
}

// runs cuts requests where the next is another.
func runs(wire []observe.Request) [][]observe.Request {
	var out [][]observe.Request
	for i, r := range wire {
		if i > 0 && line(wire[i-1]) == line(r) && wire[i-1].Hop == r.Hop {
			out[len(out)-1] = append(out[len(out)-1], r)
		} else {
			out = append(out, []observe.Request{r})
		}
	}
	return out
}

// line is a request in short: "OPTIONS https://api.other.test/items".
func line(r observe.Request) string { return r.Method + " " + r.At + r.Path }

func outcome(s observe.Seen) string {
	switch {
	case s.Reason != "":
		return fmt.Sprintf("%s (%s)", s.Read, s.Reason)
	case s.Native != "":
		return fmt.Sprintf("%s (%s)", s.Read, s.Native)
	case s.Read == "":
		return "nothing"
	}
	return string(s.Read)
}

// specific is false for words that name no step of the algorithm.
func specific(r oracle.Reason) bool { return r != "" && r != oracle.NetworkError }

func combined(headers oracle.Headers) map[string]string {
	m := make(map[string]string, len(headers))
	for _, h := range headers {
		name := strings.ToLower(h.Name)
		if value, found := m[name]; found {
			m[name] = value + ", " + h.Value
		} else {
			m[name] = h.Value
		}
	}
	return m
}

func orAbsent(value string) string {
	if value == "" {
		return "absent"
	}
	return fmt.Sprintf("%q", value)
}

func excerpt(s string) string {
	if len(s) > 60 {
		s = s[:60] + "..."
	}
	return fmt.Sprintf("%q", s)
}
