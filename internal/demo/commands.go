package main

import (
	"context"
	"strings"
)

// printCommands prints how to continue by hand, and waits for Ctrl-C.
func (d *demo) printCommands(ctx context.Context) error {
	d.show.note("The mock keeps running, and the deployment in it. In another terminal:")
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
	return append(lines, quoted(d.terraform.typed())+" plan")
}

// quoted is one word for a POSIX shell.
func quoted(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
