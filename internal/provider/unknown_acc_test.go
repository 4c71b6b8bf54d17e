package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// lateValue is a resource whose output is unknown in every plan that changes it,
// for which revision is there.
func lateValue(value string, revision int) string {
	return fmt.Sprintf("resource \"terraform_data\" \"late\" {\n  input = { value = %s, revision = %d }\n}\n", value, revision)
}

// wholeObject replaces an object of the configuration with an expression.
func wholeObject(config attributes, object, expression string) string {
	rest := config
	for name := range config {
		if strings.HasPrefix(name, object+".") {
			rest = rest.with(attributes{name: ""})
		}
	}
	text := rest.String()
	at := strings.Index(text, "  "+object+" = {\n  }\n")
	return text[:at] + "  " + object + " = " + expression + "\n" + text[at+len("  "+object+" = {\n  }\n"):]
}

// An unknown value is not a replacement: the plan shows an update, which becomes
// nothing when the value turns out equal. When it turns out different, Terraform
// stops the apply before anything is destroyed, and the next plan shows the
// replacement.
func TestAccDeployment_unknownIsNoReplacement(t *testing.T) {
	t.Parallel()
	const container = `{ replica_count = %d, entrypoint = ["vllm", "serve"], traffic_port = 8000 }`
	const value = "terraform_data.late.output.value"
	for name, c := range map[string]struct {
		config          string
		same, different string
		warning         string
	}{
		"hardware_id":              {base.with(attributes{"hardware_id": value}).String(), "203", "204", "hardware_id of the deployment"},
		"location_ids":             {base.with(attributes{"location_ids": value}).String(), "[1]", "[2]", "location_ids of the deployment"},
		"element of location_ids":  {base.with(attributes{"location_ids": "[" + value + "]"}).String(), "1", "2", "location_ids of the deployment"},
		"replica_count":            {base.with(attributes{"container_config.replica_count": value}).String(), "1", "2", "container_config.replica_count of the deployment"},
		"container_config":         {wholeObject(base, "container_config", value), fmt.Sprintf(container, 1), fmt.Sprintf(container, 2), "container_config of the deployment"},
		"data source with depends": {dependentDataSource, "1", "2", "hardware_id, location_ids of the deployment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: acctest.Instant})
			tf := env.Terraform(t)
			tf.Write("main.tf", lateValue(c.same, 1)+c.config)
			tf.Run("apply", "-auto-approve")
			env.API.ResetJournal()

			tf.Write("main.tf", lateValue(c.same, 2)+c.config)
			out := tf.Run("apply", "-auto-approve")
			tf.WantOutput(out, "will be updated in-place")
			tf.WantOutput(out, c.warning)
			if strings.Contains(out, "forces replacement\n") || strings.Contains(out, "Purchase of") {
				t.Errorf("the plan shows a replacement or a purchase:\n%s", out)
			}
			tf.WantOutput(tf.Run("plan"), "No changes.")
			if sent := env.changes(); len(sent) > 0 {
				t.Errorf("the API received %q", sent)
			}

			tf.Write("main.tf", lateValue(c.different, 3)+c.config)
			out = mustFail(t, tf, "apply", "-auto-approve")
			tf.WantOutput(out, "Provider produced inconsistent final plan")
			if sent := env.changes(); len(sent) > 0 {
				t.Errorf("the API received %q", sent)
			}
			env.deploymentsAre(t, "running")
			tf.WantOutput(tf.Run("plan"), "must be replaced")
			tf.Run("apply", "-auto-approve")
			env.deploymentsAre(t, "destroyed", "running")
		})
	}
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

// The checks of a change in place hold also when another value is unknown.
func TestAccDeployment_unknownHidesNoError(t *testing.T) {
	t.Parallel()
	unknown := attributes{"hardware_id": "terraform_data.late.output.value"}
	for name, c := range map[string]struct {
		config  attributes
		prepare func(*testEnv)
		output  string
	}{
		"decreased duration": {config: attributes{"duration_hours": "12"}, output: "duration_hours is decreased from 24 to 12."},
		"taken name": {
			config: attributes{"resource_private_name": `"other"`}, prepare: func(env *testEnv) { env.API.Add(caastest.Deployment{Name: "other"}) },
			output: `The name "other" is held by the deployment`,
		},
		"ended": {
			config: attributes{"container_config.traffic_port": "9000"}, output: "recreate_when_ended",
			prepare: func(env *testEnv) {
				env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.Status = caastest.StatusCompleted })
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: acctest.Instant})
			tf := env.Terraform(t)
			tf.Write("main.tf", lateValue("203", 1)+base.with(unknown).String())
			tf.Run("apply", "-auto-approve")
			if c.prepare != nil {
				c.prepare(env)
			}
			tf.Write("main.tf", lateValue("203", 2)+base.with(unknown).with(c.config).String())
			tf.WantOutput(mustFail(t, tf, "plan"), c.output)
		})
	}
}

// A replacement whose other values are unknown warns that they are checked only
// after the running deployment is destroyed.
func TestAccDeployment_replacementWithUnknownValues(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", base.String())
	tf.Run("apply", "-auto-approve")
	tf.Write("main.tf", lateValue(`["--x"]`, 1)+base.with(attributes{"hardware_id": "204", "container_config.args": "terraform_data.late.output.value"}).String())
	out := tf.Run("plan")
	tf.WantOutput(out, "Replacement with values that are not known")
	tf.WantOutput(out, "so an invalid value leaves nothing running")
}

// Write-only secrets that are unknown as a whole: what the apply sends depends on
// their names, so the plan keeps secret_env_keys unknown.
func TestAccDeployment_unknownWriteOnlySecrets(t *testing.T) {
	t.Parallel()
	env := newEnv(t, restarting())
	tf := env.Terraform(t)
	config := func(value string, revision, port int) string {
		return lateValue(value, revision) + base.with(attributes{
			"container_config.secret_env_variables_wo":         "terraform_data.late.output.value",
			"container_config.secret_env_variables_wo_version": "1", "container_config.traffic_port": fmt.Sprint(port),
		}).String()
	}
	apply := func(text string, want ...string) {
		t.Helper()
		tf.Write("main.tf", text)
		env.API.ResetJournal()
		tf.Run("apply", "-auto-approve")
		if sent := env.changes(); strings.Join(sent, "\n") != strings.Join(want, "\n") {
			t.Errorf("the API received %q, want %q", sent, want)
		}
	}
	tf.Write("main.tf", config(`{ A = "1" }`, 1, 8000))
	tf.Run("apply", "-auto-approve")
	apply(config(`{ A = "1" }`, 2, 8000))
	apply(config(`{ A = "1" }`, 3, 8001), patch(`{"traffic_port":8001}`)...)
	apply(config(`{ A = "1", B = "2" }`, 4, 8002), patch(`{"secret_env_variables":{"A":"1","B":"2"},"traffic_port":8002}`)...)
	// Without another change the names are compared when they are known.
	apply(config(`{ A = "1", B = "2", C = "3" }`, 5, 8002))
	apply(config(`{ A = "1", B = "2", C = "3" }`, 5, 8002), patch(`{"secret_env_variables":{"A":"1","B":"2","C":"3"}}`)...)
	tf.WantOutput(tf.Run("plan"), "No changes.")
}
