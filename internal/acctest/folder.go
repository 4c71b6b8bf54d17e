// Package acctest runs Terraform on the built provider, in a folder as a user
// has one, for what terraform-plugin-testing does not show: warnings, files,
// logs and exit codes. It is for tests only. The provider is on real time there.
package acctest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Version is that of the built provider.
const Version = "1.2.3"

// Required is the configuration that names the provider.
const Required = `
terraform {
  required_providers {
    ioneth = { source = "ioneth/ioneth" }
  }
}
`

// Folder is a working folder of Terraform.
type Folder struct {
	t *testing.T
	// Path is the folder's own.
	Path string
	// Env is the environment of Terraform and the provider, to be added to.
	Env []string
}

// NewFolder makes an empty one, which the test removes. Terraform uses the built
// provider there; nothing of the user's own settings reaches it.
func NewFolder(t *testing.T) *Folder {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	f := &Folder{t: t, Path: t.TempDir()}
	f.Write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"ioneth/ioneth\" = %q\n  }\n  direct {}\n}\n", filepath.Dir(binary)))
	f.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + f.Path, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_CLI_ARGS=-no-color",
		"TF_CLI_CONFIG_FILE=" + filepath.Join(f.Path, "cli.tfrc"),
	}
	return f
}

// build compiles the provider once, as a user would.
var build = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "ioneth")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(folder, "terraform-provider-ioneth")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-ldflags", "-X main.version="+Version, "-o", binary, //nolint:gosec // nothing in it comes from outside
		"github.com/ioneth/terraform-provider-ioneth").CombinedOutput()
	if err != nil {
		return "", errors.Join(fmt.Errorf("the provider does not compile (%w):\n%s", err, out), os.RemoveAll(folder))
	}
	return binary, nil
})

// Main runs a package's tests and removes what they built.
func Main(m *testing.M) {
	code := m.Run()
	if binary, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(binary)) // it is a temporary folder's own problem
	}
	os.Exit(code)
}

// Write writes a file.
func (f *Folder) Write(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.Path, name), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// Read is the text of a file.
func (f *Folder) Read(name string) string {
	f.t.Helper()
	text, err := os.ReadFile(filepath.Join(f.Path, name)) //nolint:gosec // the test's own
	if err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

// Command is a Terraform that is still to be run.
func (f *Folder) Command(arguments ...string) *exec.Cmd {
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		path = "terraform"
	}
	command := exec.CommandContext(f.t.Context(), path, arguments...) //nolint:gosec // the user's own Terraform
	command.Dir, command.Env = f.Path, f.Env
	return command
}

// Try runs Terraform and returns all that it printed, and its exit code.
func (f *Folder) Try(arguments ...string) (string, int) {
	f.t.Helper()
	out, err := f.Command(arguments...).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return string(out), 0
	case errors.As(err, &exit):
		return string(out), exit.ExitCode()
	default:
		f.t.Fatalf("terraform %s: %s", strings.Join(arguments, " "), err)
		return "", -1
	}
}

// Run is Try for what must succeed.
func (f *Folder) Run(arguments ...string) string {
	f.t.Helper()
	out, code := f.Try(arguments...)
	if code != 0 {
		f.t.Fatalf("terraform %s: exit %d\n%s", strings.Join(arguments, " "), code, out)
	}
	return out
}
