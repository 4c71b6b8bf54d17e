package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// terraform runs one Terraform in one folder.
type terraform struct {
	show     *printer
	path     string   // of the binary
	dir      string   // in which it runs
	settings []string // of the environment, NAME=value
}

// run shows a command and, while it runs, the lines of its output that matter.
// It returns all of the output, and fails when the command does not end with the
// wanted exit code.
func (t *terraform) run(ctx context.Context, wantCode int, args ...string) (string, error) {
	line := strings.Join(append([]string{"terraform"}, args...), " ")
	t.show.command(line)
	out := &transcript{show: t.show}
	cmd := exec.CommandContext(ctx, t.path, args...) //nolint:gosec // the path is that of the user's own Terraform
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.dir, out, out
	cmd.Env = append(cleanEnvironment(), t.settings...)
	cmd.Env = append(cmd.Env, "TF_CLI_ARGS=-no-color", "TF_INPUT=0")
	interruptOnce(cmd)
	err := cmd.Run()
	out.end()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", fmt.Errorf("%s can't be run: %w", line, err)
	}
	if code := cmd.ProcessState.ExitCode(); code != wantCode {
		return "", fmt.Errorf("%s ended with code %d, not %d; all that it said:\n%s", line, code, wantCode, out.all.String())
	}
	return out.all.String(), nil
}

// command is what to type for this Terraform: its name, when that finds it.
func (t *terraform) command() string {
	if found, err := exec.LookPath("terraform"); err == nil && found == t.path {
		return "terraform"
	}
	return t.path
}

// interruptOnce makes the end of the command's context an interrupt, on which
// Terraform stops in good order, and gives it time for that.
func interruptOnce(cmd *exec.Cmd) {
	detach(cmd)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
}

// cleanEnvironment is the user's environment without the settings of Terraform
// and the provider, and so without credentials for the real API.
func cleanEnvironment() []string {
	env := slices.DeleteFunc(os.Environ(), func(setting string) bool {
		name := strings.ToUpper(setting)
		return strings.HasPrefix(name, "TF_") || strings.HasPrefix(name, "IONETH_") || strings.HasPrefix(name, "IOCLOUD_")
	})
	return append(env, "CHECKPOINT_DISABLE=1") // no check for a newer Terraform
}
