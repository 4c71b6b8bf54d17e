package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// lateValue is a resource whose output is unknown in every plan that changes it,
// for which revision is there.
func lateValue(value string, revision int) string {
	return fmt.Sprintf("resource \"terraform_data\" \"late\" {\n  input = { value = %s, revision = %d }\n}\n", value, revision)
}

// An unknown value is not a replacement: the plan shows an update, which becomes
// nothing when the value turns out equal. When it turns out different, Terraform
// stops the apply before anything is destroyed, and the next plan shows the
// replacement.
func TestAccDeployment_unknownIsNoReplacement(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", lateValue("1", 1)+dependentDataSource)
	tf.Run("apply", "-auto-approve")
	env.API.ResetJournal()

	tf.Write("main.tf", lateValue("1", 2)+dependentDataSource)
	out := tf.Run("apply", "-auto-approve")
	tf.WantOutput(out, "will be updated in-place")
	tf.WantOutput(out, "hardware_id, location_ids of the deployment")
	if strings.Contains(out, "forces replacement\n") || strings.Contains(out, "Purchase of") {
		t.Errorf("the plan shows a replacement or a purchase:\n%s", out)
	}
	tf.WantOutput(tf.Run("plan"), "No changes.")

	tf.Write("main.tf", lateValue("2", 3)+dependentDataSource)
	tf.WantOutput(mustFail(t, tf, "apply", "-auto-approve"), "Provider produced inconsistent final plan")
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
	env.deploymentsAre(t, "running")
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "must be replaced")
	env.deploymentsAre(t, "destroyed", "running")
}

// dependentDataSource is a deployment of a module that is called with depends_on: its
// data sources are read at apply whenever what it depends on changes.
var dependentDataSource = `
data "ioneth_caas_hardware" "h" {
  name       = terraform_data.late.output.value == 1 ? "H100 SXM" : "H200"
  depends_on = [terraform_data.late]
}
data "ioneth_caas_locations" "l" {
  depends_on = [terraform_data.late]
}
` + base.with(attributes{
	"hardware_id":  "one(data.ioneth_caas_hardware.h.hardware[*].hardware_id)",
	"location_ids": "[one([for l in data.ioneth_caas_locations.l.locations : l.id if l.iso2 == \"US\"])]",
}).String()

// The checks of a change in place hold also when another value is unknown, and a value
// that would force a replacement is shown as unknown. A replacement whose other values are unknown warns that they are checked only after
// the running deployment is destroyed.
func TestDeployment_unknownHidesNoError(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	terraform.late(cty.DynamicVal)
	late := base.with(attributes{"hardware_id": "late"})
	terraform.planFails(late.with(attributes{"duration_hours": "12"}), "duration_hours is decreased from 24 to 12.")
	env.API.Add(caastest.Deployment{Name: "other"})
	terraform.planFails(late.with(attributes{"resource_private_name": `"other"`}), `The name "other" is held by the deployment`)

	for attribute, expression := range map[string]string{"location_ids": "[late]", "container_config.replica_count": "late"} {
		p := terraform.plan(base.with(attributes{attribute: expression}))
		if terraform.wantWords(p.Diagnostics, attribute+" of the deployment"); p.Action != "update" {
			t.Errorf("with %s unknown the plan has the action %s", attribute, p.Action)
		}
	}

	p := terraform.plan(base.with(attributes{"hardware_id": "204", "container_config.args": "late"}))
	terraform.wantWords(p.Diagnostics, "Replacement with unchecked values")
	terraform.wantWords(p.Diagnostics, "so an invalid value leaves nothing running")

	env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.Status = caastest.StatusCompleted })
	terraform.planFails(late.with(attributes{"container_config.traffic_port": "9000"}), "recreate_when_ended")
}

// Write-only secrets that are unknown as a whole: what the apply sends depends on
// their names, so the plan keeps secret_env_keys unknown.
func TestDeployment_unknownWriteOnlySecrets(t *testing.T) {
	t.Parallel()
	config := func(port int) attributes {
		return base.with(attributes{
			"container_config.secret_env_variables_wo": "late", "container_config.secret_env_variables_wo_version": "1",
			"container_config.traffic_port": fmt.Sprint(port),
		})
	}
	env := newEnv(t, caastest.Options{})
	terraform := env.core(t)
	apply := func(port int, names string, want ...string) {
		t.Helper()
		terraform.late(cty.DynamicVal)
		p := terraform.plan(config(port))
		values := map[string]cty.Value{}
		for i, name := range names {
			values[string(name)] = cty.StringVal(fmt.Sprint(i + 1))
		}
		terraform.late(cty.ObjectVal(values))
		if diagnostics, ok := terraform.Apply(p); !ok {
			t.Fatalf("the apply fails: %q", diagnostics)
		}
		if want != nil {
			terraform.sent(want...)
		}
	}
	apply(8000, "A")
	env.API.ResetJournal()
	apply(8000, "A")
	terraform.sent()
	apply(8001, "A", patch(`{"traffic_port":8001}`)...)
	apply(8002, "AB", patch(`{"secret_env_variables":{"A":"1","B":"2"},"traffic_port":8002}`)...)
	apply(8002, "ABC", patch(`{"secret_env_variables":{"A":"1","B":"2","C":"3"}}`)...)
	terraform.empty(config(8002))
}
