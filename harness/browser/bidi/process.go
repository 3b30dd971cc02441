package bidi

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/internal/group"
)

// endTime is how long a killed browser may take to be gone.
const endTime = 5 * time.Second

// process is a running Firefox and the folder that all it writes is in.
type process struct {
	cmd   *exec.Cmd
	dir   string
	ended chan struct{} // closed when it has exited
}

// launch starts Firefox with a fresh profile and returns the address of its
// protocol's socket. On an error nothing is left.
func launch(ctx context.Context, o browser.Options, prefs []pref) (*process, string, error) {
	dir, err := os.MkdirTemp("", "cp-")
	if err != nil {
		return nil, "", err
	}
	p := &process{dir: dir, ended: make(chan struct{})}
	profile, temp := filepath.Join(dir, "profile"), filepath.Join(dir, "temp")
	err = errors.Join(os.Mkdir(profile, 0o700), os.Mkdir(temp, 0o700),
		os.WriteFile(filepath.Join(profile, "user.js"), userJS(prefs), 0o600))
	if err != nil {
		return nil, "", errors.Join(err, os.RemoveAll(dir))
	}

	args := []string{"--no-remote", "--profile", profile, "--remote-debugging-port", "0"}
	if !o.Headed {
		args = append(args, "--headless")
	}
	p.cmd = exec.Command(o.Binary, args...)
	p.cmd.Env = append(os.Environ(),
		"TMPDIR="+temp, "TMP="+temp, "TEMP="+temp,
		// Whoever is killed is not to be mourned by a process of its own.
		"MOZ_CRASHREPORTER_DISABLE=1")
	group.Own(p.cmd)
	// A pipe of our own: Wait would close one of exec's while it is still read.
	said, says, err := os.Pipe()
	if err != nil {
		return nil, "", errors.Join(err, os.RemoveAll(dir))
	}
	p.cmd.Stderr = says
	err = p.cmd.Start()
	says.Close()
	if err != nil {
		return nil, "", errors.Join(err, said.Close(), os.RemoveAll(dir))
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()

	found := make(chan string, 1)
	last := make(chan string, 1)
	go listen(said, found, last)
	select {
	case address := <-found:
		return p, address, nil
	case <-p.ended:
		err = fmt.Errorf("it ended at once: %s", <-last)
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, "", errors.Join(err, p.end())
}

// listen reads what Firefox says until its end: the address of its socket, and
// what it said last.
func listen(said io.ReadCloser, found, last chan<- string) {
	defer said.Close()
	text := ""
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		text = lines.Text()
		if address, ok := strings.CutPrefix(text, "WebDriver BiDi listening on "); ok {
			select {
			case found <- strings.TrimSpace(address) + "/session":
			default:
			}
		}
	}
	last <- text
}

// end kills the browser with all its processes, waits for them and removes the
// folder. There is nothing that it should save.
func (p *process) end() error {
	err := group.Kill(p.cmd.Process)
	select {
	case <-p.ended:
	case <-time.After(endTime):
		return errors.Join(err, fmt.Errorf("the browser does not end within %s", endTime))
	}
	// Its other processes end a moment after it, and may write until then.
	for until := time.Now().Add(endTime); ; time.Sleep(10 * time.Millisecond) {
		if err := os.RemoveAll(p.dir); err == nil || time.Now().After(until) {
			return err
		}
	}
}
