package provider_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// quick are the mock's timings for tests on real time, in which the provider
// polls every second.
var quick = caastest.Timings{Provision: time.Millisecond, Terminate: time.Millisecond}

func TestMain(m *testing.M) { acctest.Main(m) }

// folder is a user's folder with the built provider and a mock behind it.
type folder struct {
	*acctest.Folder
	*caastest.Server
}

func newFolder(t *testing.T, server *caastest.Server) *folder {
	t.Helper()
	f := &folder{acctest.NewFolder(t), server}
	f.Env = append(f.Env, "IONETH_ENDPOINT="+server.URL(), "IONETH_TOKEN=test-token", "IONETH_API_KEY=test-key", "IOCLOUD_API_KEY=")
	return f
}

// flat is a text without its line breaks, which Terraform sets as it likes.
func flat(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '│' }), " ")
}

const secretive = acctest.Required + `
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
	server := caastest.Start(t, caastest.Options{Timings: quick})
	f := newFolder(t, server)
	f.Write("main.tf", secretive)
	f.Env = append(f.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(f.Path, "trace.log"))
	var out bytes.Buffer
	server.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Status: 422, Body: `{"detail": [
		{"loc": ["body", "container_config", "secret_env_variables", "planted-variable-1"], "msg": "bad value planted-variable-1 for test-token", "type": "value_error"}]}`})
	refused, code := f.Try("apply", "-auto-approve")
	out.WriteString(refused)
	if code == 0 || !strings.Contains(flat(refused), "bad value (hidden) for (hidden)") {
		t.Errorf("the refused apply: exit %d\n%s", code, refused)
	}
	for _, args := range [][]string{
		{"plan", "-out=one.tfplan"}, {"apply", "one.tfplan"},
		{"plan", "-out=two.tfplan", "-var=round=2"}, {"apply", "two.tfplan"},
		{"show", "-json"}, {"destroy", "-auto-approve", "-var=round=2"},
	} {
		out.WriteString(f.Run(args...))
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
	err := filepath.WalkDir(f.Path, func(path string, entry fs.DirEntry, err error) error {
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
