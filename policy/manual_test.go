package policy

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The manual's policy loads, its tables have the loader's keys, and its error is
// the one that a reader gets.
func TestManual(t *testing.T) {
	data, err := os.ReadFile("../docs/policy.md")
	require.NoError(t, err)
	manual := string(data)

	example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(manual)
	require.NotNil(t, example)
	p, err := Load("docs/policy.md", []byte(example[1]), environment)
	require.NoError(t, err)
	assert.Equal(t, "https://api.example.com", p.PublicURL)
	for _, table := range [][]string{keys, endpointKeys, acceptKeys} {
		for _, key := range table {
			assert.Contains(t, manual, "| `"+key+"` |")
		}
	}
	for _, class := range Classes {
		assert.Contains(t, manual, "`"+string(class)+"`")
	}
	_, err = Load("cors.yaml", []byte("origins: \"*\"\ncredentials: true\n"), nil)
	require.Error(t, err)
	told, _, _ := strings.Cut(err.Error(), "\n")
	assert.Contains(t, strings.Join(strings.Fields(manual), " "), told)
}
