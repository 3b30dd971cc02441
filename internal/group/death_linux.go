package group

import "syscall"

// withParent makes a process end with the one that has started it, however that
// ends.
func withParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
