package main

import (
	"context"
	"strings"
)

// handOver tells how to go on by hand, and waits for Ctrl-C.
func (d *demo) handOver(ctx context.Context) error {
	d.show.note("The mock goes on, and %s runs in it. In another terminal:", deploymentName)
	d.show.note("")
	for _, line := range d.commands() {
		d.show.note("  %s", line)
	}
	d.show.note("")
	d.show.note("Ctrl-C here stops the mock and removes the folder.")
	<-ctx.Done()
	d.show.note("")
	d.show.note("The mock is stopped and the folder removed.")
	return nil
}

// commands are lines for a POSIX shell. Credentials for the real API, which the
// mock would refuse, are taken out of the way.
func (d *demo) commands() []string {
	lines := []string{"cd " + quoted(d.workDir()), "unset IONETH_API_KEY IOCLOUD_API_KEY"}
	for _, setting := range d.terraform.settings {
		name, value, _ := strings.Cut(setting, "=")
		lines = append(lines, "export "+name+"="+quoted(value))
	}
	return append(lines, quoted(d.terraform.command())+" plan")
}

// quoted is one word for a POSIX shell.
func quoted(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
