package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness/record"
)

func TestCommands(t *testing.T) {
	for source, arguments := range map[string]string{
		"":                            "mine/star/fetch",
		"catalogue/01-origins.yaml:7": "mine/star/fetch",
		"mine.yaml:6":                 "mine.yaml mine/star/fetch",
		"/tmp/my own/it's.yaml:6":     `'/tmp/my own/it'\''s.yaml' mine/star/fetch`,
		`C:\cors\mine.yaml:6`:         `C:\cors\mine.yaml mine/star/fetch`,
	} {
		r := record.Record{ID: "mine/star/fetch", Engine: "chromium", Source: source}
		assert.Equal(t, "corsproof run "+arguments, runCommand(r))
		assert.Equal(t, "corsproof run "+arguments+" -browsers chromium", runCommand(r, "chromium"))
		assert.Equal(t, "corsproof explain "+arguments, explainCommand(r))
	}
}

func TestLabCommand(t *testing.T) {
	r := record.Record{ID: "mine/star/fetch", Source: "catalogue/01-origins.yaml:7"}
	assert.Equal(t, "corsproof lab -open mine/star/fetch", labCommand(r))
	assert.Equal(t, "http://localhost:8411/#/case/mine/star/fetch", labURL(r))
	r.Source = "my own.yaml:6"
	assert.Equal(t, "corsproof lab -open mine/star/fetch 'my own.yaml'", labCommand(r))
	assert.Empty(t, labURL(r), "a lab without the file has no such case")
}
