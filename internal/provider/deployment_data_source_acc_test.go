package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const shown = "data.ioneth_caas_deployment.test"

func byID(id string) string {
	return fmt.Sprintf("data \"ioneth_caas_deployment\" \"test\" {\n  deployment_id = %q\n}\n", id)
}

func byName(name string) string {
	return fmt.Sprintf("data \"ioneth_caas_deployment\" \"test\" {\n  name = %q\n}\n", name)
}

// everything is the result of the data source for sample().
func everything() []statecheck.StateCheck {
	texts := func(s ...string) []knownvalue.Check {
		var checks []knownvalue.Check
		for _, one := range s {
			checks = append(checks, text(one))
		}
		return checks
	}
	place := func(id int64, iso2, name string) knownvalue.Check {
		return object(map[string]knownvalue.Check{"id": number(id), "iso2": text(iso2), "name": text(name)})
	}
	return attributesAre(map[string]knownvalue.Check{
		"deployment_id": text(sample().ID), "name": text("vllm"), "status": text("running"),
		"duration_hours": number(4), "gpus_per_container": number(8), "total_gpus": number(16),
		"hardware_id": number(204), "hardware_name": text("H200"), "brand_name": text("NVIDIA"),
		"location_ids": knownvalue.SetExact([]knownvalue.Check{number(1), number(3)}),
		"locations":    knownvalue.ListExact([]knownvalue.Check{place(1, "US", "United States"), place(3, "FI", "Finland")}),
		"container_config": object(map[string]knownvalue.Check{
			"replica_count": number(2), "entrypoint": knownvalue.ListExact(texts("vllm", "serve")), "traffic_port": number(8000),
			"env_variables": knownvalue.MapExact(map[string]knownvalue.Check{"HF_HOME": text("/data")}),
		}),
		"registry_config": object(map[string]knownvalue.Check{"image_url": text("docker.io/vllm/vllm-openai:latest")}),
		"secret_env_keys": knownvalue.SetExact(texts("HF_TOKEN")),
		"containers": knownvalue.ListExact([]knownvalue.Check{
			object(map[string]knownvalue.Check{
				"container_id": text("c-1"), "device_id": text(device1), "status": text("running"), "public_url": text("https://c-1.example.test"),
			}),
			object(map[string]knownvalue.Check{
				"container_id": text("c-2"), "device_id": text(device2), "status": text("deploying"), "public_url": knownvalue.Null(),
			}),
		}),
		"created_at": text("2030-01-02T01:32:05Z"), "started_at": text("2030-01-02T01:34:05Z"),
		"ends_at": text("2030-01-02T05:34:00Z"), "finished_at": knownvalue.Null(),
		"amount_paid_usdc":          knownvalue.Float64Exact(191.36),
		"completed_percent":         knownvalue.Float64Exact(37.5),
		"compute_minutes_served":    knownvalue.Float64Exact(90),
		"compute_minutes_remaining": knownvalue.Float64Exact(150),
	})
}

// TestAccDataSourceDeployment_everything reads all that the API returns, whatever its
// format, by id and by name.
func TestAccDataSourceDeployment_everything(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]caastest.Format{"plain": {}, "unusual": unusualFormat, "bare": {Bare: true}, "pages from one": {PagesFromOne: true}} {
		for by, config := range map[string]string{"id": byID(sample().ID), "name": byName("vllm")} {
			t.Run(name+" by "+by, func(t *testing.T) {
				env := newEnv(t, caastest.Options{})
				env.API.SetFormat(dialect)
				env.API.Add(sample())
				env.reads(t, config, everything()...)
				if n := len(env.API.Requests("GET", "/deployment/"+sample().ID)); n == 0 {
					t.Error("the deployment was never requested by its id")
				}
			})
		}
	}
}

// What the API does not return is null.
func TestAccDataSourceDeployment_missingMembers(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	const id = "00000000-0000-4000-8000-000000000001"
	env.API.Inject(caastest.Fault{Path: "/deployment/" + id, Times: -1, Body: `{"data": {"id": "` + id + `", "status": "Deployment Requested",
		"created_at": null, "started_at": null, "locations": null, "hardware_id": "us-east-h100", "container_config": null}}`})
	env.reads(t, byID(id), attributesAre(map[string]knownvalue.Check{
		"deployment_id": text(id), "name": knownvalue.Null(), "status": text("deployment requested"),
		"duration_hours": knownvalue.Null(), "hardware_id": knownvalue.Null(), "created_at": knownvalue.Null(), "ends_at": knownvalue.Null(),
		"location_ids": knownvalue.SetSizeExact(0), "locations": knownvalue.ListSizeExact(0), "containers": knownvalue.ListSizeExact(0),
		"container_config.entrypoint": knownvalue.ListSizeExact(0), "container_config.env_variables": knownvalue.MapSizeExact(0),
		"registry_config.image_url": knownvalue.Null(), "secret_env_keys": knownvalue.SetSizeExact(0),
	})...)
}

// A deployment that is created after another data source of the same apply has read
// the list is found.
func TestAccDataSourceDeployment_ownApply(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	second := strings.NewReplacer(`"test"`, `"second"`, `"vllm"`, `"second"`, "location_ids ", "depends_on = [data.ioneth_caas_deployment.first]\n  location_ids ").Replace(minimal)
	env.reads(t, minimal+second+`
data "ioneth_caas_deployment" "first" {
  deployment_id = ioneth_caas_deployment.test.deployment_id
}

data "ioneth_caas_deployment" "test" {
  deployment_id = ioneth_caas_deployment.second.deployment_id
}
`,
		statecheck.ExpectKnownValue("data.ioneth_caas_deployment.first", tfjsonpath.New("name"), text("vllm")),
		statecheck.ExpectKnownValue(shown, tfjsonpath.New("name"), text("second")),
		statecheck.ExpectKnownValue(shown, tfjsonpath.New("status"), text("running")),
	)
}

// TestAccDataSourceDeployment_endedOfTheSameName checks that a live deployment goes
// before ended ones of its name, and without one the newest of those.
func TestAccDataSourceDeployment_endedOfTheSameName(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	ended := func(status string, ago time.Duration) string {
		return env.API.Add(caastest.Deployment{
			Name: "vllm", Status: status, Created: start.Add(-ago), Started: start.Add(-ago), Finished: start.Add(-ago + time.Hour), DurationHours: 1,
		})
	}
	ended(caastest.StatusDestroyed, 50*time.Hour)
	newest := ended(caastest.StatusCompleted, 10*time.Hour)
	ended(caastest.StatusFailed, 30*time.Hour)
	env.reads(t, byName("vllm"), attributesAre(map[string]knownvalue.Check{
		"deployment_id": text(newest), "status": text("completed"), "finished_at": text("2030-01-01T18:04:05Z"),
	})...)

	old := sample()
	old.Created = start.Add(-60 * time.Hour)
	env.API.Add(old)
	env.reads(t, byName("vllm"), attributesAre(map[string]knownvalue.Check{
		"deployment_id": text(old.ID), "status": text("running"),
	})...)
}

func TestAccDataSourceDeployment_severalOfTheName(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	for _, id := range []string{"b", "a"} {
		env.API.Add(caastest.Deployment{ID: "0000000" + id + "-0000-4000-8000-000000000000", Name: "vllm"})
	}
	env.fails(t, env.Config(byName("vllm")), `2 deployments that have not ended have the name "vllm": `+
		`0000000a-0000-4000-8000-000000000000, 0000000b-0000-4000-8000-000000000000. Set deployment_id to one of them instead of name.`)
}

// The name is looked for on every page of the list.
func TestAccDataSourceDeployment_beyondTheFirstPage(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Add(sample())
	for i := range 205 {
		env.API.Add(caastest.Deployment{Name: fmt.Sprintf("other-%03d", i)})
	}
	env.reads(t, byName("vllm"), statecheck.ExpectKnownValue(shown, tfjsonpath.New("deployment_id"), text(sample().ID)))
	env.reads(t, byID(sample().ID), statecheck.ExpectKnownValue(shown, tfjsonpath.New("name"), text("vllm")))
}

func TestAccDataSourceDeployment_notFound(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Add(sample())
	const missing = "00000000-0000-4000-8000-000000000000"
	env.fails(t, env.Config(byID(missing)), `The account has no deployment with the ID "`+missing+`". `+
		`Use the data source ioneth_caas_deployments to list the account's deployments. To destroy regardless of this error, run terraform destroy -refresh=false. `+
		`GET `+caastest.Prefix+`/deployment/`+missing+`: 404 Not Found`)
	env.fails(t, env.Config(byName("vllm-2")), `The account has no deployment with the name "vllm-2". `+
		`Use the data source ioneth_caas_deployments to list the account's deployments.`)
}

func TestAccDataSourceDeployment_exactlyOne(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	const both = "Exactly one of these attributes must be configured: [deployment_id,name]"
	env.fails(t, env.Config("data \"ioneth_caas_deployment\" \"test\" {}\n"), both)
	env.fails(t, env.Config("data \"ioneth_caas_deployment\" \"test\" {\n  name = \"a\"\n  deployment_id = \"b\"\n}\n"), both)
	env.fails(t, env.Config(byName("")), "Attribute name string length must be at least 1")
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("the API received %d requests", len(calls))
	}
}

func TestAccDataSourceDeployment_refusedCredential(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Token: "another-token"})
	env.fails(t, env.Config(byID(sample().ID)), "Error reading deployment")
	env.fails(t, env.Config(byName("vllm")), "Error reading deployments")
	env.fails(t, env.Config(byName("vllm")), "Check token and api_key in the provider block, or IONETH_TOKEN and IONETH_API_KEY")
}

func TestAccDataSourceDeployment_apiDown(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Close()
	env.fails(t, env.Config(byID(sample().ID)), "Error reading deployment")
	env.fails(t, env.Config(byName("vllm")), "connection refused. Run the command again.")
}
