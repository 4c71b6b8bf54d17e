//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// detach puts a command into a process group of its own: Ctrl-C in a terminal
// then reaches it by way of the demo only, once. A second interrupt would make
// Terraform leave without tidying up.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
