package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// This file is about what needs Terraform 1.14: terraform query and actions. What
// they do is tested at the protocol level in internal/deployment, with any
// Terraform; here a later Terraform, where that is the one at hand, does it.

// terraformIs tells whether the Terraform of these tests is of at least that
// version.
func terraformIs(t *testing.T, least string) bool {
	t.Helper()
	out, err := acctest.NewFolder(t).Command("version", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &told); err != nil {
		t.Fatal(err)
	}
	return version.Must(version.NewVersion(told.Version)).Core().GreaterThanOrEqual(version.Must(version.NewVersion(least)))
}

func needLaterTerraform(t *testing.T) {
	t.Helper()
	if !terraformIs(t, "1.14.0") {
		t.Skip("the Terraform at hand is older than 1.14; the tests at the protocol level show the same")
	}
}

// TestExamples_laterSyntax shows that the examples which only a later Terraform
// reads are written as the provider's schema wants them.
func TestExamples_laterSyntax(t *testing.T) {
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
	needLaterTerraform(t)
	server := caastest.Start(t, caastest.Options{Timings: quick})
	server.Add(caastest.Deployment{Name: "vllm", ImageURL: "ghcr.io/org/image:1", Env: map[string]string{"A": "$${B}"}, SecretEnv: map[string]string{"S": "x"}})
	server.Add(caastest.Deployment{Name: "bare", DurationHours: 3, LocationIDs: []int{2, 1}, Replicas: 2})
	server.Add(caastest.Deployment{Name: "ended", Status: caastest.StatusCompleted})
	server.Add(caastest.Deployment{Name: "gone", Status: caastest.StatusDestroyed})
	f := newFolder(t, server)
	f.Write("versions.tf", acctest.Required)
	f.Write("all.tfquery.hcl", "list \"ioneth_caas_deployment\" \"all\" {\n  provider = ioneth\n}\n")
	out := f.Run("query", "-generate-config-out=taken.tf")
	for _, name := range []string{"vllm", "bare", "ended"} {
		if !strings.Contains(out, " "+name+"\n") {
			t.Errorf("%s is not listed:\n%s", name, out)
		}
	}
	if err := os.Remove(filepath.Join(f.Path, "all.tfquery.hcl")); err != nil {
		t.Fatal(err)
	}
	if out := f.Run("plan"); !strings.Contains(out, "Plan: 3 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Errorf("the plan:\n%s", out)
	}
	f.Run("apply", "-auto-approve")
	f.Run("plan", "-detailed-exitcode")

	f.copyFrom(t, filepath.Join(examples, "list-resources", "ioneth_caas_deployment", "list-resource.tfquery.hcl"))
	if out := f.Run("query"); !strings.Contains(out, " vllm\n") || strings.Contains(out, " ended\n") {
		t.Errorf("the example lists:\n%s", out)
	}
}

// TestAccActions_throughCLI invokes both actions as triggers of a creation, and
// by hand.
func TestAccActions_throughCLI(t *testing.T) {
	needLaterTerraform(t)
	server := caastest.Start(t, caastest.Options{Timings: quick})
	f := newFolder(t, server)
	f.Write("main.tf", acctest.Required+strings.Replace(minimal, "  registry_config", `
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
	server.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/{}", Times: -1, Body: "loading\n", ContentType: "text/plain"})
	out := f.Run("apply", "-auto-approve")
	for _, want := range []string{", stdout, last 1 line:\nloading", "Buying 2 hours more", "26 hours are paid for in all"} {
		if !strings.Contains(out, want) {
			t.Errorf("the apply does not say %q:\n%s", want, out)
		}
	}
	out = f.Run("apply", "-auto-approve", "-invoke=action.ioneth_caas_deployment_extend.test")
	if !strings.Contains(flat(out), "Purchase of 2 hours more for the deployment") || !strings.Contains(out, "28 hours are paid for in all") {
		t.Errorf("the invocation says:\n%s", out)
	}
	if got := server.Deployments()[0].DurationHours; got != 28 {
		t.Errorf("%d hours are paid for, want 28", got)
	}
	// An extension made elsewhere is no difference.
	f.Run("plan", "-detailed-exitcode")
}
