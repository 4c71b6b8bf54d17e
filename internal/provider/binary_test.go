package provider_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// flat returns a string without its line breaks, which depend on the width.
func flat(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '│' }), " ")
}

const secretive = `
variable "round" {
  default = 1
}
variable "planted" { # apart, as Terraform shows the lines that an error is of
  default   = { variable = "planted-variable", registry = "planted-registry" }
  sensitive = true
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
    secret_env_variables_wo         = { HF_TOKEN = "${var.planted.variable}-${var.round}" }
    secret_env_variables_wo_version = var.round
  }
  registry_config = {
    image_url                  = "ghcr.io/org/image:tag"
    registry_username          = "robot"
    registry_secret_wo         = "${var.planted.registry}-${var.round}"
    registry_secret_wo_version = var.round
  }
}
`

// planted are the secrets that no byte of output, log, state or plan may hold.
var planted = []string{"test-token", "test-key", "planted-variable", "planted-registry"}

// TestAccProvider_noSecretAtTrace runs a whole life at TF_LOG=TRACE, with an API
// that echoes what it was sent, and searches everything that was written.
func TestAccProvider_noSecretAtTrace(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, restarting())
	tf := env.Terraform(t)
	tf.Write("main.tf", secretive)
	tf.Env = append(tf.Env, "IONETH_API_KEY=test-key", "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(tf.Dir, "trace.log"))
	var out bytes.Buffer
	env.API.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Status: 422, Body: `{"detail": [
		{"loc": ["body", "container_config", "secret_env_variables", "planted-variable-1"], "msg": "bad value planted-variable-1 for test-token", "type": "value_error"}]}`})
	refused, code := tf.Try("apply", "-auto-approve")
	out.WriteString(refused)
	if code == 0 || !strings.Contains(flat(refused), "bad value (hidden) for (hidden)") {
		t.Errorf("the refused apply: exit %d\n%s", code, refused)
	}
	for _, args := range [][]string{
		{"plan", "-out=one.tfplan"}, {"apply", "one.tfplan"},
		{"plan", "-out=two.tfplan", "-var=round=2"}, {"apply", "two.tfplan"},
		{"show", "-json"}, {"destroy", "-auto-approve", "-var=round=2"},
	} {
		out.WriteString(tf.Run(args...))
	}
	received := env.API.Requests("POST", "/deploy")[1].Body
	received = append(received, env.API.Requests("PATCH", "/deployment/{}")[0].Body...)
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
	err := filepath.WalkDir(tf.Dir, func(path string, entry fs.DirEntry, err error) error {
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
