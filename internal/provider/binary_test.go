package provider_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// secretive is a deployment with write-only secrets that depend on a variable.
var secretive = `
variable "round" {
  default = 1
}
variable "planted" { # apart, as Terraform shows the lines that an error is of
  default   = { variable = "planted-variable", registry = "planted-registry" }
  sensitive = true
}
` + base.with(attributes{
	"container_config.secret_env_variables_wo":         `{ HF_TOKEN = "${var.planted.variable}-${var.round}" }`,
	"container_config.secret_env_variables_wo_version": `var.round`,
	"registry_config.registry_username":                `"robot"`,
	"registry_config.registry_secret_wo":               `"${var.planted.registry}-${var.round}"`,
	"registry_config.registry_secret_wo_version":       `var.round`,
}).String()

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
	env.API.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Status: 422, Body: `{"detail": [
		{"loc": ["body", "container_config", "secret_env_variables", "planted-variable-1"], "msg": "bad value planted-variable-1 for test-token", "type": "value_error"}]}`})
	out := mustFail(t, tf, "apply", "-auto-approve")
	tf.WantOutput(out, "bad value (hidden) for (hidden)")
	for _, args := range [][]string{
		{"apply", "-auto-approve"}, {"plan", "-out=saved.tfplan", "-var=round=2"}, {"apply", "saved.tfplan"},
		{"show", "-json"}, {"destroy", "-auto-approve", "-var=round=2"},
	} {
		out += tf.Run(args...)
	}
	received := slices.Concat(env.API.Requests("POST", "/deploy")[1].Body, env.API.Requests("PATCH", "/deployment/{}")[0].Body)
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
	search("output", []byte(out))
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
	if searched < 5 {
		t.Errorf("searched %d files only", searched)
	}
}

// unzipped returns what a plan file holds, without the configuration that Terraform
// packs beside the plan: the test wrote its secrets there itself.
func unzipped(t *testing.T, path string) (all []byte) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	for _, name := range []string{"tfplan", "tfstate", "tfstate-prev"} {
		text, err := fs.ReadFile(archive, name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}
