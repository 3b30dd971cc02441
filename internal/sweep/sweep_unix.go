//go:build unix

// Package sweep removes a folder, and ends who works in it, when this process has
// ended, however it ends.
package sweep

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// script waits until its standard input ends, which is when the process that
// holds it does. Then it ends the process group whose id is the last line that it
// was told, and removes a folder. Nothing tells when the last of a group has gone.
const script = `trap '' INT TERM HUP
while read -r line; do group=$line; done
if [ -n "$group" ]; then
	tries=50
	while kill -s KILL -- "-$group" && [ $tries -gt 0 ]; do tries=$((tries-1)); sleep 0.02; done
fi 2>/dev/null
tries=50
while ! rm -rf -- "$0" 2>/dev/null && [ $tries -gt 0 ]; do tries=$((tries-1)); sleep 0.1; done
test ! -e "$0"`

// Sweeper waits to remove a folder.
type Sweeper struct {
	folder string
	cmd    *exec.Cmd
	hold   io.WriteCloser
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

// Group names the process group that works in the folder.
func (s *Sweeper) Group(id int) error {
	if _, err := fmt.Fprintln(s.hold, id); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// Close ends the group and removes the folder now.
func (s *Sweeper) Close() error {
	s.hold.Close()
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("sweep: %s stays behind: %w", s.folder, err)
	}
	return nil
}
