package oracle

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
)

// FormBoundary stands for the boundary of a multipart form, which a browser
// draws at random.
const FormBoundary = "corsproof-boundary"

const (
	urlEncoded = "application/x-www-form-urlencoded"
	formData   = "multipart/form-data"
	plainText  = "text/plain"
)

// prepareForm is form submission: by POST the fields are the body, by GET they
// take the place of the URL's query.
//
// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#form-submission-algorithm
func (f *fetching) prepareForm() {
	entries := formEntries(f.asked.Body)
	if !strings.EqualFold(f.asked.Method, "post") {
		u := *f.url()
		u.query = "?" + encodeURL(entries)
		f.urls[0] = &u
		f.note(formSubmit, "By GET the fields of the form become the query of the URL.")
		return
	}
	f.method = "POST"
	body := &Body{Type: formType(f.asked.Body)}
	switch body.Type {
	case formData:
		body.Type += "; boundary=" + FormBoundary
		body.Bytes = encodeMultipart(entries)
	case plainText:
		for _, e := range entries {
			body.Bytes = append(body.Bytes, e.name+"="+e.value+"\r\n"...)
		}
	default:
		body.Bytes = []byte(encodeURL(entries))
	}
	f.body, f.headers = body, Headers{{"Content-Type", body.Type}}
	f.note(formSubmit, "By POST the fields of the form are the body, as ", formType(f.asked.Body), ".")
}

// FormTarget is the path and query that a form's GET asks for.
func FormTarget(path string, body *Body) string {
	path, _, _ = strings.Cut(path, "?")
	return path + "?" + encodeURL(formEntries(body))
}

// formType is the form's enctype: what is none of the three is the first.
func formType(b *Body) string {
	if b == nil {
		return urlEncoded
	}
	m, _ := ParseMIMEType(b.Type)
	switch essence := m.Essence(); essence {
	case formData, plainText:
		return essence
	}
	return urlEncoded
}

type formEntry struct{ name, value string }

// formEntries are the fields of a form with that body: of a multipart body with
// a boundary its parts, none if it breaks off, of any other its pairs.
func formEntries(b *Body) []formEntry {
	if b == nil {
		return nil
	}
	m, _ := ParseMIMEType(b.Type)
	if boundary, found := m.Parameter("boundary"); found && m.Essence() == formData {
		return multipartEntries(b.Bytes, boundary)
	}
	var entries []formEntry
	separator := "&"
	plain := formType(b) == plainText
	if plain {
		separator = "\n"
	}
	for pair := range strings.SplitSeq(string(b.Bytes), separator) {
		name, value, _ := strings.Cut(strings.TrimSuffix(pair, "\r"), "=")
		switch {
		case pair == "":
			continue
		case !plain:
			name, value = decodePlus(name), decodePlus(value)
		}
		entries = append(entries, formEntry{fieldText(name), fieldText(value)})
	}
	return entries
}

func multipartEntries(body []byte, boundary string) []formEntry {
	var entries []formEntry
	for reader := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := reader.NextPart()
		if err == io.EOF {
			return entries
		}
		if err != nil {
			return nil
		}
		value, _ := io.ReadAll(part) // if it breaks off, so does the reader
		entries = append(entries, formEntry{fieldText(part.FormName()), fieldText(string(value))})
	}
}

func decodePlus(s string) string { return percentDecode(strings.ReplaceAll(s, "+", " ")) }

// fieldText is the text of bytes in UTF-8, with every line end as CRLF.
func fieldText(s string) string {
	s = string([]rune(s)) // what is no UTF-8 becomes U+FFFD
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// encodeURL is the application/x-www-form-urlencoded serializer.
//
// https://url.spec.whatwg.org/#concept-urlencoded-serializer
func encodeURL(entries []formEntry) string {
	var pairs []string
	for _, e := range entries {
		pairs = append(pairs, encodePart(e.name)+"="+encodePart(e.value))
	}
	return strings.Join(pairs, "&")
}

func encodePart(s string) string { return unlikeGo.Replace(url.QueryEscape(s)) }

// unlikeGo is where Go's serializer leaves the standard's.
var unlikeGo = strings.NewReplacer("%2A", "*", "~", "%7E")

// encodeMultipart is the multipart/form-data encoding algorithm.
//
// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart/form-data-encoding-algorithm
func encodeMultipart(entries []formEntry) []byte {
	var out bytes.Buffer
	for _, e := range entries {
		out.WriteString("--" + FormBoundary + "\r\nContent-Disposition: form-data; name=\"" + quoteName.Replace(e.name) + "\"\r\n\r\n" + e.value + "\r\n")
	}
	out.WriteString("--" + FormBoundary + "--\r\n")
	return out.Bytes()
}

var quoteName = strings.NewReplacer("\n", "%0A", "\r", "%0D", `"`, "%22")
