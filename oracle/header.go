package oracle

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Header is one header line: a name and a value, both isomorphic strings in
// which every character is one byte (U+0000 to U+00FF).
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Headers is a header list: lines in the order they are sent. A name may stand
// in it more than once and in any case.
//
// https://fetch.spec.whatwg.org/#concept-header-list
type Headers []Header

// Get is the combined value of a header: its values in order, joined with
// ", ". ok is false when no line has the name.
//
// https://fetch.spec.whatwg.org/#concept-header-list-get
func (h Headers) Get(name string) (value string, ok bool) {
	for _, line := range h {
		if !strings.EqualFold(line.Name, name) {
			continue
		}
		if ok {
			value += ", " + NormalizeValue(line.Value)
		} else {
			value, ok = NormalizeValue(line.Value), true
		}
	}
	return value, ok
}

// Has says whether a line has the name.
func (h Headers) Has(name string) bool {
	return slices.ContainsFunc(h, func(line Header) bool { return strings.EqualFold(line.Name, name) })
}

// Values are the values of a header, one for each line.
func (h Headers) Values(name string) []string {
	var values []string
	for _, line := range h {
		if strings.EqualFold(line.Name, name) {
			values = append(values, NormalizeValue(line.Value))
		}
	}
	return values
}

// without is the list without the lines of the names.
func (h Headers) without(names ...string) Headers {
	return slices.DeleteFunc(slices.Clone(h), func(line Header) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, line.Name) })
	})
}

// SplitValues is the combined value split at its commas, quoted strings kept
// whole.
//
// https://fetch.spec.whatwg.org/#concept-header-list-get-decode-split
func (h Headers) SplitValues(name string) []string {
	value, ok := h.Get(name)
	if !ok {
		return nil
	}
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == ',' && !quoted:
			out = append(out, strings.Trim(value[start:i], "\t "))
			start = i + 1
		}
	}
	return append(out, strings.Trim(value[start:], "\t "))
}

// Combined has every name once, in lower case, sorted, values joined.
//
// https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine
func (h Headers) Combined() Headers {
	var out Headers
	for _, line := range h {
		name, value := strings.ToLower(line.Name), NormalizeValue(line.Value)
		if i := slices.IndexFunc(out, func(o Header) bool { return o.Name == name }); i >= 0 {
			out[i].Value += ", " + value
		} else {
			out = append(out, Header{name, value})
		}
	}
	slices.SortFunc(out, func(a, b Header) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// ExtractListValues are the elements of a header whose ABNF is #token, from all
// its lines: elements between commas, with tabs and spaces around them, empty
// ones left out. found is false when no line has the name; ok is false when an
// element is no token, which is a failure and not an empty list.
//
// https://fetch.spec.whatwg.org/#extract-header-list-values
func (h Headers) ExtractListValues(name string) (values []string, found, ok bool) {
	for _, line := range h {
		if !strings.EqualFold(line.Name, name) {
			continue
		}
		found = true
		for element := range strings.SplitSeq(line.Value, ",") {
			element = strings.Trim(element, httpWhitespace)
			if element == "" {
				continue
			}
			if !IsToken(element) {
				return nil, found, false
			}
			values = append(values, element)
		}
	}
	return values, found, true
}

// NormalizeValue strips tabs, line ends and spaces around a header value.
//
// https://fetch.spec.whatwg.org/#concept-header-value-normalize
func NormalizeValue(value string) string { return strings.Trim(value, httpWhitespace) }

// IsHeaderValue says whether a (normalised) value may be sent: no NUL and no
// line end in it, no white space around it, nothing above U+00FF.
//
// https://fetch.spec.whatwg.org/#header-value
func IsHeaderValue(value string) bool {
	for _, r := range value {
		if r == 0 || r == '\n' || r == '\r' || r > 0xFF {
			return false
		}
	}
	return NormalizeValue(value) == value
}

// withoutEmptyLines is the list without the empty lines of names that have others.
func (h Headers) withoutEmptyLines() Headers {
	var out Headers
	for i, line := range h {
		same := func(o Header) bool { return strings.EqualFold(o.Name, line.Name) }
		full := func(o Header) bool { return same(o) && NormalizeValue(o.Value) != "" }
		if NormalizeValue(line.Value) != "" || !slices.ContainsFunc(h, full) && !slices.ContainsFunc(h[:i], same) {
			out = append(out, line)
		}
	}
	return out
}

// byteLength is the length of an isomorphic string on the wire.
func byteLength(s string) int { return utf8.RuneCountInString(s) }

// inUTF8 are the headers with the values as bytes of UTF-8, isomorphic decoded.
func (h Headers) inUTF8() Headers {
	h = slices.Clone(h)
	for i := range h {
		var value strings.Builder
		for _, b := range []byte(h[i].Value) {
			value.WriteRune(rune(b))
		}
		h[i].Value = value.String()
	}
	return h
}
