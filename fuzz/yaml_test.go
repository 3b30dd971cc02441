package fuzz

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// written loads a scenario as it is written.
func written(t *testing.T, scenario *node) *scenarios.Permutation {
	t.Helper()
	c, err := newCase("written", scenario)
	require.NoError(t, err)
	file, err := scenarios.Parse("written.yaml", []byte(c.Text))
	require.NoError(t, err, c.Text)
	return scenarios.Permutations([]*scenarios.File{file})[0]
}

func TestEveryByteIsWritten(t *testing.T) {
	for b := range 256 {
		if strings.ContainsRune("\r\n\x00{", rune(b)) {
			continue // no header has these, and a brace is two
		}
		value := "a" + string(rune(b)) + "b"
		p := written(t, tree("request", tree("to", "api", "headers", tree("X-A", value))))
		assert.Equal(t, value, p.Steps[0].Request.Headers[0].Value.String(), "byte %#x", b)
	}
	for _, value := range []string{"", " ", "null", "~", "true", "0x10", "010", "- a", "a: b", "a #b", "'a'", `"a"`, `\`, "*", "&a", "!a", "%a", "@a", "`a", "[a]", "a, b"} {
		p := written(t, tree("request", tree("to", "api", "headers", tree("X-A", value))))
		assert.Equal(t, value, p.Steps[0].Request.Headers[0].Value.String())
	}
}

func TestRepeatedHeadersAreWritten(t *testing.T) {
	p := written(t, tree("request", tree("to", "api"), "server", tree("response", tree("headers", tree("Vary", "a", "X-B", "b", "Vary", "c")))))
	var lines []string
	for _, line := range p.Steps[0].Server.Response.Headers {
		lines = append(lines, line.Name+": "+line.Value.String())
	}
	assert.Equal(t, []string{"Vary: a", "X-B: b", "Vary: c"}, lines)
}

func TestClaimIsTheOracles(t *testing.T) {
	p := written(t, tree("request", tree("to", "api"),
		"server", tree("response", tree("headers", tree("Access-Control-Allow-Origin", "*"))),
		"steps", &node{kind: list, values: []*node{tree(), tree("request", tree("credentials", "include"))}}))
	require.Len(t, p.Steps, 2)
	assert.Equal(t, oracle.Allowed, p.Steps[0].Expect.Read)
	assert.Equal(t, oracle.Blocked, p.Steps[1].Expect.Read)
}

// tree is a mapping of keys to texts or nodes.
func tree(pairs ...any) *node {
	out := &node{kind: mapping}
	for i := 0; i < len(pairs); i += 2 {
		value, ok := pairs[i+1].(*node)
		if !ok {
			value = text(pairs[i+1].(string))
		}
		out.with(pairs[i].(string), value)
	}
	return out
}
