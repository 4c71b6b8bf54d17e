package deployment_test

import (
	"archive/zip"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// secrets is a deployment whose secrets come from variables, as a plan file holds
// a copy of the configuration.
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

// TestAccDeployment_writeOnlyIsNowhere shows that write-only values get to the
// API, at creation and when their version changes, and into no file and no log,
// be it Terraform's or the provider's.
func TestAccDeployment_writeOnlyIsNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	f.Write("main.tf", secrets)
	f.Env = append(f.Env, "TF_LOG=TRACE")
	environment := f.Env
	var log strings.Builder
	change := func(version, value int) {
		f.Env = append(slices.Clone(environment), fmt.Sprintf("TF_VAR_version_of_secrets=%d", version),
			fmt.Sprintf("TF_VAR_variable_secret=variable-secret-%d", value), fmt.Sprintf("TF_VAR_registry_secret=registry-secret-%d", value))
	}
	apply := func() (code int) {
		log.WriteString(f.Run("plan", "-out=plan"))
		f.hidesInPlan("plan")
		out, code := f.Try("apply", "plan")
		log.WriteString(out)
		return code
	}
	receives := func(want ...string) {
		t.Helper()
		if got := w.changes(); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("the API received\n%q, want\n%q", got, want)
		}
		w.ResetJournal()
	}

	change(1, 1)
	if code := apply(); code != 0 {
		t.Fatalf("apply: exit %d\n%s", code, log.String())
	}
	receives(`POST /deploy {"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"secret_env_variables":{"HF_TOKEN":"variable-secret-1"},"traffic_port":8000},` +
		`"duration_hours":24,"gpus_per_container":8,"hardware_id":203,"location_ids":[1],` +
		`"registry_config":{"image_url":"ghcr.io/org/image:1","registry_secret":"registry-secret-1"},"resource_private_name":"vllm"}`)

	change(1, 2) // the value alone is no difference
	log.WriteString(f.Run("plan", "-detailed-exitcode"))
	receives()

	change(2, 2)
	if code := apply(); code != 0 {
		t.Fatalf("apply: exit %d\n%s", code, log.String())
	}
	receives(`PATCH /deployment/ID {"registry_secret":"registry-secret-2","secret_env_variables":{"HF_TOKEN":"variable-secret-2"}}`)

	// An API that repeats in its error what it was sent.
	w.Inject(caastest.Fault{Method: "PATCH", Path: "/deployment/{}", Status: 422, Body: `{"detail": [{
		"loc": ["body", "secret_env_variables", "variable-secret-3"], "msg": "neither variable-secret-3 nor registry-secret-3", "input": "variable-secret-3"}]}`})
	change(3, 3)
	if code := apply(); code == 0 {
		t.Error("the apply that the API refused succeeded")
	}
	f.says(log.String(), "The API refused it: secret_env_variables.(hidden): neither (hidden) nor (hidden)")
	w.ResetJournal()
	if code := apply(); code != 0 {
		t.Fatalf("apply: exit %d\n%s", code, log.String())
	}
	receives(`PATCH /deployment/ID {"registry_secret":"registry-secret-3","secret_env_variables":{"HF_TOKEN":"variable-secret-3"}}`)

	// The log is the one meant: it holds what the provider and its framework say.
	for _, words := range []string{"asked the CaaS API", "tf_rpc=ApplyResourceChange", "provider.terraform-provider-ioneth"} {
		if !strings.Contains(log.String(), words) {
			t.Errorf("the log does not hold %q", words)
		}
	}
	f.hides(log.String(), "the log")
	f.hides(f.Read("terraform.tfstate"), "the state file")
	f.hides(f.Read("terraform.tfstate.backup"), "the state's backup")
}

// anySecret is a value that may be nowhere.
var anySecret = regexp.MustCompile(`(variable|registry)-secret-\d`)

// hides checks that a text holds no secret.
func (f *folder) hides(text, what string) {
	f.t.Helper()
	if at := anySecret.FindStringIndex(text); at != nil {
		f.t.Errorf("%s holds a secret: …%s…", what, text[max(at[0]-300, 0):min(at[1]+100, len(text))])
	}
}

// hidesInPlan checks each file that a plan file is made of.
func (f *folder) hidesInPlan(name string) {
	f.t.Helper()
	plan, err := zip.OpenReader(filepath.Join(f.Path, name))
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = plan.Close() }()
	for _, file := range plan.File {
		r, err := file.Open()
		if err != nil {
			f.t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			f.t.Fatal(err)
		}
		f.hides(string(text), file.Name+" of the plan file")
	}
}

// TestAccDeployment_sensitiveIsInStateAlone shows that the twins for those who
// want them are in the state and in no log; nor is the provider's token.
func TestAccDeployment_sensitiveIsInStateAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	f.Env = append(f.Env, "TF_LOG=TRACE")
	config := func(n int) string {
		return base.with(attributes{
			"container_config.secret_env_variables": fmt.Sprintf(`{ HF_TOKEN = "variable-secret-%d" }`, n),
			"registry_config.registry_secret":       fmt.Sprintf(`"registry-secret-%d"`, n),
		}).String()
	}
	var log string
	for n := range 2 {
		f.Write("main.tf", config(n))
		log += f.Run("apply", "-auto-approve")
	}
	log += f.Run("plan", "-destroy") + f.Run("destroy", "-auto-approve")
	f.hides(log, "the log")
	if strings.Contains(log, "test-token") {
		t.Error("the log holds the provider's token")
	}
	if !anySecret.MatchString(f.Read("terraform.tfstate.backup")) {
		t.Error("the state does not hold the sensitive twins")
	}
}

// TestAccDeployment_writeOnlyRules shows what a write-only value and its version
// must not be without, whether they are known at plan or at apply.
func TestAccDeployment_writeOnlyRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	const known = `
variable "none" {
  type    = string
  default = null
}
`
	variable := attributes{"container_config.secret_env_variables_wo": `{ A = "a secret" }`, "container_config.secret_env_variables_wo_version": `1`}
	registry := attributes{"registry_config.registry_secret_wo": `"a secret"`, "registry_config.registry_secret_wo_version": `1`}
	deployed := base.with(variable).with(registry)
	// late makes registry_secret_wo known at apply only, as its id is then.
	late := func(value string) string {
		return known + "resource \"terraform_data\" \"late\" {}\n" + deployed.with(attributes{
			"registry_config.registry_secret_wo":         `terraform_data.late.id != "" ? ` + value + ` : "another secret"`,
			"registry_config.registry_secret_wo_version": `2`,
		}).String()
	}
	step := func(change attributes, words string) resource.TestStep {
		return resource.TestStep{Config: w.hcl(known + deployed.with(change).String()), ExpectError: said(words)}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(known + deployed.String())},
			{
				PreConfig:        w.ResetJournal,
				Config:           w.hcl(known + deployed.String()),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			// A version that changes without its value.
			step(attributes{"container_config.secret_env_variables_wo": "", "container_config.secret_env_variables_wo_version": `2`},
				`Attribute "container_config.secret_env_variables_wo" must be specified when "container_config.secret_env_variables_wo_version" is specified`),
			step(attributes{"registry_config.registry_secret_wo": "var.none", "registry_config.registry_secret_wo_version": `2`},
				`Attribute "registry_config.registry_secret_wo" must be specified when "registry_config.registry_secret_wo_version" is specified`),
			{
				Config: w.hcl(late("null")), ExpectError: said(`Error running apply: exit status 1 Error: Invalid Attribute Combination`),
			},
			// A value that no version would ever send.
			step(attributes{"container_config.secret_env_variables_wo_version": ""},
				`Attribute "container_config.secret_env_variables_wo_version" must be specified when "container_config.secret_env_variables_wo" is specified`),
			step(attributes{"registry_config.registry_secret_wo_version": ""},
				`Attribute "registry_config.registry_secret_wo_version" must be specified when "registry_config.registry_secret_wo" is specified`),
			// Both of the twins.
			step(attributes{"container_config.secret_env_variables": `{ A = "a secret" }`},
				`Attribute "container_config.secret_env_variables_wo" cannot be specified when "container_config.secret_env_variables" is specified`),
			step(attributes{"registry_config.registry_secret": `"a secret"`},
				`Attribute "registry_config.registry_secret_wo" cannot be specified when "registry_config.registry_secret" is specified`),
			step(attributes{"container_config.env_variables": `{ A = "no secret" }`}, `The variable "A" is in env_variables and in the secret variables.`),
			// Nothing of all that reached the API.
			{Config: w.hcl(known + deployed.String()), ConfigPlanChecks: resource.ConfigPlanChecks{
				PostApplyPostRefresh: []plancheck.PlanCheck{w.sent()},
			}},
			// A value that is known at apply only is sent then.
			{
				Config: w.hcl(late(`"late secret"`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PostApplyPostRefresh: []plancheck.PlanCheck{w.sent(patch(`{"registry_secret":"late secret"}`)...)},
				},
			},
		},
	})
}
