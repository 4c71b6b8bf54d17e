// Package tfcli runs the command line of Terraform, and builds the provider, for
// the acceptance tests, the demo and the benchmark.
package tfcli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

const (
	// Version is the version of the built provider, which no registry has.
	Version = "0.0.1"
	module  = "github.com/ioneth/terraform-provider-ioneth"
)

// CLI is the command line of Terraform in a working folder.
type CLI struct {
	Path string   // of the binary
	Dir  string   // the working folder
	Env  []string // the whole environment, NAME=value
}

// Path returns the Terraform that tests run: TF_ACC_TERRAFORM_PATH, or
// the one on PATH.
func Path() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

// CleanEnvironment returns the caller's environment without the settings and
// credentials of Terraform and the provider, and with settings for output that
// is not read on a terminal.
func CleanEnvironment() []string {
	env := slices.DeleteFunc(os.Environ(), func(setting string) bool {
		name := strings.ToUpper(setting)
		return strings.HasPrefix(name, "TF_") || strings.HasPrefix(name, "IONETH_") || strings.HasPrefix(name, "IOCLOUD_")
	})
	return append(env, "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color", "TF_INPUT=0")
}

// Command returns a Terraform command. The end of ctx interrupts it, as Ctrl-C
// does, and kills it ten seconds later.
func (c *CLI) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.Path, args...) //nolint:gosec // the caller's own Terraform
	cmd.Dir, cmd.Env = c.Dir, c.Env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// Build compiles a main package, whose path is relative to the module: the
// provider's is empty.
func Build(ctx context.Context, binary, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags=-X main.version="+Version, //nolint:gosec // the arguments are constants and a path of ours
		"-o", binary, module+pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// DevOverride returns the settings with which Terraform runs the provider of a
// source, such as "ioneth/ioneth", from a folder, without terraform init.
func DevOverride(source, folder string) []byte {
	return fmt.Appendf(nil, "provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", source, folder)
}
