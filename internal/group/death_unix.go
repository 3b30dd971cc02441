//go:build unix && !linux

package group

import "syscall"

// withParent does nothing: only Linux has a word for it.
func withParent(*syscall.SysProcAttr) {}
