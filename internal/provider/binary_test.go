package provider_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// quick are the mock's timings for tests on real time, in which the provider
// polls every second.
var quick = caastest.Timings{Provision: time.Millisecond, Terminate: time.Millisecond}

// build compiles the provider once, as a user would.
var build = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "ioneth")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(folder, "terraform-provider-ioneth")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-ldflags", "-X main.version=1.2.3", "-o", binary, "../..").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binary, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

// folder is a user's folder with the built provider and a mock behind it.
type folder struct {
	*caastest.Server
	path string
	env  []string
}

func newFolder(t *testing.T, server *caastest.Server) *folder {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	f := &folder{Server: server, path: t.TempDir()}
	f.write(t, "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"ioneth/ioneth\" = %q\n  }\n  direct {}\n}\n", filepath.Dir(binary)))
	f.env = []string{
		"TF_CLI_CONFIG_FILE=" + filepath.Join(f.path, "cli.tfrc"), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"IONETH_ENDPOINT=" + server.URL(), "IONETH_TOKEN=test-token", "IONETH_API_KEY=test-key", "IOCLOUD_API_KEY=",
		"HOME=" + f.path, "PATH=" + os.Getenv("PATH"),
	}
	return f
}

func (f *folder) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(f.path, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command is a terraform command in the folder.
func (f *folder) command(args ...string) *exec.Cmd {
	terraform := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if terraform == "" {
		terraform = "terraform"
	}
	cmd := exec.CommandContext(context.Background(), terraform, args...)
	cmd.Dir, cmd.Env = f.path, f.env
	return cmd
}

// run runs terraform and returns all that it printed, and its exit code.
func (f *folder) run(t *testing.T, args ...string) (string, int) {
	t.Helper()
	out, err := f.command(args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("terraform %v: %s", args, err)
	}
	if exit != nil {
		return string(out), exit.ExitCode()
	}
	return string(out), 0
}

// must runs terraform, which has to succeed.
func (f *folder) must(t *testing.T, args ...string) string {
	t.Helper()
	out, code := f.run(t, args...)
	if code != 0 {
		t.Fatalf("terraform %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// flat is a text without its line breaks, which Terraform sets as it likes.
func flat(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '│' }), " ")
}

const required = `
terraform {
  required_providers {
    ioneth = { source = "ioneth/ioneth" }
  }
}
`

const secretive = required + `
variable "round" {
  default = 1
}
resource "ioneth_caas_deployment" "test" {
  resource_private_name = "vllm"
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = [1]
  container_config = {
    replica_count                   = 1
    entrypoint                      = ["vllm", "serve"]
    traffic_port                    = 8000
    secret_env_variables_wo         = { HF_TOKEN = "planted-variable-${var.round}" }
    secret_env_variables_wo_version = var.round
  }
  registry_config = {
    image_url                  = "ghcr.io/org/image:tag"
    registry_username          = "robot"
    registry_secret_wo         = "planted-registry-${var.round}"
    registry_secret_wo_version = var.round
  }
}
`

// planted are the secrets that no byte of output, log, state or plan may hold.
var planted = []string{"test-token", "test-key", "planted-variable", "planted-registry"}

// TestAccProvider_noSecretAtTrace runs a whole life at TF_LOG=TRACE, with an API
// that echoes what it was sent, and searches everything that was written.
func TestAccProvider_noSecretAtTrace(t *testing.T) {
	server := caastest.Start(t, caastest.Options{Timings: quick})
	f := newFolder(t, server)
	f.write(t, "main.tf", secretive)
	f.env = append(f.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(f.path, "trace.log"))
	var out bytes.Buffer
	server.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Status: 422, Body: `{"detail": [
		{"loc": ["body", "container_config", "secret_env_variables", "planted-variable-1"], "msg": "bad value planted-variable-1 for test-token", "type": "value_error"}]}`})
	refused, code := f.run(t, "apply", "-auto-approve", "-no-color")
	out.WriteString(refused)
	if code == 0 || !strings.Contains(flat(refused), "bad value (hidden) for (hidden)") {
		t.Errorf("the refused apply: exit %d\n%s", code, refused)
	}
	for _, args := range [][]string{
		{"plan", "-no-color", "-out=one.tfplan"}, {"apply", "-no-color", "one.tfplan"},
		{"plan", "-no-color", "-out=two.tfplan", "-var=round=2"}, {"apply", "-no-color", "two.tfplan"},
		{"show", "-json"}, {"destroy", "-auto-approve", "-no-color", "-var=round=2"},
	} {
		out.WriteString(f.must(t, args...))
	}
	received := server.Calls("POST", "/deploy")[1].Body
	received = append(received, server.Calls("PATCH", "/deployment/{}")[0].Body...)
	for _, secret := range []string{"planted-variable-1", "planted-registry-1", "planted-variable-2", "planted-registry-2"} {
		if !bytes.Contains(received, []byte(secret)) {
			t.Errorf("the API did not receive %q", secret)
		}
	}
	searched := 0
	search := func(where string, text []byte) {
		searched++
		for _, secret := range planted {
			if i := bytes.Index(text, []byte(secret)); i >= 0 {
				t.Errorf("%s holds %q: …%s…", where, secret, text[max(i-200, 0):min(i+50, len(text))])
			}
		}
	}
	search("output", out.Bytes())
	err := filepath.WalkDir(f.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "main.tf" {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.HasSuffix(path, ".tfplan") {
			text = unzipped(t, path)
		}
		search(entry.Name(), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if searched < 6 {
		t.Errorf("searched %d files only", searched)
	}
}
