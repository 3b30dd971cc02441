//go:build unix

package external

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes the process the first of a group of its own, which ends as
// one and which a Ctrl-C in our terminal doesn't reach before we do.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// killGroup ends a process and its whole group. Darwin refuses for a group
// whose only member has ended already: then the process alone answers.
func killGroup(p *os.Process) error {
	if syscall.Kill(-p.Pid, syscall.SIGKILL) == nil {
		return nil
	}
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}
