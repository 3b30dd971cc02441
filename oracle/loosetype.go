package oracle

import "strings"

// mimeType is the MIME type of a response.
func (f *fetching) mimeType(h Headers) (MIMEType, bool) {
	if !f.state.Profile[TypesReadLoosely] {
		return ExtractMIMEType(h)
	}
	essence, parameters := looseType(h)
	kind, subtype, found := strings.Cut(essence, "/")
	m, _ := ParseMIMEType("any/any" + parameters)
	m.Type, m.Subtype = kind, subtype
	return m, found
}

// looseType is the type as Chromium's network stack reads it: of the last value
// with a slash, up to a space, a semicolon or a bracket, and what follows from
// the semicolon on.
func looseType(h Headers) (essence, parameters string) {
	for _, value := range h.SplitValues("Content-Type") {
		rest := ""
		if end := strings.IndexAny(value, " \t;("); end >= 0 {
			value, rest = value[:end], value[end:]
		}
		if strings.Contains(value, "/") && value != "*/*" {
			essence, parameters = strings.ToLower(value), ""
			if i := strings.IndexByte(rest, ';'); i >= 0 {
				parameters = rest[i:]
			}
		}
	}
	return essence, parameters
}
