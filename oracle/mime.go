package oracle

import (
	"regexp"
	"slices"
	"strings"
)

// MIMEType is a parsed MIME type.
//
// https://mimesniff.spec.whatwg.org/#mime-type-representation
type MIMEType struct {
	Type, Subtype string
	Parameters    []MIMEParameter
}

// MIMEParameter is one parameter of a MIME type: the name in lower case.
type MIMEParameter struct{ Name, Value string }

// Essence is type/subtype, in lower case.
func (m MIMEType) Essence() string { return m.Type + "/" + m.Subtype }

// Parameter is the value of a parameter.
func (m MIMEType) Parameter(name string) (string, bool) {
	for _, p := range m.Parameters {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// String serialises the MIME type. A value that is no token is quoted.
//
// https://mimesniff.spec.whatwg.org/#serialize-a-mime-type
func (m MIMEType) String() string {
	var out strings.Builder
	out.WriteString(m.Essence())
	for _, p := range m.Parameters {
		out.WriteString(";" + p.Name + "=")
		if IsToken(p.Value) {
			out.WriteString(p.Value)
			continue
		}
		out.WriteByte('"')
		for i := range len(p.Value) {
			if c := p.Value[i]; c == '"' || c == '\\' {
				out.WriteByte('\\')
			}
			out.WriteByte(p.Value[i])
		}
		out.WriteByte('"')
	}
	return out.String()
}

const httpWhitespace = "\t\n\r "

// ParseMIMEType parses a MIME type. Type and subtype must be tokens; what is
// wrong with a parameter only drops the parameter.
//
// https://mimesniff.spec.whatwg.org/#parse-a-mime-type
func ParseMIMEType(s string) (MIMEType, bool) {
	s = strings.Trim(s, httpWhitespace)
	kind, rest, _ := strings.Cut(s, "/")
	if !IsToken(kind) {
		return MIMEType{}, false
	}
	subtype, rest, _ := strings.Cut(rest, ";")
	subtype = strings.TrimRight(subtype, httpWhitespace)
	if !IsToken(subtype) {
		return MIMEType{}, false
	}
	m := MIMEType{Type: strings.ToLower(kind), Subtype: strings.ToLower(subtype)}
	for {
		rest = strings.TrimLeft(rest, httpWhitespace)
		i := strings.IndexAny(rest, ";=")
		if i < 0 {
			break // a name without a value, or no more
		}
		name := strings.ToLower(rest[:i])
		if rest[i] == ';' {
			rest = rest[i+1:]
			continue
		}
		rest = rest[i+1:]
		if rest == "" {
			break
		}
		var value string
		quoted := rest[0] == '"'
		if quoted {
			value, rest = collectQuoted(rest)
			_, rest, _ = strings.Cut(rest, ";")
		} else {
			value, rest, _ = strings.Cut(rest, ";")
			value = strings.TrimRight(value, httpWhitespace)
		}
		if value == "" && !quoted || !IsToken(name) || !quotedStringText.MatchString(value) {
			continue
		}
		if _, twice := m.Parameter(name); !twice {
			m.Parameters = append(m.Parameters, MIMEParameter{name, value})
		}
	}
	return m, true
}

// collectQuoted reads a quoted string at the start of s; a missing end quote is
// forgiven.
//
// https://fetch.spec.whatwg.org/#collect-an-http-quoted-string
func collectQuoted(s string) (value, rest string) {
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return out.String(), s[i+1:]
		case '\\':
			if i+1 < len(s) {
				i++
			}
		}
		out.WriteByte(s[i])
	}
	return out.String(), ""
}

// https://mimesniff.spec.whatwg.org/#http-quoted-string-token-code-point
var quotedStringText = regexp.MustCompile(`^[\t\x20-\x7E\x80-\xFF]*$`)

// ExtractMIMEType is the MIME type that a header list's Content-Type means:
// the last value that parses, "*/*" aside.
//
// https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
func ExtractMIMEType(h Headers) (MIMEType, bool) {
	var found MIMEType
	ok := false
	for _, value := range h.SplitValues("Content-Type") {
		if m, parsed := ParseMIMEType(value); parsed && m.Essence() != "*/*" {
			found, ok = m, true
		}
	}
	return found, ok
}

// IsJavaScript says whether the MIME type is one of the JavaScript MIME types.
//
// https://mimesniff.spec.whatwg.org/#javascript-mime-type
func (m MIMEType) IsJavaScript() bool { return slices.Contains(javaScriptTypes, m.Essence()) }

var javaScriptTypes = []string{
	"application/ecmascript", "application/javascript", "application/x-ecmascript", "application/x-javascript",
	"text/ecmascript", "text/javascript", "text/javascript1.0", "text/javascript1.1", "text/javascript1.2",
	"text/javascript1.3", "text/javascript1.4", "text/javascript1.5", "text/jscript", "text/livescript",
	"text/x-ecmascript", "text/x-javascript",
}

// IsJSON says whether the MIME type is JSON, "+json" included.
//
// https://mimesniff.spec.whatwg.org/#json-mime-type
func (m MIMEType) IsJSON() bool {
	e := m.Essence()
	return strings.HasSuffix(m.Subtype, "+json") || e == "application/json" || e == "text/json"
}

// IsXML says whether the MIME type is XML, "+xml" included.
//
// https://mimesniff.spec.whatwg.org/#xml-mime-type
func (m MIMEType) IsXML() bool {
	e := m.Essence()
	return strings.HasSuffix(m.Subtype, "+xml") || e == "application/xml" || e == "text/xml"
}
