package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const examples = "../../examples"

// restarting are the options for a configuration that is changed in place by the
// built provider: a restart shows, in real time, because otherwise the provider
// waits ten seconds for it.
func restarting() caastest.Options {
	return caastest.Options{
		Clock: caas.SystemClock{}, ServePublicURLs: true,
		Timings: caastest.Timings{Restart: 500 * time.Millisecond, Terminate: -1},
	}
}

// scenariosWithTests are the scenarios that tests of their own apply.
var scenariosWithTests = []string{"cheapest-hardware", "import-running", "keep-running", "secret-rotation", "vllm-server"}

// TestAccExamples_apply applies every example against a mock of its own, as it
// stands in the documentation: what it buys has a budget, and the plan after it is
// empty. Imports are validated beside what they import. Modules have tests of their
// own.
func TestAccExamples_apply(t *testing.T) {
	t.Parallel()
	for _, path := range exampleFiles(t, acctest.New(t, caastest.Options{})) {
		name, err := filepath.Rel(examples, path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := textOf(t, path)
			configured := strings.Count(text, `resource "ioneth_caas_deployment" `)
			if budgets := strings.Count(text, "max_cost_usdc"); budgets < configured {
				t.Errorf("the example has %d deployments and %d budgets", configured, budgets)
			}
			folder := filepath.Base(filepath.Dir(path))
			if slices.Contains(scenariosWithTests, folder) {
				return
			}
			env := acctest.New(t, caastest.Options{Timings: acctest.Instant, ServePublicURLs: true})
			switch {
			case strings.Contains(path, "data-sources"):
				env.API.Add(caastest.Deployment{Name: "llm"})
			case folder == "training-job": // it does not wait for a job that never runs
				env.API.Configure(func(o *caastest.Options) { o.Timings.Provision = time.Hour })
			}
			tf := env.Terraform(t)
			tf.Env = append(tf.Env, exampleVariables...)
			copyExample(t, tf, path)
			if strings.HasPrefix(filepath.Base(path), "import-by-") {
				copyExample(t, tf, filepath.Join(filepath.Dir(path), "resource.tf"))
				tf.Run("validate")
				return
			}
			applyAndPlan(t, tf)
			if bought := len(env.API.Requests("POST", "/deploy")); bought != configured {
				t.Errorf("%d deployments were bought, want %d", bought, configured)
			}
		})
	}
}

// exampleVariables are the values of the variables that examples leave to the user.
var exampleVariables = []string{
	"TF_VAR_hardware_name=H100 SXM", "TF_VAR_vllm_api_key=vllm-key-for-tests", "TF_VAR_registry_token=registry-token", "TF_VAR_upload_token=upload-token",
	"TF_VAR_hf_token=hf-token-for-tests", "TF_VAR_registry_password=registry-password", "TF_VAR_database_password=pa$$word-for-tests",
	"TF_VAR_ioneth_api_key=test-key", "TF_VAR_research_api_key=test-key", "TF_VAR_production_api_key=test-key",
}

// exampleFiles returns the paths of the examples that the Terraform at hand can
// read, without the modules.
func exampleFiles(t *testing.T, env *acctest.Env) (paths []string) {
	t.Helper()
	later := env.Terraform(t).AtLeast("1.14.0")
	err := filepath.WalkDir(examples, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err == nil && path == modules:
			return fs.SkipDir
		case err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" || needsLaterTerraform(path) && !later:
			return err
		}
		paths = append(paths, path)
		return nil
	})
	if err != nil || len(paths) < 20 {
		t.Fatalf("found %d examples: %v", len(paths), err)
	}
	return paths
}

// needsLaterTerraform names what Terraform 1.11 can't read: identities, from 1.12,
// and actions, from 1.14.
func needsLaterTerraform(path string) bool {
	return filepath.Base(path) == "import-by-identity.tf" || filepath.Base(path) == "action.tf"
}

// modules are examples of a user's own modules.
var modules = filepath.Join(examples, "modules")

// TestAccExamples_modules runs terraform test in every module, with the provider
// as a mock: without a credential, and without a request.
func TestAccExamples_modules(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	folders, err := filepath.Glob(filepath.Join(modules, "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no modules: %v", err)
	}
	for _, module := range folders {
		t.Run(filepath.Base(module), func(t *testing.T) {
			tf := env.Terraform(t)
			tf.Env = append(tf.Env, "IONETH_TOKEN=")
			if err := os.Remove(filepath.Join(tf.Dir, "versions.tf")); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(tf.Dir, os.DirFS(module)); err != nil {
				t.Fatal(err)
			}
			out := tf.Run("test")
			if !strings.Contains(out, "Success!") || strings.Contains(out, " 0 passed") {
				t.Errorf("the tests passed without one that ran:\n%s", out)
			}
		})
	}
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("a mock made a request: %s %s", calls[0].Method, calls[0].Path)
	}
}

// copyExample copies an example into the working folder. One that requires the
// provider itself replaces the requirement of the folder.
func copyExample(t *testing.T, tf *acctest.Terraform, path string) {
	t.Helper()
	text := textOf(t, path)
	tf.Write(filepath.Base(path), text)
	if strings.Contains(text, "required_providers") {
		tf.Write("versions.tf", "")
	}
}

// applyAndPlan applies the configuration and checks that the plan after it is
// empty. It returns the output of the apply.
func applyAndPlan(t *testing.T, tf *acctest.Terraform, args ...string) string {
	t.Helper()
	out := tf.Run(append([]string{"apply", "-auto-approve"}, args...)...)
	if plan, code := tf.Try(append([]string{"plan", "-detailed-exitcode"}, args...)...); code != 0 {
		t.Errorf("the plan after the apply: exit %d\n%s", code, plan)
	}
	return out
}
