package deployment_test

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

// TestAccDataSourceContainers_everything shows all that the API tells of the
// containers, however it spells it, in one order.
func TestAccDataSourceContainers_everything(t *testing.T) {
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
	for name, dialect := range map[string]caastest.Dialect{"plain": {}, "odd": oddities, "bare": {Bare: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, caastest.Options{})
			w.Speak(dialect)
			id := w.Add(told())
			w.reads(t, containersOf(id), containersAre(
				row("c-1", device1, "running", text("https://c-1.example.test"), 100,
					event("2030-01-02T01:34:05Z", "container started"), event("2030-01-02T01:34:35Z", "public URL ready")),
				row("c-2", device2, "deploying", knownvalue.Null(), 0),
			))
			if len(w.Calls("GET", "/deployment/"+id+"/containers")) == 0 {
				t.Error("the containers were never asked for")
			}
		})
	}
}

func TestAccDataSourceContainers_noneYet(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	w.Inject(caastest.Fault{Path: "/deployment/{}/containers", Times: -1, Body: `{"data": {"total": 0, "workers": null}}`})
	w.reads(t, containersOf(told().ID), containersAre())
}

func TestAccDataSourceContainers_notFound(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	const missing = "00000000-0000-4000-8000-000000000000"
	w.fails(t, w.hcl(containersOf(missing)), `The account has no deployment with the id "`+missing+`". `+
		`The data source ioneth_caas_deployments lists the names and ids of all that it has. `+
		`GET `+caastest.Prefix+`/deployment/`+missing+`/containers: 404 Not Found`)
}

func TestAccDataSourceContainers_refusedCredential(t *testing.T) {
	w := newWorld(t, caastest.Options{Token: "another-token"})
	w.fails(t, w.hcl(containersOf(told().ID)), "The API refused the credential: Invalid or expired token. Check token and api_key of the provider")
}
