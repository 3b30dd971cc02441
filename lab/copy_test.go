package lab

import (
	"encoding/json"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/scenarios"
)

// copyFiles are the files of a case's copies, in their order.
var copyFiles = []string{"scenario.yaml", "curl.sh", "page.txt", "express.js", "main.go.txt", "nginx.conf"}

// TestCopies writes each case of testdata/copies in every language.
// CORSPROOF_UPDATE=1 writes the files anew. Whether the servers do as the case
// does is tested where the products are, in middleware.
func TestCopies(t *testing.T) {
	items, err := filepath.Glob("testdata/copies/*/item.json")
	require.NoError(t, err)
	require.NotEmpty(t, items)
	for _, item := range items {
		folder := filepath.Dir(item)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			data, err := os.ReadFile(item)
			require.NoError(t, err)
			p, err := scenarios.ReadItem(data)
			require.NoError(t, err)
			texts, err := copies(p, p)
			require.NoError(t, err)
			require.Len(t, texts, len(copyFiles))
			for i, c := range texts {
				file := filepath.Join(folder, copyFiles[i])
				if os.Getenv("CORSPROOF_UPDATE") != "" {
					require.NoError(t, os.WriteFile(file, []byte(c.Text), 0o600))
				}
				want, err := os.ReadFile(file)
				require.NoError(t, err)
				assert.Equal(t, string(want), c.Text, c.Name)
			}
			readsBack(t, p, texts[0].Text)
			goIsGo(t, texts[4].Text)
		})
	}
}

// readsBack: the file is of the case, and claims what the standard says.
func readsBack(t *testing.T, p *scenarios.Permutation, text string) {
	if p.Steps[0].Server.SetUp != nil {
		return // nobody can say what it will answer
	}
	file, err := scenarios.Parse("copied.yaml", []byte(text))
	require.NoError(t, err)
	again := scenarios.Permutations([]*scenarios.File{file})
	require.Len(t, again, 1)
	explained, err := harness.Explain(again[0], "")
	require.NoError(t, err)
	for _, step := range explained.Steps {
		assert.Empty(t, step.Problems)
		assert.Empty(t, step.Note)
	}
	again[0].Steps[0].Expect = p.Steps[0].Expect
	want, err := harness.Explain(p, "")
	require.NoError(t, err)
	assert.Equal(t, want.Steps[0].Standard, explained.Steps[0].Standard)
}

func goIsGo(t *testing.T, text string) {
	if !strings.Contains(text, "package main") {
		return // nothing but comments
	}
	formatted, err := format.Source([]byte(text))
	require.NoError(t, err)
	assert.Equal(t, string(formatted), text, "gofmt'd")
}

// TestCopiedProgramsAreOnes has the tools look at what is pasted: go vet where
// net/http is all it takes, node and bash at the rest.
func TestCopiedProgramsAreOnes(t *testing.T) {
	for pattern, command := range map[string][]string{"express.js": {"node", "--check"}, "main.go.txt": {"go", "vet"}, "curl.sh": {"bash", "-n"}} {
		if _, err := exec.LookPath(command[0]); err != nil && os.Getenv("CI") == "" {
			t.Logf("left out: %v", err)
			continue
		}
		files, err := filepath.Glob("testdata/copies/*/" + pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if pattern == "main.go.txt" && (strings.Contains(string(text), "rs/cors") || !strings.Contains(string(text), "package main")) {
				continue
			}
			program := filepath.Join(t.TempDir(), strings.TrimSuffix(pattern, ".txt"))
			require.NoError(t, os.WriteFile(program, text, 0o600))
			said, err := exec.CommandContext(t.Context(), command[0], append(command[1:], program)...).CombinedOutput()
			assert.NoError(t, err, "%s: %s", file, said)
		}
	}
}

// Every case of the catalogue can be taken along.
func TestCatalogueCopies(t *testing.T) {
	files, err := scenarios.Catalogue()
	require.NoError(t, err)
	for _, p := range scenarios.Permutations(files) {
		texts, err := copies(p, p)
		require.NoError(t, err, p.ID)
		goIsGo(t, texts[4].Text)
		for _, c := range texts[1:] {
			balanced(t, c)
		}
	}
}

// FuzzCopies: whatever is typed into a header, a path or a body is a text of the
// language that it is written in.
func FuzzCopies(f *testing.F) {
	for _, s := range []string{"", "a", "'", `"`, `\`, "$(id)", "`id`", "\n", "\r\n", "*/", "//", "</script>", "{request-origin}", "${x}", "%s", "\u00e9", "\x00", "a\\\nb", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		typed, err := json.Marshal(s)
		require.NoError(t, err)
		for _, form := range []string{
			`{"request": {"to": "api", "method": "PUT", "path": $, "headers": [["X", $]], "body": $}}`,
			`{"request": {"to": "api", "method": "PUT", "body": $}, "server": {"preflight": {"headers": [["X", $]], "body": $}, "response": {"raw": $}}}`,
			`{"request": {"to": "api", "headers": [[$, $]]}, "server": {"response": {"headers": [["X", $]], "body": $, "status-text": $}}}`,
			`{"request": {"to": "api"}, "server": {"response": {"headers": [["Access-Control-Allow-Origin", "*"], ["Access-Control-Expose-Headers", $], ["X", $]], "body": $}}}`,
		} {
			p, err := scenarios.ReadItem([]byte(strings.ReplaceAll(form, "$", string(typed))))
			if err != nil {
				continue
			}
			texts, err := copies(p, p)
			require.NoError(t, err)
			goIsGo(t, texts[4].Text)
			for _, c := range texts[1:] {
				balanced(t, c)
			}
		}
	})
}

// balanced reads the quotes of a program: each line that is no comment ends
// outside of them, those of a shell's aside.
func balanced(t *testing.T, c Copy) {
	if c.Language == "sh" || c.Language == "html" {
		return
	}
	mark := "//"
	if c.Language == "nginx" {
		mark = "#"
	}
	for line := range strings.Lines(c.Text) {
		quote := rune(0)
		escaped := false
		for i, r := range line {
			switch {
			case escaped:
				escaped = false
			case quote != 0 && r == '\\':
				escaped = true
			case quote != 0 && r == quote:
				quote = 0
			case quote == 0 && strings.HasPrefix(line[i:], mark):
				r = '\n'
			case quote == 0 && (r == '"' || r == '\''):
				quote = r
			}
			if r == '\n' && quote == 0 {
				break
			}
		}
		require.Zero(t, quote, "%s: %q\n%s", c.Name, line, c.Text)
	}
}
