package browsertest

import (
	"bufio"
	"net/url"
	"os"
	"os/exec"
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
	ending  sync.Once
}

// StartDebugged starts a Chromium with a debugging port. It ends with the test, if
// nobody ends it before.
func StartDebugged(t testing.TB, binary string) *Debugged {
	args := []string{"--headless", "--remote-debugging-port=0", "--user-data-dir=" + t.TempDir()}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	cmd := exec.Command(binary, append(args, "about:blank")...)
	group.Own(cmd)
	said, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	d := &Debugged{cmd: cmd}
	t.Cleanup(d.End)
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		socket, found := strings.CutPrefix(lines.Text(), "DevTools listening on ")
		if !found {
			continue
		}
		go func() { // who is not read may wait for ever
			for lines.Scan() {
			}
		}()
		u, err := url.Parse(strings.TrimSpace(socket))
		require.NoError(t, err)
		d.Address, d.Port = "cdp+ws://"+u.Host, u.Host
		return d
	}
	require.Fail(t, "no debugging port", binary)
	return nil
}

// Kill ends it as a crash would.
func (d *Debugged) Kill() error { return group.Kill(d.cmd.Process) }

// End ends it as Kill does, and waits until it is gone: on its way, its port
// still takes connections.
func (d *Debugged) End() {
	d.ending.Do(func() {
		d.Kill()
		d.cmd.Wait()
	})
}
