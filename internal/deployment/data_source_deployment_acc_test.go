package deployment_test

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

// everything is what the data source shows of told().
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
		"deployment_id": text(told().ID), "name": text("vllm"), "status": text("running"),
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
		"ends_at": text("2030-01-02T05:34:05Z"), "finished_at": knownvalue.Null(),
		"amount_paid_usdc":          knownvalue.Float64Exact(191.36),
		"completed_percent":         knownvalue.Float64Exact(37.5),
		"compute_minutes_served":    knownvalue.Float64Exact(90),
		"compute_minutes_remaining": knownvalue.Float64Exact(150),
	})
}

// TestAccDataSourceDeployment_everything shows all that the API tells, however it
// spells it, by id and by name.
func TestAccDataSourceDeployment_everything(t *testing.T) {
	for name, dialect := range map[string]caastest.Dialect{"plain": {}, "odd": oddities, "bare": {Bare: true}, "pages from one": {PagesFromOne: true}} {
		for by, config := range map[string]string{"id": byID(told().ID), "name": byName("vllm")} {
			t.Run(name+" by "+by, func(t *testing.T) {
				w := newWorld(t, caastest.Options{})
				w.Speak(dialect)
				w.Add(told())
				w.reads(t, config, everything()...)
				if n := len(w.Calls("GET", "/deployment/"+told().ID)); n == 0 {
					t.Error("the deployment was never asked for by its id")
				}
			})
		}
	}
}

// TestAccDataSourceDeployment_barely shows one of which little is known yet.
func TestAccDataSourceDeployment_barely(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	const id = "00000000-0000-4000-8000-000000000001"
	w.Inject(caastest.Fault{Path: "/deployment/" + id, Times: -1, Body: `{"data": {"id": "` + id + `", "status": "Deployment Requested",
		"created_at": null, "started_at": null, "locations": null, "hardware_id": "us-east-h100", "container_config": null}}`})
	w.reads(t, byID(id), attributesAre(map[string]knownvalue.Check{
		"deployment_id": text(id), "name": knownvalue.Null(), "status": text("deployment requested"),
		"duration_hours": knownvalue.Null(), "hardware_id": knownvalue.Null(), "created_at": knownvalue.Null(), "ends_at": knownvalue.Null(),
		"location_ids": knownvalue.SetSizeExact(0), "locations": knownvalue.ListSizeExact(0), "containers": knownvalue.ListSizeExact(0),
		"container_config.entrypoint": knownvalue.ListSizeExact(0), "container_config.env_variables": knownvalue.MapSizeExact(0),
		"registry_config.image_url": knownvalue.Null(), "secret_env_keys": knownvalue.SetSizeExact(0),
	})...)
}

// TestAccDataSourceDeployment_ownApply shows one that is made after another data
// source of the same apply has read the list.
func TestAccDataSourceDeployment_ownApply(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	second := strings.NewReplacer(`"test"`, `"second"`, `"vllm"`, `"second"`, "location_ids ", "depends_on = [data.ioneth_caas_deployment.first]\n  location_ids ").Replace(minimal)
	w.reads(t, minimal+second+`
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

// TestAccDataSourceDeployment_endedNamesake shows that a live deployment goes
// before ended ones of its name, and without one the newest of those.
func TestAccDataSourceDeployment_endedNamesake(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	ended := func(status string, ago time.Duration) string {
		return w.Add(caastest.Deployment{
			Name: "vllm", Status: status, Created: start.Add(-ago), Started: start.Add(-ago), Finished: start.Add(-ago + time.Hour), DurationHours: 1,
		})
	}
	ended(caastest.StatusDestroyed, 50*time.Hour)
	newest := ended(caastest.StatusCompleted, 10*time.Hour)
	ended(caastest.StatusFailed, 30*time.Hour)
	w.reads(t, byName("vllm"), attributesAre(map[string]knownvalue.Check{
		"deployment_id": text(newest), "status": text("completed"), "finished_at": text("2030-01-01T18:04:05Z"),
	})...)

	old := told()
	old.Created = start.Add(-60 * time.Hour)
	w.Add(old)
	w.reads(t, byName("vllm"), attributesAre(map[string]knownvalue.Check{
		"deployment_id": text(old.ID), "status": text("running"),
	})...)
}

func TestAccDataSourceDeployment_severalOfTheName(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	for _, id := range []string{"b", "a"} {
		w.Add(caastest.Deployment{ID: "0000000" + id + "-0000-4000-8000-000000000000", Name: "vllm"})
	}
	w.fails(t, w.hcl(byName("vllm")), `The account has 2 deployments named "vllm" that have not ended: `+
		`0000000a-0000-4000-8000-000000000000, 0000000b-0000-4000-8000-000000000000. Write deployment_id with the one that is meant, instead of name.`)
}

// TestAccDataSourceDeployment_beyondTheFirstPage shows that the name is looked for
// on every page of the list.
func TestAccDataSourceDeployment_beyondTheFirstPage(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	w.Add(told())
	for i := range 205 {
		w.Add(caastest.Deployment{Name: fmt.Sprintf("other-%03d", i)})
	}
	w.reads(t, byName("vllm"), statecheck.ExpectKnownValue(shown, tfjsonpath.New("deployment_id"), text(told().ID)))
	w.reads(t, byID(told().ID), statecheck.ExpectKnownValue(shown, tfjsonpath.New("name"), text("vllm")))
}

func TestAccDataSourceDeployment_notFound(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	w.Add(told())
	const missing = "00000000-0000-4000-8000-000000000000"
	w.fails(t, w.hcl(byID(missing)), `The account has no deployment with the id "`+missing+`". `+
		`The data source ioneth_caas_deployments lists the names and ids of all that it has. `+
		`GET `+caastest.Prefix+`/deployment/`+missing+`: 404 Not Found`)
	w.fails(t, w.hcl(byName("vllm-2")), `The account has no deployment with the name "vllm-2". `+
		`The data source ioneth_caas_deployments lists the names and ids of all that it has.`)
}

func TestAccDataSourceDeployment_exactlyOne(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	const both = "Exactly one of these attributes must be configured: [deployment_id,name]"
	w.fails(t, w.hcl("data \"ioneth_caas_deployment\" \"test\" {}\n"), both)
	w.fails(t, w.hcl("data \"ioneth_caas_deployment\" \"test\" {\n  name = \"a\"\n  deployment_id = \"b\"\n}\n"), both)
	w.fails(t, w.hcl(byName("")), "Attribute name string length must be at least 1")
	if calls := w.Requests(); len(calls) > 0 {
		t.Errorf("the API was asked %d times", len(calls))
	}
}

func TestAccDataSourceDeployment_refusedCredential(t *testing.T) {
	w := newWorld(t, caastest.Options{Token: "another-token"})
	w.fails(t, w.hcl(byID(told().ID)), "Deployment not read")
	w.fails(t, w.hcl(byName("vllm")), "Deployment not looked up by its name")
	w.fails(t, w.hcl(byName("vllm")), "Check token and api_key of the provider, or IONETH_TOKEN and IONETH_API_KEY")
}

func TestAccDataSourceDeployment_apiDown(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	w.Close()
	w.fails(t, w.hcl(byID(told().ID)), "Deployment not read")
	w.fails(t, w.hcl(byName("vllm")), "connection refused. Run the command again.")
}
