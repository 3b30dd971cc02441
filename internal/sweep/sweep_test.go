//go:build unix

package sweep

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain is, for TestAfterTheEnd, a process that ends without a Close.
func TestMain(m *testing.M) {
	if folder := os.Getenv("SWEEP_TEST_FOLDER"); folder != "" {
		s, err := After(folder)
		if err != nil {
			os.Exit(1)
		}
		// It would make the folder again for ever.
		worker := exec.Command("/bin/sh", "-c", `while :; do mkdir -p "$0/again"; done`, folder)
		worker.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if worker.Start() != nil || s.Group(worker.Process.Pid) != nil {
			os.Exit(1)
		}
		os.Stdout.WriteString("swept after this\n")
		select {} // until somebody kills it
	}
	os.Exit(m.Run())
}

func filled(t *testing.T) string {
	folder := filepath.Join(t.TempDir(), "-rf it's a 'name'")
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "in", "it"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "in", "file"), nil, 0o644))
	return folder
}

func TestClose(t *testing.T) {
	folder := filled(t)
	s, err := After(folder)
	require.NoError(t, err)
	assert.DirExists(t, folder)
	require.NoError(t, s.Close())
	assert.NoDirExists(t, folder)
}

// A process that is killed cleans nothing up itself.
func TestAfterTheEnd(t *testing.T) {
	folder := filled(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SWEEP_TEST_FOLDER="+folder)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = out.Read(make([]byte, 5))
	require.NoError(t, err)
	assert.DirExists(t, folder)
	require.NoError(t, cmd.Process.Kill())
	cmd.Wait()
	assert.Eventually(t, func() bool {
		_, err := os.Stat(folder)
		return os.IsNotExist(err)
	}, 10*time.Second, 10*time.Millisecond)
	assert.Never(t, func() bool {
		_, err := os.Stat(folder)
		return err == nil
	}, 200*time.Millisecond, 20*time.Millisecond, "somebody still works in it")
}
