package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// ignored is a deployment with everything that a configuration can have.
var ignored = base.with(attributes{
	"gpus_per_container": "8", "max_cost_usdc": "1000", "wait_for_running": "true", "recreate_when_ended": "false",
	"renewal": `{ early_renewal_hours = 1, hours = 1 }`, "timeouts": `{ create = "1h" }`,
	"container_config.args": `["--x"]`, "container_config.env_variables": `{ A = "1" }`,
	"container_config.secret_env_variables_wo": `{ S = "secret-1" }`, "container_config.secret_env_variables_wo_version": "1",
	"registry_config.registry_username": `"robot"`, "registry_config.registry_secret_wo": `"secret-1"`, "registry_config.registry_secret_wo_version": "1",
})

// ignoredChanges are a change of every attribute. Those of secrets are in two parts:
// the value and its version.
var ignoredChanges = attributes{
	"resource_private_name": `"other-${each.key}"`, "duration_hours": "30", "hardware_id": "204", "location_ids": "[2]",
	"max_cost_usdc": "2000", "wait_for_running": "false", "recreate_when_ended": "true",
	"renewal": `{ early_renewal_hours = 2, hours = 1 }`, "timeouts": `{ create = "2h" }`,
	"container_config.replica_count": "2", "container_config.entrypoint": `["other"]`, "container_config.args": `["--y"]`,
	"container_config.traffic_port": "9000", "container_config.env_variables": `{ A = "2" }`,
	"container_config.secret_env_variables_wo": `{ S = "secret-2" }`, "container_config.secret_env_variables_wo_version": "2",
	"registry_config.image_url": `"ghcr.io/org/image:2"`, "registry_config.registry_username": `"cyborg"`,
	"registry_config.registry_secret_wo": `"secret-2"`, "registry_config.registry_secret_wo_version": "2",
}

// with ignore_changes Terraform gives the plan the ignored values of the prior state,
// where a write-only value is null. That is neither an error nor a change: in none of
// create, plan, update and destroy.
func TestAccDeployment_ignoreChanges(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	for location := 1; location <= 4; location++ {
		env.API.SetReplicas(203, location, 200)
	}
	tf := env.Terraform(t)
	rows := map[string]attributes{ // ignore_changes → what changes
		"container_config":                  {},
		"registry_config":                   {},
		"container_config, registry_config": {},
		"all":                               ignoredChanges,
	}
	for name, value := range ignoredChanges {
		rows[name] = attributes{name: value}
		for list := range rows {
			if object, _, nested := strings.Cut(name, "."); nested && strings.Contains(list, object) && !strings.Contains(list, ".") {
				rows[list][name] = value
			}
		}
	}
	// write writes one deployment for each row.
	write := func(changed bool, more func(list string) attributes) {
		t.Helper()
		var text strings.Builder
		for i, list := range slices.Sorted(maps.Keys(rows)) {
			config := ignored.with(more(list))
			if changed {
				config = config.with(rows[list])
			}
			name := fmt.Sprintf("%q", fmt.Sprintf("vllm-%d", i))
			if config["resource_private_name"] == base["resource_private_name"] {
				config = config.with(attributes{"resource_private_name": name})
			} else {
				config = config.with(attributes{"resource_private_name": fmt.Sprintf("%q", fmt.Sprintf("other-%d", i))})
			}
			lists := "[" + list + "]"
			if list == "all" {
				lists = list
			}
			config = config.with(attributes{"lifecycle {\n ignore_changes": lists + "\n}\n"})
			text.WriteString(labeled(config, fmt.Sprintf("row%d", i)) + "\n")
		}
		tf.Write("main.tf", text.String())
	}
	same := func(string) attributes { return nil }
	write(false, same)
	tf.Run("apply", "-auto-approve", "-parallelism=30")
	if n := len(env.API.Deployments()); n != len(rows) {
		t.Fatalf("%d deployments, want %d", n, len(rows))
	}
	if d := env.API.Deployments()[0]; d.SecretEnv["S"] != "secret-1" || d.RegistrySecret != "secret-1" {
		t.Errorf("created with %+v", d)
	}
	env.API.ResetJournal()
	if out, code := tf.Try("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan of the same configuration is not empty:\n%s", out)
	}
	write(true, same)
	if out, code := tf.Try("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan of ignored changes is not empty:\n%s", out)
	}
	// Where another attribute changes too, only that one is sent.
	write(true, func(list string) attributes {
		if list == "duration_hours" || list == "all" {
			return nil
		}
		return attributes{"duration_hours": "25"}
	})
	tf.Run("apply", "-auto-approve", "-parallelism=30")
	for _, request := range env.changes() {
		if request != `POST /deployment/ID/extend {"duration_hours":1}` {
			t.Errorf("the API received %q", request)
		}
	}
	if n := env.API.Count("POST", "/deployment/{}/extend"); n != len(rows)-2 {
		t.Errorf("%d extensions, want %d", n, len(rows)-2)
	}
	tf.Run("destroy", "-auto-approve", "-parallelism=30")
	for _, d := range env.API.Deployments() {
		if d.Status != caastest.StatusDestroyed {
			t.Errorf("the deployment %s is %s", d.Name, d.Status)
		}
	}
}

// After an import the state has no version of the secrets, so the ignored
// configuration sends none.
func TestAccDeployment_ignoreChangesAfterImport(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	id := env.API.Add(caastest.Deployment{
		Name: "vllm", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, ImageURL: "ghcr.io/org/image:1",
		SecretEnv: map[string]string{"S": "secret-1"}, RegistrySecret: "secret-1",
	})
	tf := env.Terraform(t)
	config := func(hours int) string {
		return base.with(attributes{
			"duration_hours": fmt.Sprint(hours),
			"container_config.secret_env_variables_wo": `{ S = "secret-2" }`, "container_config.secret_env_variables_wo_version": "1",
			"registry_config.registry_secret_wo": `"secret-2"`, "registry_config.registry_secret_wo_version": "1",
			"lifecycle {\n ignore_changes": "[container_config, registry_config]\n}\n",
		}).String() + "import {\n  to = " + address + "\n  id = \"" + id + "\"\n}\n"
	}
	for hours := 24; hours < 27; hours++ {
		tf.Write("main.tf", config(hours))
		tf.Run("apply", "-auto-approve")
		if out, code := tf.Try("plan", "-detailed-exitcode"); code != 0 {
			t.Errorf("the next plan is not empty:\n%s", out)
		}
	}
	if sent := env.changes(); !slices.Equal(sent, []string{extendedBy(1), extendedBy(1)}) {
		t.Errorf("the API received %q", sent)
	}
	tf.Run("destroy", "-auto-approve")
	env.deploymentsAre(t, "destroyed")
}
