package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func containersOf(id string) string {
	return fmt.Sprintf("data \"ioneth_caas_containers\" \"test\" {\n  deployment_id = %q\n}\n", id)
}

func containersAre(rows ...knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data.ioneth_caas_containers.test", tfjsonpath.New("containers"), knownvalue.ListExact(rows))
}

// The containers are read with all their attributes, whatever the format of the
// reply, ordered by ID.
func TestAccDataSourceContainers_everything(t *testing.T) {
	t.Parallel()
	event := func(time, message string) knownvalue.Check {
		return object(map[string]knownvalue.Check{"time": text(time), "message": text(message)})
	}
	row := func(id, device, status string, url knownvalue.Check, uptime float64, events ...knownvalue.Check) knownvalue.Check {
		return object(map[string]knownvalue.Check{
			"container_id": text(id), "device_id": text(device), "status": text(status), "public_url": url,
			"hardware": text("H200"), "brand_name": text("NVIDIA"), "created_at": text("2030-01-02T01:33:05Z"),
			"uptime_percent": knownvalue.Float64Exact(uptime), "gpus_per_container": number(8), "events": knownvalue.ListExact(events),
		})
	}
	for name, dialect := range map[string]caastest.Format{"plain": {}, "unusual": unusualFormat, "bare": {Bare: true}} {
		t.Run(name, func(t *testing.T) {
			env := newEnv(t, caastest.Options{})
			env.API.SetFormat(dialect)
			id := env.API.Add(sample())
			env.reads(t, containersOf(id), containersAre(
				row("c-1", device1, "running", text("https://c-1.example.test"), 100,
					event("2030-01-02T01:34:05Z", "container started"), event("2030-01-02T01:34:35Z", "public URL ready")),
				row("c-2", device2, "deploying", knownvalue.Null(), 0),
			))
			if len(env.API.Requests("GET", "/deployment/"+id+"/containers")) == 0 {
				t.Error("the containers were never requested")
			}
		})
	}
}

func TestAccDataSourceContainers_noneYet(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Path: "/deployment/{}/containers", Times: -1, Body: `{"data": {"total": 0, "workers": null}}`})
	env.reads(t, containersOf(sample().ID), containersAre())
}

func TestAccDataSourceContainers_notFound(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	const missing = "00000000-0000-4000-8000-000000000000"
	env.fails(t, env.Config(containersOf(missing)), `The account has no deployment with the ID "`+missing+`". `+
		`Use the data source ioneth_caas_deployments to list the account's deployments. To destroy regardless of this error, run terraform destroy -refresh=false. `+
		`GET `+caastest.Prefix+`/deployment/`+missing+`/containers: 404 Not Found`)
}

func TestAccDataSourceContainers_refusedCredential(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Token: "another-token"})
	env.fails(t, env.Config(containersOf(sample().ID)), "Check token and api_key in the provider block, or IONETH_TOKEN and IONETH_API_KEY. Run the command again.")
}
