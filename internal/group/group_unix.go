//go:build unix

// Package group ends processes together with all that they have started.
package group

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Own makes the process the first of a group of its own, which ends as one and
// which a Ctrl-C in our terminal doesn't reach before we do. On Linux it ends with
// us, even if we are killed.
func Own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	withParent(cmd.SysProcAttr)
}

// Kill ends a process and its whole group. Darwin refuses for a group whose
// only member has ended already: then the process alone answers.
func Kill(p *os.Process) error {
	if syscall.Kill(-p.Pid, syscall.SIGKILL) == nil {
		return nil
	}
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}
