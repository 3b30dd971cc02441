//go:build !linux

package webdriver

import (
	"errors"
	"os"
	"os/exec"
)

// ownGroup does nothing: safaridriver starts no process of its own, but asks
// the system for Safari.
func ownGroup(*exec.Cmd) {}

// killGroup ends the process.
func killGroup(p *os.Process) error {
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}
