package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// This file tests what needs Terraform 1.14: terraform query and actions.

// laterTerraform returns a working folder, and skips the test with a Terraform
// that has neither queries nor actions.
func laterTerraform(t *testing.T, env *acctest.Env) *acctest.Terraform {
	t.Helper()
	tf := env.Terraform(t)
	if !tf.AtLeast("1.14.0") {
		t.Skip("needs Terraform 1.14; other tests cover the same without Terraform")
	}
	return tf
}

// The examples that only Terraform 1.14 can read match the schema of the provider.
func TestExamples_laterSyntax(t *testing.T) {
	t.Parallel()
	schemas, err := provider.NewServer("test", caas.SystemClock{})().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, pattern := range []string{"actions/*/action.tf", "list-resources/*/list-resource.tfquery.hcl"} {
		paths, err := filepath.Glob(filepath.Join(examples, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			for _, block := range blocksOf(t, path) {
				found[block.Type]++
				switch block.Type {
				case "action":
					wantConfig(t, path, block, schemas.ActionSchemas[block.Labels[0]].Schema)
				case "list":
					wantConfig(t, path, block, schemas.ListResourceSchemas[block.Labels[0]])
				}
			}
		}
	}
	if found["action"] < len(schemas.ActionSchemas) || found["list"] < len(schemas.ListResourceSchemas) {
		t.Errorf("there are examples of %v", found)
	}
}

func blocksOf(t *testing.T, path string) hclsyntax.Blocks {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, diags := hclsyntax.ParseConfig(text, path, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return file.Body.(*hclsyntax.Body).Blocks
}

// wantConfig checks that the config block has what the schema requires, and
// nothing that it does not know.
func wantConfig(t *testing.T, path string, block *hclsyntax.Block, schema *tfprotov6.Schema) {
	t.Helper()
	given := hclsyntax.Attributes{}
	for _, nested := range block.Body.Blocks {
		if nested.Type == "config" {
			given = nested.Body.Attributes
		}
	}
	known := map[string]bool{}
	for _, a := range schema.Block.Attributes {
		known[a.Name] = true
		if _, ok := given[a.Name]; a.Required && !ok {
			t.Errorf("%s: %s lacks %s", path, block.Labels, a.Name)
		}
	}
	for name := range given {
		if !known[name] {
			t.Errorf("%s: %s has %s, which the schema does not", path, block.Labels, name)
		}
	}
}

// TestAccQuery_throughCLI takes every deployment of an account over, by what
// terraform query writes.
func TestAccQuery_throughCLI(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant})
	env.API.Add(caastest.Deployment{Name: "vllm", ImageURL: "ghcr.io/org/image:1", Env: map[string]string{"A": "$${B}"}, SecretEnv: map[string]string{"S": "x"}})
	env.API.Add(caastest.Deployment{Name: "bare", DurationHours: 3, LocationIDs: []int{2, 1}, Replicas: 2})
	env.API.Add(caastest.Deployment{Name: "ended", Status: caastest.StatusCompleted})
	env.API.Add(caastest.Deployment{Name: "gone", Status: caastest.StatusDestroyed})
	tf := laterTerraform(t, env)
	tf.Write("all.tfquery.hcl", "list \"ioneth_caas_deployment\" \"all\" {\n  provider = ioneth\n}\n")
	out := tf.Run("query", "-generate-config-out=taken.tf")
	for _, name := range []string{"vllm", "bare", "ended"} {
		if !strings.Contains(out, " "+name+"\n") {
			t.Errorf("%s is not listed:\n%s", name, out)
		}
	}
	if err := os.Remove(filepath.Join(tf.Dir, "all.tfquery.hcl")); err != nil {
		t.Fatal(err)
	}
	if out := tf.Run("plan"); !strings.Contains(out, "Plan: 3 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Errorf("the plan:\n%s", out)
	}
	tf.Run("apply", "-auto-approve")
	tf.Run("plan", "-detailed-exitcode")

	copyExample(t, tf, filepath.Join(examples, "list-resources", "ioneth_caas_deployment", "list-resource.tfquery.hcl"))
	if out := tf.Run("query"); !strings.Contains(out, " vllm\n") || strings.Contains(out, " ended\n") {
		t.Errorf("the example lists:\n%s", out)
	}
}

// TestAccActions_throughCLI invokes both actions as triggers of a creation, and
// by hand.
func TestAccActions_throughCLI(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant})
	tf := laterTerraform(t, env)
	tf.Write("main.tf", strings.Replace(minimal, "  registry_config", `
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.ioneth_caas_deployment_logs.test, action.ioneth_caas_deployment_extend.test]
    }
  }
  registry_config`, 1)+`
action "ioneth_caas_deployment_logs" "test" {
  config {
    deployment_id = ioneth_caas_deployment.test.deployment_id
  }
}
action "ioneth_caas_deployment_extend" "test" {
  config {
    deployment_id = ioneth_caas_deployment.test.deployment_id
    hours         = 2
  }
}
`)
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/{}", Times: -1, Body: "loading\n", ContentType: "text/plain"})
	out := tf.Run("apply", "-auto-approve")
	for _, want := range []string{", stdout, last 1 line:\nloading", "Buying 2 more hours", "26 hours are paid for in total"} {
		if !strings.Contains(out, want) {
			t.Errorf("the apply does not say %q:\n%s", want, out)
		}
	}
	out = tf.Run("apply", "-auto-approve", "-invoke=action.ioneth_caas_deployment_extend.test")
	if !strings.Contains(flat(out), `Purchase of 2 more hours for "vllm"`) || !strings.Contains(out, "28 hours are paid for in total") {
		t.Errorf("the invocation says:\n%s", out)
	}
	if got := env.API.Deployments()[0].DurationHours; got != 28 {
		t.Errorf("%d hours are paid for, want 28", got)
	}
	// An extension made elsewhere is no difference.
	tf.Run("plan", "-detailed-exitcode")
}
