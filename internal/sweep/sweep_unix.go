//go:build unix

// Package sweep removes a folder when this process has ended, however it ends.
package sweep

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// script waits until its standard input ends, which is when the process that
// holds it does, and removes a folder. Whoever worked in it may take a moment to
// notice that, too.
const script = `trap '' INT TERM HUP
cat >/dev/null
tries=50
while ! rm -rf -- "$0" 2>/dev/null && [ $tries -gt 0 ]; do tries=$((tries-1)); sleep 0.1; done
test ! -e "$0"`

// Sweeper waits to remove a folder.
type Sweeper struct {
	folder string
	cmd    *exec.Cmd
	hold   io.Closer
}

// After has a folder removed after this process, or when Close is called. It is
// an errors.ErrUnsupported where that cannot be.
func After(folder string) (*Sweeper, error) {
	cmd := exec.Command("/bin/sh", "-c", script, folder)
	cmd.Dir = "/"
	// A Ctrl-C in our terminal is for us.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	hold, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("sweep: %w: %w", errors.ErrUnsupported, err)
	}
	return &Sweeper{folder, cmd, hold}, nil
}

// Close removes the folder now.
func (s *Sweeper) Close() error {
	s.hold.Close()
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("sweep: %s stays behind: %w", s.folder, err)
	}
	return nil
}
