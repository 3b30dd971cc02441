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
