package faults

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/policy"
)

// TestTables holds the entries to what they promise: a name of its own, a
// sentence, a class, a policy that can be met, and a server each time.
func TestTables(t *testing.T) {
	seen := map[string]bool{}
	entry := func(name, about string, p policy.Policy) {
		assert.Regexp(t, regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), name)
		assert.False(t, seen[name], "%s is there twice", name)
		seen[name] = true
		assert.True(t, strings.HasSuffix(about, ".") && len(about) <= 140, "%s: %s", name, about)
		assert.NoError(t, p.Validate(), name)
	}
	require.GreaterOrEqual(t, len(All()), 60)
	for _, f := range All() {
		entry(f.Name, f.About, f.Policy)
		assert.True(t, slices.Contains(policy.Classes, f.Class), f.Name)
		assert.NotEmpty(t, f.Cause, f.Name)
		assert.NotNil(t, f.Faulty(), f.Name)
		assert.NotNil(t, f.Correct(), f.Name)
	}
	for _, c := range Correct() {
		entry(c.Name, c.About, c.Policy)
		assert.NotNil(t, c.Correct(), c.Name)
	}
	for _, class := range policy.Classes {
		assert.True(t, slices.ContainsFunc(All(), func(f Fault) bool { return f.Class == class }), "nothing shows %s", class)
	}
}

// TestOffline judges all of them through the oracle.
func TestOffline(t *testing.T) {
	twins := Correct()
	for _, f := range All() {
		twins = append(twins, f.Twin())
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			v, err := f.Judge(t.Context(), Offline)
			require.NoError(t, err)
			assert.True(t, v.Found, "missed")
			assert.Empty(t, v.Problems)
		})
	}
	for _, c := range twins {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			v, err := c.Judge(t.Context(), Offline)
			require.NoError(t, err)
			assert.Empty(t, v.Problems)
		})
	}
}
