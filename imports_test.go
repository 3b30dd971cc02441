package corsproof_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing"

	"os"

	"github.com/stretchr/testify/require"
)

// forbidden says which packages may not import which, so that the model and the
// server cannot share a bug, and a driver cannot bend a verdict. A package
// stands for itself and all below it; "" is everything of ours.
var forbidden = map[string][]string{
	"oracle":          {""},
	"internal/tree":   {""},
	"internal/plain":  {""},
	"internal/junit":  {""},
	"internal/sheet":  {""},
	"scenarios":       {"policy", "servers", "fixtures", "harness", "check", "fuzz", "setup", "faults", "lab", "cmd"},
	"policy":          {"servers", "fixtures", "harness", "check", "fuzz", "setup", "faults", "lab", "cmd"},
	"fixtures":        {"policy", "servers", "harness", "check", "fuzz", "setup", "faults", "lab", "cmd"},
	"servers":         {"policy", "harness", "check", "fuzz", "faults", "lab", "cmd"},
	"harness":         {"policy", "check", "fuzz", "faults", "lab", "cmd"},
	"corstest":        {"fuzz", "setup", "faults", "lab", "cmd"},
	"check":           {"corstest", "fuzz", "setup", "faults", "lab", "cmd"},
	"lab":             {"check", "corstest", "fuzz", "setup", "faults", "cmd"},
	"fuzz":            {"servers", "setup", "faults", "lab", "cmd"},
	"harness/browser": {"servers", "harness/report", "harness/judge", "harness/observe"},
	"harness/report":  {"servers", "harness/browser", "harness/judge", "harness/observe"},
	"harness/record":  {"servers", "scenarios", "fixtures", "harness/"},
}

func TestImportRule(t *testing.T) {
	const module = "github.com/corsproof/corsproof"
	checked := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "out") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for importer, not := range forbidden {
			folder := path.Dir(file)
			if folder != importer && !strings.HasPrefix(folder, importer+"/") {
				continue
			}
			checked++
			for _, spec := range source.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				require.NoError(t, err)
				ours, found := strings.CutPrefix(imported, module+"/")
				if !found || ours == importer || strings.HasPrefix(ours, importer+"/") {
					continue
				}
				for _, bad := range not {
					if strings.HasPrefix(ours, bad) {
						t.Errorf("%s imports %s: %s must not", file, ours, importer)
					}
				}
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.NotZero(t, checked)
}
