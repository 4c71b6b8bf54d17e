package acctest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
)

// Terraform runs Terraform with the built provider in a working folder. It runs
// the command line as a user does: terraform-exec has neither warnings nor exit
// codes, and lacks commands that the tests need.
type Terraform struct {
	*tfcli.CLI
	t *testing.T
}

// Terraform makes a working folder with a versions.tf, in which the provider's
// endpoint and token come from the environment. It skips the test unless TF_ACC
// is set. The mock's timings should be Instant.
func (e *Env) Terraform(t *testing.T) *Terraform {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run with TF_ACC=1")
	}
	folder, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	tf := &Terraform{&tfcli.CLI{Path: tfcli.Path(), Dir: dir}, t}
	tf.Write("cli.tfrc", string(tfcli.DevOverride("ioneth/ioneth", folder)))
	tf.Write("versions.tf", "terraform {\n  required_providers {\n    ioneth = { source = \"ioneth/ioneth\" }\n  }\n}\n")
	tf.Env = append(tfcli.CleanEnvironment(), "HOME="+dir, "TF_IN_AUTOMATION=1", "TF_CLI_CONFIG_FILE="+filepath.Join(dir, "cli.tfrc"),
		"IONETH_ENDPOINT="+e.API.URL(), "IONETH_TOKEN=test-token")
	return tf
}

// Run runs a command that must succeed, and returns its output.
func (tf *Terraform) Run(args ...string) string {
	tf.t.Helper()
	out, code := tf.Try(args...)
	if code != 0 {
		tf.t.Fatalf("terraform %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// Try runs a command, and returns its output and exit code.
func (tf *Terraform) Try(args ...string) (string, int) {
	tf.t.Helper()
	out, err := tf.Command(tf.t.Context(), args...).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return string(out), 0
	case errors.As(err, &exit):
		return string(out), exit.ExitCode()
	}
	tf.t.Fatalf("terraform %s: %v", strings.Join(args, " "), err)
	return "", -1
}

// AtLeast reports whether Terraform has at least a version, such as "1.14.0".
func (tf *Terraform) AtLeast(least string) bool {
	tf.t.Helper()
	var reply struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal([]byte(tf.Run("version", "-json")), &reply); err != nil {
		tf.t.Fatal(err)
	}
	return version.Must(version.NewVersion(reply.Version)).Core().GreaterThanOrEqual(version.Must(version.NewVersion(least)))
}

// WantOutput checks that an output has these words, however Terraform wraps them.
func (tf *Terraform) WantOutput(out, words string) {
	tf.t.Helper()
	if !Words(words).MatchString(out) {
		tf.t.Errorf("Terraform does not print %q, but\n%s", words, out)
	}
}

// Words returns an expression that matches words, however Terraform wraps them.
func Words(words string) *regexp.Regexp {
	fields := strings.Fields(words)
	for i := range fields {
		fields[i] = regexp.QuoteMeta(fields[i])
	}
	return regexp.MustCompile(strings.Join(fields, `[\s│|]+`))
}

// WriteProvider writes a provider block with settings into provider.tf.
func (tf *Terraform) WriteProvider(settings string) {
	tf.t.Helper()
	tf.Write("provider.tf", "provider \"ioneth\" {\n"+settings+"\n}\n")
}

// Write writes a file into the working folder.
func (tf *Terraform) Write(name, text string) {
	tf.t.Helper()
	if err := os.WriteFile(filepath.Join(tf.Dir, name), []byte(text), 0o600); err != nil {
		tf.t.Fatal(err)
	}
}

// Read returns the text of a file in the working folder.
func (tf *Terraform) Read(name string) string {
	tf.t.Helper()
	text, err := os.ReadFile(filepath.Join(tf.Dir, name)) //nolint:gosec // the test's own folder
	if err != nil {
		tf.t.Fatal(err)
	}
	return string(text)
}

// buildFolder is the temporary folder of the built provider; empty: not built.
var buildFolder string

// buildOnce builds the provider, once per process.
var buildOnce = sync.OnceValues(func() (folder string, err error) {
	if buildFolder, err = os.MkdirTemp("", "ioneth"); err != nil {
		return "", err
	}
	return buildFolder, tfcli.Build(context.Background(), filepath.Join(buildFolder, "terraform-provider-ioneth"), "")
})
