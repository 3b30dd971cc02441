//go:build unix

package external

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func shell(script string) *exec.Cmd { return exec.Command("/bin/sh", "-c", script) }

// gone waits until no process has the id.
func gone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH },
		5*time.Second, 5*time.Millisecond, "process %d outlives its server", pid)
}

func TestStartAndClose(t *testing.T) {
	// The child of the server must go with it.
	file := filepath.Join(t.TempDir(), "child")
	p, err := start(t.Context(), "it", shell(`sleep 60 & echo $! >`+file+`; echo '{"listening": 4242}'; cat`))
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:4242", p.Addr())
	assert.NoError(t, p.Alive())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)

	require.NoError(t, p.Close())
	gone(t, p.PID())
	gone(t, child)
	assert.ErrorContains(t, p.Alive(), "it is closed")
	assert.NoError(t, p.Close(), "a second Close does nothing")
}

func TestEndsByItself(t *testing.T) {
	p, err := start(t.Context(), "it", shell(`echo '{"listening": 4242}'; read line; echo out of luck >&2; exit 3`))
	require.NoError(t, err)
	require.NoError(t, p.stdin.Close())
	<-p.ended
	assert.EqualError(t, p.Alive(), "external: it ended by itself: exit status 3; it said:\nout of luck")
	assert.NoError(t, p.Close())
}

func TestStartFailures(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"ends first":      {"echo no such module >&2; exit 1", "it ended by itself: exit status 1; it said:\nno such module"},
		"ends silently":   {"exit 0", "it ended by itself: exit status 0"},
		"says else":       {"echo hello; cat", `its first line is "hello", expected {"listening": PORT}`},
		"no such port":    {`echo '{"listening": 70000}'; cat`, `expected {"listening": PORT}`},
		"talks endlessly": {"yes | tr -d '\\n'", "its first line is"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := start(t.Context(), "it", shell(c.script))
			assert.ErrorContains(t, err, c.want)
		})
	}
	t.Run("no such program", func(t *testing.T) {
		_, err := start(t.Context(), "it", exec.Command("/no/such/program"))
		assert.ErrorContains(t, err, "no such file")
	})
	t.Run("says nothing", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := start(ctx, "it", shell("echo thinking >&2; sleep 60 & wait"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "thinking")
	})
}

// orphan is set in the child process of TestDiesWithUs.
const orphan = "CORSPROOF_TEST_ORPHAN"

// A server ends when whoever started it is killed, without a word.
func TestDiesWithUs(t *testing.T) {
	if os.Getenv(orphan) != "" {
		p, err := Express.StartNode(t.Context(), nil, "server.js", "5")
		require.NoError(t, err)
		fmt.Println(p.PID(), p.Addr())
		select {}
	}
	_, err := Express.Install(t.Context())
	require.NoError(t, err)
	us := exec.Command(os.Args[0], "-test.run=^TestDiesWithUs$")
	us.Env = append(os.Environ(), orphan+"=1")
	out, err := us.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, us.Start())
	t.Cleanup(func() { us.Process.Kill(); us.Wait() })
	var pid int
	var addr string
	_, err = fmt.Fscan(out, &pid, &addr)
	require.NoError(t, err)
	resp, err := http.Get("http://" + addr + "/with-cors")
	require.NoError(t, err)
	resp.Body.Close()

	require.NoError(t, us.Process.Kill())
	gone(t, pid)
}
