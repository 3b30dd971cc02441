package webdriver

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes the process the first of a group of its own, which ends as one
// and which a Ctrl-C in our terminal does not reach before we do. It ends with
// us, too, when we are killed: without its display no browser stays.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// killGroup ends a process and its whole group.
func killGroup(p *os.Process) error {
	if err := syscall.Kill(-p.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}
