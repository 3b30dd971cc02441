package harness

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// What is written down comes to the same: the oracle says of a case that was
// read back what it says of the case itself, whole trace and wire.
func TestWrittenCasesAreTheSame(t *testing.T) {
	files, err := scenarios.Catalogue()
	require.NoError(t, err)
	for _, p := range scenarios.Permutations(files) {
		item, err := scenarios.ReadItem(scenarios.Item(p))
		require.NoError(t, err, p.ID)
		file, err := scenarios.Parse("written.yaml", scenarios.WriteFile(p))
		require.NoError(t, err, p.ID)
		want := predicted(t, p)
		require.Equal(t, want, predicted(t, item), p.ID)
		require.Equal(t, want, predicted(t, scenarios.Permutations([]*scenarios.File{file})[0]), p.ID)
	}
}

func predicted(t *testing.T, p *scenarios.Permutation) []oracle.Prediction {
	bound, err := p.Bind("written", fixtures.Assets{})
	require.NoError(t, err)
	return predictSteps(bound, nil)
}
