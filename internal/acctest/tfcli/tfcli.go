// Package tfcli runs the command line of Terraform, and builds the provider, for
// the acceptance tests, the demo and the benchmark.
package tfcli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

const (
	// Version is the version of the built provider, one that the examples accept.
	Version = "0.1.0"
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

// IsTerraform reports whether Path is Terraform, and not OpenTofu, by its name.
func IsTerraform() bool { return strings.HasPrefix(filepath.Base(Path()), "terraform") }

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

// BuildMirror compiles the provider into a filesystem mirror: a folder that Terraform
// and OpenTofu install it from, as they would from their registries. It returns the
// settings that make them install from nowhere else.
func BuildMirror(ctx context.Context, mirror string) ([]byte, error) {
	file := "terraform-provider-ioneth_v" + Version
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	for _, registry := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		if err := Build(ctx, filepath.Join(mirror, registry, "ioneth", "ioneth", Version, runtime.GOOS+"_"+runtime.GOARCH, file), ""); err != nil {
			return nil, err
		}
	}
	return fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(mirror)), nil
}

// DevOverride returns the settings with which Terraform runs the provider of a
// source, such as "ioneth/ioneth", from a folder, without terraform init.
func DevOverride(source, folder string) []byte {
	return fmt.Appendf(nil, "provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", source, folder)
}
