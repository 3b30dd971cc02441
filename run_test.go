package corsproof_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
)

// TestMain gives the tests a temporary folder of their own and fails if anything
// outlives them: a file in it, or a process that was started below it.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "corsproof")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 3
		}
		defer os.RemoveAll(folder)
		for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
			os.Setenv(name, folder)
		}
		code := m.Run()
		for _, left := range leftovers(folder) {
			fmt.Fprintln(os.Stderr, "left behind:", left)
			code = 1
		}
		return code
	}())
}

// leftovers are the files in the folder and, where /proc tells, the running
// processes that name it.
func leftovers(folder string) []string {
	var left []string
	files, err := os.ReadDir(folder)
	if err != nil {
		return []string{err.Error()}
	}
	for _, f := range files {
		left = append(left, filepath.Join(folder, f.Name()))
	}
	processes, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, p := range processes {
		line, err := os.ReadFile(p) // gone meanwhile: nothing is left
		if err == nil && bytes.Contains(line, []byte(folder)) {
			left = append(left, string(bytes.ReplaceAll(line, []byte{0}, []byte(" "))))
		}
	}
	return left
}

// TestConformance runs the catalogue in real browsers: one subtest a permutation
// and browser, TestConformance/<topic>/<id>[/<name>]/<via>/<engine>. The browsers
// are those of CORSPROOF_BROWSERS, as corsproof run takes them; Chromium without
// it. A subtest joins the selection and waits for its record; the browsers start
// when all that -run selects have joined, and run them together.
func TestConformance(t *testing.T) {
	found, _, err := harness.FindEach(context.Background(), cmp.Or(os.Getenv("CORSPROOF_BROWSERS"), browser.Chromium), false, os.Getenv("SELENIUM_REMOTE_CAPABILITIES"))
	if errors.Is(err, browser.ErrNotFound) && os.Getenv("CORSPROOF_REQUIRE_BROWSER") == "" && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	require.NoError(t, err)
	files, err := scenarios.Catalogue()
	require.NoError(t, err)

	batch := harness.NewBatch(found...)
	for _, p := range scenarios.Permutations(files) {
		for _, in := range found {
			t.Run(p.ID+"/"+in.Engine(), func(t *testing.T) {
				wait := batch.Join(p, in)
				t.Parallel()
				rec, err := wait(t.Context())
				require.NoError(t, err)
				t.Attr("verdict", string(rec.Verdict))
				switch {
				case rec.Verdict == record.NotApplicable && os.Getenv("CI") == "":
					t.Skip(strings.Join(rec.Problems, "\n"))
				case rec.Verdict == record.NotApplicable && (p.WaitsTooLong() || lacks(p, rec.Engine) || in.Engine() != browser.Chromium):
					require.NotEmpty(t, rec.Problems, "a case does not run for a reason")
					t.Log(strings.Join(rec.Problems, "\n"))
				case rec.Verdict != record.Pass && rec.Verdict != record.Divergence:
					t.Errorf("%s: %s\n%s\nsee: corsproof explain %s", rec.Verdict, rec.Title, strings.Join(rec.Problems, "\n"), p.ID)
				}
			})
		}
	}
	batch.Start(context.Background())
	t.Cleanup(func() { require.NoError(t, batch.Close()) })
}

// lacks says whether an engine never loads one of the ways of a permutation.
func lacks(p *scenarios.Permutation, engine string) bool {
	return slices.ContainsFunc(p.Steps, func(s scenarios.Step) bool { return fixtures.Ways()[s.Request.Via].Lacks[engine] != "" })
}

// TestLint holds every claim of the catalogue against the oracle, and every line
// of expectations against the engines' switches, without a browser.
func TestLint(t *testing.T) {
	files, err := scenarios.Catalogue()
	require.NoError(t, err)
	permutations := scenarios.Permutations(files)
	problems, err := harness.LintExpectations(permutations)
	require.NoError(t, err)
	for _, p := range append(problems, harness.Lint(permutations)...) {
		t.Error(p)
	}
}

// TestLintSurvey looks for what the catalogue as a whole does not show: each
// reason, each way to load with each of its outcomes, each switch of each engine
// needs a case, or nobody would see it go wrong.
func TestLintSurvey(t *testing.T) {
	files, err := scenarios.Catalogue()
	require.NoError(t, err)
	problems, unshown := harness.Survey(scenarios.Permutations(files))
	for _, p := range problems {
		t.Error(p)
	}
	for _, p := range unshown {
		t.Error(p.Text)
	}
}
