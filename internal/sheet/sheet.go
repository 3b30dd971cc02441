// Package sheet is what the HTML pages that are written for people have in common.
// Each is one file, and nothing but its own script runs in it.
package sheet

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
)

//go:embed sheet.css
var common string

// CSS is a page's style: what all have in common, and its own.
func CSS(own string) template.CSS { return template.CSS(common + own) }

// Policy is the Content-Security-Policy of a page, which may run this script and
// load nothing. The script is named by its hash: even markup that slipped through
// the escaping could not run.
func Policy(script string) template.HTML {
	hash := sha256.Sum256([]byte(script))
	return template.HTML(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-` +
		base64.StdEncoding.EncodeToString(hash[:]) + `'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`)
}
