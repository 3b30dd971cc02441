//go:build !unix

// Package group ends processes together with all that they have started.
package group

import (
	"errors"
	"os"
	"os/exec"
)

// Own does nothing: these systems have no process groups.
func Own(*exec.Cmd) {}

// Kill ends the process; what it started sees its standard input end.
func Kill(p *os.Process) error {
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}
