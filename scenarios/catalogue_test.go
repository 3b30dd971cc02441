package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

// plainAssets gives every way to load the same body.
type plainAssets struct{}

func (plainAssets) Default(oracle.Via) (string, []byte) { return "text/plain", []byte("default") }

func TestCatalogueLoads(t *testing.T) {
	files, err := Catalogue()
	require.NoError(t, err)
	perms := Permutations(files)
	seen := map[string]bool{}
	for _, p := range perms {
		assert.False(t, seen[p.ID], "%s twice", p.ID)
		seen[p.ID] = true
		bound, err := p.Bind("t0ken", plainAssets{})
		require.NoError(t, err)
		for i := range bound.Steps {
			assert.NotEmpty(t, bound.Steps[i].Request.URL)
		}
		assert.NotEmpty(t, bound.Origins())
	}
	t.Logf("%d permutations", len(perms))
}
