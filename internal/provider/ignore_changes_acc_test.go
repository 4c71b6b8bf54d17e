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
	"resource_private_name": `"other-ID"`, "duration_hours": "30", "hardware_id": "204", "location_ids": "[2]",
	"max_cost_usdc": "2000", "wait_for_running": "false", "recreate_when_ended": "true",
	"renewal": `{ early_renewal_hours = 2, hours = 1 }`, "timeouts": `{ create = "2h" }`,
	"container_config.replica_count": "2", "container_config.entrypoint": `["other"]`, "container_config.args": `["--y"]`,
	"container_config.traffic_port": "9000", "container_config.env_variables": `{ A = "2" }`,
	"container_config.secret_env_variables_wo": `{ S = "secret-2" }`, "container_config.secret_env_variables_wo_version": "2",
	"registry_config.image_url": `"ghcr.io/org/image:2"`, "registry_config.registry_username": `"cyborg"`,
	"registry_config.registry_secret_wo": `"secret-2"`, "registry_config.registry_secret_wo_version": "2",
}

// ignoredRows returns for each ignore_changes what changes: each attribute alone, the
// two objects, and everything.
func ignoredRows() map[string]attributes {
	rows := map[string]attributes{"container_config": {}, "registry_config": {}, "container_config, registry_config": {}, "all": ignoredChanges}
	for name, value := range ignoredChanges {
		rows[name] = attributes{name: value}
		object, _, nested := strings.Cut(name, ".")
		if !nested {
			continue
		}
		rows[object][name] = value
		rows["container_config, registry_config"][name] = value
	}
	return rows
}

// With ignore_changes Terraform gives the plan the ignored values of the prior state,
// where a write-only value is null. That is neither an error nor a change: in none of
// create, plan, update and destroy. After an import the state has no version of the
// secrets either, and none is sent.
func TestAccDeployment_ignoreChanges(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	for location := 1; location <= 4; location++ {
		env.API.SetReplicas(203, location, 200)
	}
	imported := env.API.Add(caastest.Deployment{
		Name: "vllm-imported", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, ImageURL: "ghcr.io/org/image:1",
		SecretEnv: map[string]string{"S": "secret-0"}, RegistrySecret: "secret-0",
	})
	tf := env.Terraform(t)
	rows := ignoredRows()
	// write writes one deployment for each row, and the imported one. What is sent is
	// only how many hours are configured.
	write := func(changed bool, hours string) {
		t.Helper()
		text := fmt.Sprintf("import {\n  to = ioneth_caas_deployment.imported\n  id = %q\n}\n", imported)
		one := func(id, list string, changes attributes) {
			config := ignored.with(attributes{"resource_private_name": `"vllm-ID"`, "duration_hours": hours})
			if changed {
				config = config.with(changes)
			}
			config = config.with(attributes{"lifecycle.ignore_changes": list})
			text += strings.ReplaceAll(labeled(config, "ID"), "ID", id)
		}
		for i, list := range slices.Sorted(maps.Keys(rows)) {
			brackets := strings.Replace("["+list+"]", "[all]", "all", 1)
			one(fmt.Sprint("row", i), brackets, rows[list])
		}
		one("imported", "[container_config, registry_config]", rows["container_config, registry_config"])
		tf.Write("main.tf", text)
	}
	wantNoChange := func(what string) {
		t.Helper()
		if out, code := tf.Try("plan", "-detailed-exitcode"); code != 0 {
			t.Errorf("the plan of %s is not empty:\n%s", what, out)
		}
	}
	write(false, "24")
	tf.Run("apply", "-auto-approve", "-parallelism=30")
	created := env.API.Requests("POST", "/deploy")
	for _, r := range created {
		if got := string(r.Body); strings.Count(got, `"secret-1"`) != 2 {
			t.Errorf("created with %s, want both secrets", got)
		}
	}
	if len(created) != len(rows) || len(env.changes()) != len(rows) {
		t.Fatalf("%d deployments were created by %d requests, want %d", len(created), len(env.changes()), len(rows))
	}
	env.API.ResetJournal()
	wantNoChange("the same configuration")
	write(true, "24")
	wantNoChange("ignored changes")
	write(true, "25") // where the duration is not ignored, only that is sent
	tf.Run("apply", "-auto-approve", "-parallelism=30")
	if sent, want := env.changes(), slices.Repeat([]string{extendedBy(1)}, len(rows)-2+1); !slices.Equal(sent, want) {
		t.Errorf("the API received %q, want %d extensions", sent, len(want))
	}
	tf.Run("destroy", "-auto-approve", "-parallelism=30")
	for _, d := range env.API.Deployments() {
		if d.Status != caastest.StatusDestroyed {
			t.Errorf("the deployment %s is %s", d.Name, d.Status)
		}
	}
}

// A write-only secret that is ignored is not sent with another change either: an apply
// sees its value, and only the plan shows that it is ignored.
func TestAccDeployment_ignoredSecretBesideAnotherChange(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	write := func(secrets, port, version string) {
		tf.Write("main.tf", base.with(attributes{
			"container_config.secret_env_variables_wo": secrets, "container_config.secret_env_variables_wo_version": "1",
			"registry_config.registry_secret_wo": `"secret-` + version + `"`, "registry_config.registry_secret_wo_version": version,
			"container_config.traffic_port": port,
			"lifecycle.ignore_changes":      "[container_config.secret_env_variables_wo, registry_config.registry_secret_wo]",
		}).String())
	}
	becomes := func(want ...string) {
		t.Helper()
		env.API.ResetJournal()
		tf.Run("apply", "-auto-approve")
		if sent := env.changes(); !slices.Equal(sent, want) {
			t.Errorf("the API received %q, want %q", sent, want)
		}
		tf.WantOutput(tf.Run("plan"), "No changes.")
	}
	write(`{ A = "secret-1" }`, "8000", "1")
	tf.Run("apply", "-auto-approve")
	write(`{ A = "secret-1", B = "secret-2" }`, "8001", "1")
	becomes(patch(`{"traffic_port":8001}`)...)
	write(`{ A = "secret-1", B = "secret-2" }`, "8001", "2") // only a version, whose value is ignored
	becomes()
}
