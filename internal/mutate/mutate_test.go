package mutate

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/corsproof/corsproof/internal/mutate"

// The mutants of package tiny, what became of them, and what is said of it.
// CORSPROOF_UPDATE=1 writes testdata/tiny.txt anew.
func TestTiny(t *testing.T) {
	r, err := Rewrite("testdata/tiny", module+"/mutant", Prose{Notes: []string{"note"}, Others: []string{"Errorf"}})
	require.NoError(t, err)
	folder := t.TempDir()
	overlay, err := r.Overlay(folder)
	require.NoError(t, err)
	judge := filepath.Join(folder, "judge")
	build := exec.Command("go", "build", "-overlay", overlay, "-o", judge, module+"/testdata/tinyjudge")
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))

	n := len(r.Mutants)
	judges := Judges{Jobs: 1, Every: 1, Silence: time.Minute, Command: func(ctx context.Context, after int, _ string) *exec.Cmd {
		return exec.CommandContext(ctx, judge, "-mutants", strconv.Itoa(n), "-after", strconv.Itoa(after))
	}}
	fates, err := judges.Run(t.Context(), n)
	require.NoError(t, err)

	var got strings.Builder
	for i, m := range r.Mutants {
		assert.Equal(t, i+1, m.N)
		by := fates[i].By
		switch {
		case m.Prose:
			by = "(sentence)"
		case by == Survived:
			by = "-"
		}
		got.WriteString(string(by) + " " + m.String() + "\n")
	}
	got.WriteString("\n")
	Report(&got, r.Mutants, fates)

	const golden = "testdata/tiny.txt"
	if os.Getenv("CORSPROOF_UPDATE") != "" {
		require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got.String())
}

// A file that is named alone has mutants; one that there is not is an error.
func TestFiles(t *testing.T) {
	const oracle = "../../oracle"
	r, err := Rewrite(oracle, module+"/mutant", Prose{}, "corp.go", "corscheck.go")
	require.NoError(t, err)
	names := map[string]bool{}
	for _, m := range r.Mutants {
		names[m.File] = true
	}
	assert.Equal(t, map[string]bool{"corp.go": true, "corscheck.go": true}, names)
	assert.Len(t, r.Files, 2)

	_, err = Rewrite(oracle, module+"/mutant", Prose{}, "corp.gone")
	assert.ErrorContains(t, err, "corp.gone")
}

// A judge that says nothing for long has met a mutant that runs for ever; one
// that dies before any has died of something else.
func TestJudges(t *testing.T) {
	shell := func(script string) Judges {
		return Judges{Jobs: 1, Every: 1, Silence: 500 * time.Millisecond, Command: func(ctx context.Context, after int, _ string) *exec.Cmd {
			return exec.CommandContext(ctx, "sh", "-c", script, "sh", strconv.Itoa(after))
		}}
	}
	fates, err := shell(`[ $1 = 0 ] || exit 0; echo '{"n":1,"by":"..."}'; exec sleep 60`).Run(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, []Fate{{N: 1, By: Hang}}, fates)

	shares := shell("true")
	shares.Every, shares.Jobs = 5, 2
	var asked [2]string
	command := shares.Command
	shares.Command = func(ctx context.Context, after int, share string) *exec.Cmd {
		if share == "0/10" {
			asked[0] = share
		} else {
			asked[1] = share
		}
		return command(ctx, after, share)
	}
	_, err = shares.Run(t.Context(), 20)
	require.NoError(t, err)
	assert.Equal(t, [2]string{"0/10", "5/10"}, asked, "each fifth, by turns")

	_, err = shell("exit 1").Run(t.Context(), 1)
	assert.Error(t, err)

	_, err = shell("echo what").Run(t.Context(), 1)
	assert.ErrorContains(t, err, `the judge wrote "what"`)
}
