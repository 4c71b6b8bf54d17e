package provider_test

import (
	"archive/zip"
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// secrets is a deployment whose secrets come from variables, because a plan file
// holds a copy of the configuration.
var secrets = `
variable "variable_secret" {
  type      = string
  ephemeral = true
}
variable "registry_secret" {
  type      = string
  ephemeral = true
}
variable "version_of_secrets" {
  type = number
}
` + base.with(attributes{
	"container_config.secret_env_variables_wo":         `{ HF_TOKEN = var.variable_secret }`,
	"container_config.secret_env_variables_wo_version": `var.version_of_secrets`,
	"registry_config.registry_secret_wo":               `var.registry_secret`,
	"registry_config.registry_secret_wo_version":       `var.version_of_secrets`,
}).String()

// Write-only values are sent at creation and when their version changes, and are in
// no file and no log, and neither are the credentials. Sensitive values are in the
// state, and in no log.
func TestAccDeployment_secretsAreNotStored(t *testing.T) {
	t.Parallel()
	env := newEnv(t, restarting())
	tf := env.Terraform(t)
	tf.Env = append(tf.Env, "TF_LOG=TRACE", "IONETH_API_KEY=test-key")
	environment := tf.Env
	tf.Write("main.tf", secrets)
	var log strings.Builder
	apply := func(version, value int) (code int) {
		t.Helper()
		tf.Env = append(slices.Clone(environment), fmt.Sprintf("TF_VAR_version_of_secrets=%d", version),
			fmt.Sprintf("TF_VAR_variable_secret=variable-secret-%d", value), fmt.Sprintf("TF_VAR_registry_secret=registry-secret-%d", value))
		log.WriteString(tf.Run("plan", "-out=saved.tfplan"))
		wantNoSecretInFiles(t, tf.Dir)
		out, code := tf.Try("apply", "saved.tfplan")
		log.WriteString(out + tf.Run("show", "-json"))
		return code
	}
	receives := func(want ...string) {
		t.Helper()
		if got := env.changes(); !slices.Equal(got, want) {
			t.Errorf("the API received\n%q, want\n%q", got, want)
		}
		env.API.ResetJournal()
	}
	rotation := func(value int) string {
		return fmt.Sprintf(`PATCH /deployment/ID {"registry_secret":"registry-secret-%d","secret_env_variables":{"HF_TOKEN":"variable-secret-%d"}}`, value, value)
	}

	apply(1, 1)
	receives(`POST /deploy {"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"secret_env_variables":{"HF_TOKEN":"variable-secret-1"},"traffic_port":8000},` +
		`"duration_hours":24,"gpus_per_container":8,"hardware_id":203,"location_ids":[1],` +
		`"registry_config":{"image_url":"ghcr.io/org/image:1","registry_secret":"registry-secret-1"},"resource_private_name":"vllm"}`)
	apply(1, 2) // a changed value is not visible
	receives()
	apply(2, 2)
	receives(rotation(2))

	// The error repeats the secrets.
	env.API.Inject(caastest.Fault{Method: "PATCH", Path: "/deployment/{}", Status: 422, Body: `{"detail": [{
		"loc": ["body", "secret_env_variables", "variable-secret-3"], "msg": "neither variable-secret-3 nor registry-secret-3 for test-token", "input": "variable-secret-3"}]}`})
	if code := apply(3, 3); code == 0 {
		t.Error("the rejected apply succeeded")
	}
	tf.WantOutput(log.String(), "The API rejected the value: secret_env_variables.(hidden): neither (hidden) nor (hidden) for (hidden)")
	env.API.ResetJournal()
	apply(3, 3)
	receives(rotation(3))
	wantNoSecretInFiles(t, tf.Dir)

	tf.Write("main.tf", base.with(attributes{
		"container_config.secret_env_variables": `{ HF_TOKEN = "variable-secret-4" }`, "registry_config.registry_secret": `"registry-secret-4"`,
	}).String())
	log.WriteString(tf.Run("apply", "-auto-approve"))
	receives(rotation(4))
	if !anySecret.MatchString(tf.Read("terraform.tfstate")) {
		t.Error("the state does not hold the sensitive values")
	}
	log.WriteString(tf.Run("destroy", "-auto-approve"))

	// The log has the lines of the provider and of its framework.
	for _, words := range []string{"CaaS API", "tf_rpc=ApplyResourceChange", "provider.terraform-provider-ioneth"} {
		if !strings.Contains(log.String(), words) {
			t.Errorf("the log does not hold %q", words)
		}
	}
	wantNoSecret(t, log.String(), "the log")
}

// anySecret matches the secrets and the credentials.
var anySecret = regexp.MustCompile(`(variable|registry)-secret-\d|test-token|test-key`)

// wantNoSecret checks that a string contains no secret.
func wantNoSecret(t *testing.T, text, what string) {
	t.Helper()
	if at := anySecret.FindStringIndex(text); at != nil {
		t.Errorf("%s holds a secret: …%s…", what, text[max(at[0]-300, 0):min(at[1]+100, len(text))])
	}
}

// wantNoSecretInFiles checks every file in a working folder, plans included.
func wantNoSecretInFiles(t *testing.T, dir string) {
	t.Helper()
	searched := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		searched++
		text := textOf(t, path)
		if strings.HasSuffix(path, ".tfplan") {
			text = string(unzipped(t, path))
		}
		wantNoSecret(t, text, entry.Name())
		return nil
	})
	if err != nil || searched < 4 {
		t.Fatalf("searched %d files: %v", searched, err)
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

// A write-only value needs a version and excludes the stored attribute, whether it
// is known at plan or at apply.
func TestDeployment_writeOnlyRules(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	deployed := base.with(attributes{
		"container_config.secret_env_variables_wo": `{ A = "a secret" }`, "container_config.secret_env_variables_wo_version": `1`,
		"registry_config.registry_secret_wo": `"a secret"`, "registry_config.registry_secret_wo_version": `1`,
	})
	terraform := env.created(t, deployed)
	terraform.empty(deployed)
	for words, change := range map[string]attributes{
		"secret_env_variables_wo requires secret_env_variables_wo_version":  {"container_config.secret_env_variables_wo_version": ""},
		"registry_secret_wo requires registry_secret_wo_version":            {"registry_config.registry_secret_wo_version": ""},
		"secret_env_variables and secret_env_variables_wo are both set.":    {"container_config.secret_env_variables": `{ A = "a secret" }`},
		"registry_secret and registry_secret_wo are both set.":              {"registry_config.registry_secret": `"a secret"`},
		`The variable "A" is in env_variables and in the secret variables.`: {"container_config.env_variables": `{ A = "no secret" }`},
	} {
		terraform.planFails(deployed.with(change), words)
	}
	late := func(version int, value cty.Value) {
		t.Helper()
		terraform.late(cty.UnknownVal(cty.String))
		p := terraform.plan(deployed.with(attributes{"registry_config.registry_secret_wo": "late", "registry_config.registry_secret_wo_version": fmt.Sprint(version)}))
		terraform.late(value)
		if diagnostics, ok := terraform.Apply(p); !ok {
			t.Errorf("the apply fails: %q", diagnostics)
		}
	}
	late(2, cty.StringVal("late secret"))
	terraform.sent(patch(`{"registry_secret":"late secret"}`)...)
	late(2, cty.NullVal(cty.String)) // the same version, and nothing to send
	terraform.sent()
}

// Modules pass null and empty values for what is not set. They are accepted, equal to
// omitted ones, and neither sent nor changed later.
func TestAccDeployment_nullAndEmptyInputs(t *testing.T) {
	t.Parallel()
	env := newEnv(t, restarting())
	for location := 1; location <= 4; location++ {
		env.API.SetReplicas(203, location, 200)
	}
	tf := env.Terraform(t)
	text := "variable \"none\" {\n  type    = string\n  default = null\n}\n"
	var want []string
	for i, name := range slices.Sorted(maps.Keys(nullAndEmptyInputs)) {
		c := nullAndEmptyInputs[name]
		text += labeled(base.with(c.change).with(attributes{"resource_private_name": fmt.Sprintf(`"vllm-%d"`, i)}), fmt.Sprintf("row%d", i))
		want = append(want, strings.Replace(cmp.Or(c.sent, deployed), `"vllm"}`, fmt.Sprintf(`"vllm-%d"}`, i), 1))
	}
	tf.Write("main.tf", text)
	tf.Run("apply", "-auto-approve")
	slices.Sort(want)
	if got := slices.Sorted(slices.Values(env.changes())); !slices.Equal(got, want) {
		t.Errorf("the API received\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	tf.Run("plan", "-detailed-exitcode") // fails when the plan is not empty
	env.API.ResetJournal()
	tf.Write("main.tf", strings.ReplaceAll(text, "traffic_port = 8000", "traffic_port = 9000"))
	tf.Run("apply", "-auto-approve")
	if got := env.changes(); !slices.Equal(got, slices.Repeat(patch(`{"traffic_port":9000}`), len(want))) {
		t.Errorf("the API received %q, want only changes of the port", got)
	}
}

var nullAndEmptyInputs = map[string]struct {
	change attributes
	sent   string // deployed when empty
}{
	"null collections":               {change: attributes{"container_config.args": "null", "container_config.env_variables": "null", "container_config.secret_env_variables": "null"}},
	"empty collections":              {change: attributes{"container_config.env_variables": "{}", "container_config.secret_env_variables": "{}"}},
	"empty registry credentials":     {change: attributes{"registry_config.registry_username": `""`, "registry_config.registry_secret": `""`}},
	"null registry credentials":      {change: attributes{"registry_config.registry_username": "var.none", "registry_config.registry_secret": "var.none"}},
	"empty write-only, null version": {change: attributes{"container_config.secret_env_variables_wo": "{}", "container_config.secret_env_variables_wo_version": "var.none"}},
	"null write-only with a version": {change: attributes{"container_config.secret_env_variables_wo": "var.none == null ? null : { A = var.none }", "container_config.secret_env_variables_wo_version": "1"}},
	"empty secret, null version":     {change: attributes{"registry_config.registry_secret_wo": `""`, "registry_config.registry_secret_wo_version": "var.none"}},
	"null secret with a version":     {change: attributes{"registry_config.registry_secret_wo": "var.none", "registry_config.registry_secret_wo_version": "1"}},
	"null variable": {
		change: attributes{"container_config.env_variables": `{ A = "1", WANDB_API_KEY = var.none }`},
		sent:   strings.Replace(deployed, `"replica_count"`, `"env_variables":{"A":"1"},"replica_count"`, 1),
	},
	"null secret variable": {
		change: attributes{"container_config.secret_env_variables": `{ A = "1", WANDB_API_KEY = var.none }`},
		sent:   strings.Replace(deployed, `"traffic_port"`, `"secret_env_variables":{"A":"1"},"traffic_port"`, 1),
	},
	"null write-only variable": {
		change: attributes{"container_config.secret_env_variables_wo": `{ A = "1", WANDB_API_KEY = var.none }`, "container_config.secret_env_variables_wo_version": "1"},
		sent:   strings.Replace(deployed, `"traffic_port"`, `"secret_env_variables":{"A":"1"},"traffic_port"`, 1),
	},
	"only null variables": {change: attributes{
		"container_config.env_variables": `{ A = var.none }`, "container_config.secret_env_variables_wo": `{ B = var.none }`, "container_config.secret_env_variables_wo_version": "1",
	}},
}
