package corsproof_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
)

// TestConformance runs the catalogue in a real browser: one subtest a
// permutation, TestConformance/<topic>/<id>[/<name>]/<via>/<engine>. A subtest
// joins the selection and waits for its record; the browser starts when all
// that -run selects have joined, and runs them together.
func TestConformance(t *testing.T) {
	found, err := browser.Find("chromium")
	if errors.Is(err, browser.ErrNotFound) && os.Getenv("CORSPROOF_REQUIRE_BROWSER") == "" && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	require.NoError(t, err)
	files, err := scenarios.Catalogue()
	require.NoError(t, err)

	batch := harness.NewBatch(found)
	for _, p := range scenarios.Permutations(files) {
		t.Run(p.ID+"/chromium", func(t *testing.T) {
			wait := batch.Join(p)
			t.Parallel()
			rec, err := wait(t.Context())
			require.NoError(t, err)
			t.Attr("verdict", string(rec.Verdict))
			switch {
			case rec.Verdict == record.NotApplicable && os.Getenv("CI") == "":
				t.Skip(strings.Join(rec.Problems, "\n"))
			case rec.Verdict != record.Pass && rec.Verdict != record.Divergence:
				t.Errorf("%s: %s\n%s\nsee: corsproof explain %s", rec.Verdict, rec.Title, strings.Join(rec.Problems, "\n"), p.ID)
			}
		})
	}
	batch.Start(context.Background())
	t.Cleanup(func() { require.NoError(t, batch.Close()) })
}

// TestLint holds every claim of the catalogue against the oracle, without a
// browser.
func TestLint(t *testing.T) {
	files, err := scenarios.Catalogue()
	require.NoError(t, err)
	for _, p := range harness.Lint(scenarios.Permutations(files)) {
		t.Error(p)
	}
}
