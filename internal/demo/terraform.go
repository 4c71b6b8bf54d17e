package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
)

// terraform is the Terraform of the demo.
type terraform struct {
	*tfcli.CLI
	show     *printer
	settings []string // of the environment, NAME=value
}

// run shows a command and, while it runs, the lines of its output that matter.
// It returns all of the output, and fails when the command does not end with the
// wanted exit code.
func (t *terraform) run(ctx context.Context, wantCode int, args ...string) (string, error) {
	line := strings.Join(append([]string{"terraform"}, args...), " ")
	t.show.command(line)
	out := &transcript{show: t.show}
	t.Env = append(tfcli.CleanEnvironment(), t.settings...)
	cmd := t.Command(ctx, args...)
	cmd.Stdout, cmd.Stderr = out, out
	detach(cmd)
	err := cmd.Run()
	out.end()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", fmt.Errorf("%s: %w", line, err)
	}
	if code := cmd.ProcessState.ExitCode(); code != wantCode {
		return "", fmt.Errorf("%s: exit code %d, want %d; its output:\n%s", line, code, wantCode, out.all.String())
	}
	return out.all.String(), nil
}

// typed is what to type for this Terraform: its name, when that finds it.
func (t *terraform) typed() string {
	if found, err := exec.LookPath("terraform"); err == nil && found == t.Path {
		return "terraform"
	}
	return t.Path
}
