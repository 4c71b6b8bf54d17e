//go:build unix && !linux

package main

import "os/exec"

// endTogether does nothing: a launcher that is killed leaves its child behind.
func endTogether(*exec.Cmd) {}
