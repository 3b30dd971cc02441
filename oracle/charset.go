package oracle

import (
	"regexp"
	"strings"
)

// What a string and a URLSearchParams bring.
const (
	textUTF8 = "text/plain;charset=UTF-8"
	formUTF8 = "application/x-www-form-urlencoded;charset=UTF-8"
)

// setXHRContentType gives the body's type, or, for a string, corrects the
// charset of the author's to what is really sent.
//
// https://xhr.spec.whatwg.org/#the-send()-method
func (f *fetching) setXHRContentType() {
	author, given := f.headers.Get("Content-Type")
	switch {
	case !given && f.state.Profile[BlobTypesMustParse] && !wholeType.MatchString(f.body.Type):
	case !given && f.body.Type != "":
		f.headers = append(f.headers, Header{"Content-Type", f.body.Type})
	case !given:
	case f.state.Profile[CharsetReplaced] && (f.body.Type == textUTF8 || f.body.Type == formUTF8):
		f.setContentType(replaceCharsets(author))
	case f.body.Type == textUTF8:
		m, ok := ParseMIMEType(author)
		if charset, found := m.Parameter("charset"); !ok || !found || strings.EqualFold(charset, "utf-8") {
			return
		}
		for i := range m.Parameters {
			if m.Parameters[i].Name == "charset" {
				m.Parameters[i].Value = "UTF-8"
			}
		}
		f.setContentType(m.String())
	}
}

// wholeType matches a type all of whose parameters have a name and a value.
var wholeType = regexp.MustCompile("^ *" + tokenPattern + "/" + tokenPattern + " *(; *" + tokenPattern + ` *= *(` + tokenPattern + `|"([^"\\]|\\.)*") *)*$`)

const tokenPattern = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"

func (f *fetching) setContentType(value string) {
	f.headers = append(f.headers.without("Content-Type"), Header{"Content-Type", value})
}

// replaceCharsets writes UTF-8 over whatever stands behind "charset=", without
// parsing the value around it.
func replaceCharsets(value string) string {
	var out strings.Builder
	rest := value
	for {
		start, end := findCharset(value, len(value)-len(rest))
		if start == end {
			return out.String() + rest
		}
		out.WriteString(value[len(value)-len(rest):start] + "UTF-8")
		rest = value[end:]
	}
}

// findCharset is where the next charset stands, from i on; start and end are
// the same if there is none.
func findCharset(s string, i int) (start, end int) {
	const name = "charset"
	for {
		found := strings.Index(strings.ToLower(s[i:]), name)
		if found < 0 || i+found == 0 {
			return 0, 0
		}
		before := s[i+found-1]
		i += found + len(name)
		if before > ' ' && before != ';' {
			continue
		}
		rest := strings.TrimLeftFunc(s[i:], func(r rune) bool { return r <= ' ' })
		if rest == "" {
			return 0, 0
		}
		i = len(s) - len(rest) + 1
		if rest[0] != '=' {
			continue
		}
		start = i + len(s[i:]) - len(strings.TrimLeftFunc(s[i:], func(r rune) bool { return r <= ' ' || r == '"' || r == '\'' }))
		end = len(s)
		if n := strings.IndexFunc(s[start:], func(r rune) bool { return r <= ' ' || r == '"' || r == '\'' || r == ';' }); n >= 0 {
			end = start + n
		}
		return start, end
	}
}
