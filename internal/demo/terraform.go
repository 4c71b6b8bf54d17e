package main

import (
	"bufio"
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// terraform runs a command with an empty journal, shows it with the lines of its
// output that matter, and returns all of the output. It checks the exit code, and
// that the output has a sentence and no secret, and that every request conformed
// to the contract of the API.
func (d *demo) terraform(ctx context.Context, wantCode int, sentence string, args ...string) (string, error) {
	d.api.ResetJournal()
	command := "terraform " + strings.Join(args, " ")
	d.show.command(command)
	cmd := d.cli.Command(ctx, args...)
	out, err := d.stream(cmd)
	if err != nil {
		return "", err
	}
	if code := cmd.ProcessState.ExitCode(); code != wantCode {
		return "", fmt.Errorf("%s: exit code %d, want %d; its output:\n%s", command, code, wantCode, out)
	}
	// Terraform breaks lines anywhere.
	if !strings.Contains(strings.Join(strings.Fields(out), " "), sentence) {
		return "", fmt.Errorf("%s: the output does not contain %q:\n%s", command, sentence, out)
	}
	if secret := findSecret(out); secret != "" {
		return "", fmt.Errorf("%s: the output contains the secret %q", command, secret)
	}
	if violations := d.api.Violations(); len(violations) > 0 {
		return "", fmt.Errorf("%s: requests violate the API contract: %s", command, strings.Join(violations, "; "))
	}
	return out, nil
}

// stream runs a command, shows the lines of its output that matter as they come, and
// returns all of the output. The exit code is in the command.
func (d *demo) stream(cmd *exec.Cmd) (string, error) {
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return "", err
	}
	var all strings.Builder
	shown := &transcript{show: d.show}
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		fmt.Fprintln(&all, lines.Text())
		shown.add(lines.Text())
	}
	shown.end()
	_ = cmd.Wait() // its error is the exit code
	return all.String(), nil
}

// findSecret returns the first secret in a string, or an empty string.
func findSecret(s string) string {
	for _, secret := range []string{hfToken, mockToken} {
		if strings.Contains(s, secret) {
			return secret
		}
	}
	return ""
}

// boilerplate is the part of Terraform's output that is the same each time, and
// the attributes of what is destroyed: from a line to another one, each given by
// its beginning.
var boilerplate = []struct {
	from, until string // until is empty: to the end of the output
}{
	{"Terraform used the selected providers", "Terraform will perform the following"},
	{"Terraform has created a lock file", ""},
	{"  - resource ", "    }"},
	{"───", ""},
}

// transcript shows the lines of a command's output that matter.
type transcript struct {
	show  *printer
	last  string // the line shown last
	skips bool   // inside of boilerplate
	until string // its last line
}

// add takes the next line. It shows one empty line for several.
func (t *transcript) add(line string) {
	if t.skip(line) || line == "" && t.last == "" {
		return
	}
	t.show.note("%s", line)
	t.last = line
}

// end separates the output from what follows.
func (t *transcript) end() {
	if t.last != "" {
		t.show.note("")
	}
}

// skip reports whether a line is boilerplate, or an attribute that the plan does
// not know yet.
func (t *transcript) skip(line string) bool {
	if t.skips {
		t.skips = t.until == "" || !strings.HasPrefix(line, t.until)
		return true
	}
	for _, part := range boilerplate {
		if strings.HasPrefix(line, part.from) {
			t.skips, t.until = true, part.until
			return true
		}
	}
	return strings.HasPrefix(line, "      ") && strings.HasSuffix(line, " = (known after apply)")
}
