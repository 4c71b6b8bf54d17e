package main

import (
	"os/exec"
	"syscall"
)

// endTogether makes the child end when the launcher is killed.
func endTogether(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
