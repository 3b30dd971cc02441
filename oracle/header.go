package oracle

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
