package plain

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestText(t *testing.T) {
	assert.Equal(t, "clean ü", Text("clean ü"))
	assert.Equal(t, `\x1b[2J\x0a\u{202e}`, Text("\x1b[2J\n\u202e"))
}

func TestClipAndWrap(t *testing.T) {
	assert.Equal(t, "ab…", Clip("abcd", 3))
	assert.Equal(t, "abc", Clip("abc", 3))
	assert.Equal(t, []string{"one two", "three"}, Wrap("one  two three", 8))
	assert.Equal(t, []string{""}, Wrap("", 8))
}

func TestMarkdown(t *testing.T) {
	assert.NotContains(t, Markdown("a|b<c>`d`"), "|")
	assert.Equal(t, "<code>a&#124;b</code>", Code("a|b"))
}

func TestQuoteIsTheSameWordToAShell(t *testing.T) {
	for _, word := range []string{"", "a", "a b", `a"b`, "a'b", `$HOME`, "`id`", `a\b`, "$(id)", "!x", "*", "~"} {
		out, err := exec.Command("sh", "-c", "printf %s "+Quote(word)).Output()
		require.NoError(t, err)
		assert.Equal(t, word, string(out), strings.TrimSpace(Quote(word)))
	}
}
