// Package assets is what the lab shows: its pages, their scripts and styles, and
// the page under test.
package assets

import (
	"embed"
	"html"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/corsproof/corsproof/internal/sheet"
)

//go:embed *.html *.css *.js
var files embed.FS

// FS are the files below /assets/, with the style that all pages of corsproof
// have in common.
func FS() fs.FS { return common{} }

type common struct{}

func (common) Open(name string) (fs.File, error) {
	if name == "sheet.css" {
		return fstest.MapFS{name: {Data: []byte(sheet.CSS(""))}}.Open(name)
	}
	return files.Open(name)
}

// Page is one of the documents, with values of the server's own in the attributes
// that name them: {ui}, {origins}.
func Page(name string, values map[string]string) ([]byte, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	page := string(data)
	for key, value := range values {
		page = strings.ReplaceAll(page, "{"+key+"}", html.EscapeString(value))
	}
	return []byte(page), nil
}
