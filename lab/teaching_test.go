package lab

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// The lesson plan's steps are the course's, its cases are the catalogue's, and
// its solutions are what the standard says.
func TestTeaching(t *testing.T) {
	data, err := os.ReadFile("../docs/teaching.md")
	require.NoError(t, err)
	page := string(data)

	cases := byID(t)
	steps := map[string]bool{}
	for i, l := range course(t).Lessons {
		row := regexp.MustCompile(fmt.Sprintf("(?m)^\\| %d \\| `%s` \\| .* \\| %d \\|$", i+1, l.ID, l.Minutes))
		assert.True(t, row.MatchString(page), "the table does not have lesson %s and its minutes", l.ID)
		for _, s := range l.Steps {
			steps[l.ID+"/"+s.ID] = true
		}
	}
	named := regexp.MustCompile("`([a-z-]+(?:/[a-z-]+)+)`").FindAllStringSubmatch(page, -1)
	require.NotEmpty(t, named)
	for _, m := range named {
		assert.True(t, steps[m[1]] || cases[m[1]] != nil, "%s is neither a step nor a case", m[1])
	}

	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(page, -1)
	require.NotEmpty(t, examples)
	for _, example := range examples {
		file, err := scenarios.Parse("docs/teaching.md", []byte(strings.ReplaceAll("\n"+example[1], "\n   ", "\n")))
		require.NoError(t, err)
		assert.Empty(t, harness.Lint(scenarios.Permutations([]*scenarios.File{file})))
	}
}

// Solution 1: which of the addresses are of the page's origin.
func TestSameOrNot(t *testing.T) {
	page, _, ok := oracle.ResolveURL("https://app.school.example/timetable", "")
	require.True(t, ok)
	for address, same := range map[string]bool{
		"https://app.school.example/marks?year=2#maths": true,
		"http://app.school.example/timetable":           false,
		"https://app.school.example:443/":               true,
		"https://app.school.example:8443/":              false,
		"https://school.example/":                       false,
		"https://APP.school.example/":                   true,
	} {
		at, _, ok := oracle.ResolveURL(address, "")
		require.True(t, ok, address)
		assert.Equal(t, same, oracle.SameOrigin(page, at), address)
	}
}
