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
	if !given {
		f.setOwnContentType()
		return
	}
	switch {
	case f.client.Worker != "" && f.state.Profile[CharsetsOfWorkersLeft]:
	case f.state.Profile[CharsetReplaced] && (f.body.Type == textUTF8 || f.body.Type == formUTF8):
		f.setContentType(replaceCharsets(author))
	case f.body.Type == textUTF8, f.body.Type == formUTF8 && f.state.Profile[CharsetOfParamsCorrected]:
		m, _ := ParseMIMEType(author)
		if charset, found := m.Parameter("charset"); !found || strings.EqualFold(charset, "utf-8") {
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

// setOwnContentType gives the type that the body brings.
func (f *fetching) setOwnContentType() {
	switch own := f.body.Type; {
	case f.state.Profile[BlobTypesMustParse] && !wholeType.MatchString(own):
	case f.state.Profile[BlobEssencesMustParse] && !isMIMEType(own):
	case own == textUTF8 && f.client.Worker != "" && f.state.Profile[CharsetsOfWorkersLeft]:
		f.setContentType(strings.ToLower(own))
	case own != "":
		f.setContentType(own)
	}
}

func isMIMEType(value string) bool {
	_, ok := ParseMIMEType(value)
	return ok
}

// wholeType matches a type all of whose parameters have a name and a value; there
// may be spaces around its slash.
var wholeType = regexp.MustCompile("^ *" + tokenPattern + " */ *" + tokenPattern + " *(; *" + tokenPattern + ` *= *(` + tokenPattern + `|"([^"\\]|\\.)*") *)*$`)

const tokenPattern = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"

func (f *fetching) setContentType(value string) {
	f.headers = append(f.headers.without("Content-Type"), Header{"Content-Type", value})
}

// replaceCharsets writes UTF-8 over whatever stands behind "charset=", without
// parsing the value around it.
func replaceCharsets(value string) string { return charsetValue.ReplaceAllString(value, "${1}UTF-8") }

var charsetValue = regexp.MustCompile(`(?i)([\x00-\x20;]charset[\x00-\x20]*=[\x00-\x20"']*)[^\x00-\x20"';]+`)
