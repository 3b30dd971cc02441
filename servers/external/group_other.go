//go:build !unix

package external

import (
	"errors"
	"os"
	"os/exec"
)

// ownGroup does nothing: these systems have no process groups.
func ownGroup(*exec.Cmd) {}

// killGroup ends the process; what it started sees its standard input end.
func killGroup(p *os.Process) error {
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}
