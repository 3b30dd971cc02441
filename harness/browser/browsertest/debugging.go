package browsertest

import (
	"bufio"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/internal/group"
)

// Debugged is a Chromium that was started with a debugging port, as a person
// would start one.
type Debugged struct {
	Address string // that -browsers takes
	Port    string // host:port
	cmd     *exec.Cmd
	folder  string        // its profile, and what it makes beside that
	silent  chan struct{} // closed when none of its processes can say a word any more
	ending  sync.Once
}

// StartDebugged starts a Chromium with a debugging port. It ends with the test, if
// nobody ends it before.
func StartDebugged(t testing.TB, binary string) *Debugged {
	folder, err := os.MkdirTemp("", "cp-") // short: a socket's path is, and so is that of a folder of the sound server's
	require.NoError(t, err)
	args := []string{"--headless", "--remote-debugging-port=0", "--user-data-dir=" + filepath.Join(folder, "profile")}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	cmd := exec.Command(binary, append(args, "about:blank")...)
	cmd.Env = append(os.Environ(), "TMPDIR="+folder)
	group.Own(cmd)
	d := &Debugged{cmd: cmd, folder: folder, silent: make(chan struct{})}
	t.Cleanup(d.End)
	said, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	sockets := make(chan string, 1)
	go func() { // to the end: who is not read may wait for ever
		defer close(d.silent)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if socket, found := strings.CutPrefix(lines.Text(), "DevTools listening on "); found {
				sockets <- strings.TrimSpace(socket)
			}
		}
	}()
	select {
	case socket := <-sockets:
		u, err := url.Parse(socket)
		require.NoError(t, err)
		d.Address, d.Port = "cdp+ws://"+u.Host, u.Host
	case <-d.silent:
		require.Fail(t, "no debugging port", binary)
	}
	return d
}

// Kill ends it as a crash would.
func (d *Debugged) Kill() error { return group.Kill(d.cmd.Process) }

// End ends it as Kill does, and waits until it is gone, and what it has written
// with it: on its way, its port still takes connections.
func (d *Debugged) End() {
	d.ending.Do(func() {
		if d.cmd.Process != nil {
			d.Kill()
			<-d.silent
			d.cmd.Wait()
		}
		os.RemoveAll(d.folder)
	})
}
