package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
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
	tf.Write("main.tf", strings.Replace(base.String(), "lifecycle {", `lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.ioneth_caas_deployment_logs.test, action.ioneth_caas_deployment_extend.test]
    }`, 1)+`
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
	for _, want := range []string{", stdout, last 1 line: loading", "Buying 2 more hours", "26 hours are paid for in total"} {
		tf.WantOutput(out, want)
	}
	out = tf.Run("apply", "-auto-approve", "-invoke=action.ioneth_caas_deployment_extend.test")
	tf.WantOutput(out, `Purchase of 2 more hours for "vllm"`)
	tf.WantOutput(out, "28 hours are paid for in total")
	if got := env.API.Deployments()[0].DurationHours; got != 28 {
		t.Errorf("%d hours are paid for, want 28", got)
	}
	// An extension made elsewhere is no difference.
	tf.Run("plan", "-detailed-exitcode")
}
