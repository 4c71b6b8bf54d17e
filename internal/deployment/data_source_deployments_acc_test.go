package deployment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const (
	allDeployments = "data \"ioneth_caas_deployments\" \"test\" {}\n"
	theList        = "data.ioneth_caas_deployments.test"
)

func listIs(rows ...knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(theList, tfjsonpath.New("deployments"), knownvalue.ListExact(rows))
}

// TestAccDataSourceDeployments_everything shows all that the list tells, however
// it spells it, the newest first.
func TestAccDataSourceDeployments_everything(t *testing.T) {
	for name, dialect := range map[string]caastest.Dialect{
		"plain": {}, "odd": oddities, "bare": {Bare: true}, "pages from one": {PagesFromOne: true}, "page ignored": {PageIgnored: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, caastest.Options{})
			w.Speak(dialect)
			w.Add(told())
			older := w.Add(caastest.Deployment{
				Name: "vllm", Status: caastest.StatusFailed, Created: start.Add(-24 * time.Hour), Finished: start.Add(-23 * time.Hour), DurationHours: 2,
			})
			w.reads(t, allDeployments, listIs(
				object(map[string]knownvalue.Check{
					"deployment_id": text(told().ID), "name": text("vllm"), "status": text("running"), "created_at": text("2030-01-02T01:32:05Z"),
					"hardware_name": text("H200"), "brand_name": text("NVIDIA"), "hardware_quantity": number(16),
					"completed_percent":      knownvalue.Float64Exact(37.5),
					"compute_minutes_served": knownvalue.Float64Exact(90), "compute_minutes_remaining": knownvalue.Float64Exact(150),
					"served": text("1h 30m"), "remaining": text("2h 30m"),
				}),
				knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"deployment_id": text(older), "name": text("vllm"), "status": text("failed"), "created_at": text("2030-01-01T03:04:05Z"),
				}),
			))
			for _, call := range w.Calls("GET", "/deployments") {
				if call.Query.Has("status") || call.Query.Get("page_size") != "100" {
					t.Errorf("asked with %q", call.Query.Encode())
				}
			}
		})
	}
}

// TestAccDataSourceDeployments_allPages shows more deployments than a page has.
func TestAccDataSourceDeployments_allPages(t *testing.T) {
	for name, dialect := range map[string]caastest.Dialect{"from zero": {}, "from one": {PagesFromOne: true}, "zero is one": {PageIgnored: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, caastest.Options{})
			w.Speak(dialect)
			for i := range 230 {
				w.Add(caastest.Deployment{Name: fmt.Sprintf("d-%03d", i), Created: start.Add(time.Duration(i-300) * time.Minute)})
			}
			at := func(i int) tfjsonpath.Path { return tfjsonpath.New("deployments").AtSliceIndex(i).AtMapKey("name") }
			w.reads(t, allDeployments,
				statecheck.ExpectKnownValue(theList, tfjsonpath.New("deployments"), knownvalue.ListSizeExact(230)),
				statecheck.ExpectKnownValue(theList, at(0), text("d-229")),
				statecheck.ExpectKnownValue(theList, at(100), text("d-129")),
				statecheck.ExpectKnownValue(theList, at(229), text("d-000")),
			)
		})
	}
}

// TestAccDataSourceDeployments_byStatus shows the filter: it is the API's, and
// held here too, where the API should not know the parameter.
func TestAccDataSourceDeployments_byStatus(t *testing.T) {
	const failed = "data \"ioneth_caas_deployments\" \"test\" {\n  status = \"Failed\"\n}\n"
	w := newWorld(t, caastest.Options{})
	w.Add(told())
	w.Add(caastest.Deployment{Name: "broken", Status: caastest.StatusFailed, Created: start.Add(-time.Hour), Finished: start})
	w.reads(t, failed, listIs(knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": text("broken"), "status": text("failed")})),
		statecheck.ExpectKnownValue(theList, tfjsonpath.New("status"), text("Failed")))
	for _, call := range w.Calls("GET", "/deployments") {
		if call.Query.Get("status") != "failed" {
			t.Errorf("asked with %q", call.Query.Encode())
		}
	}

	w.Inject(caastest.Fault{Path: "/deployments", Times: -1, Body: `{"data": {"total": 2, "deployments": [
		{"id": "1", "name": "fine", "status": "running"}, {"id": "2", "name": "broken", "status": "FAILED"}]}}`})
	w.reads(t, failed, listIs(knownvalue.ObjectPartial(map[string]knownvalue.Check{"deployment_id": text("2"), "status": text("failed")})))
}

func TestAccDataSourceDeployments_none(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	w.reads(t, allDeployments, listIs())
	w.Speak(oddities) // null for the empty list
	w.reads(t, allDeployments, listIs())
	w.Add(told())
	w.reads(t, "data \"ioneth_caas_deployments\" \"test\" {\n  status = \"failed\"\n}\n", listIs())
}

// TestAccDataSourceDeployments_halfRead shows that a page that can't be read is an
// error, and not a shorter list.
func TestAccDataSourceDeployments_halfRead(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	for i := range 150 {
		w.Add(caastest.Deployment{Name: fmt.Sprintf("d-%03d", i)})
	}
	w.Inject(caastest.Fault{Path: "/deployments", Skip: 1, Times: -1, Status: 503, Body: `{"detail": "maintenance"}`})
	w.fails(t, w.hcl(allDeployments), "Deployments not read")
}

func TestAccDataSourceDeployments_refused(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	w.Inject(caastest.Fault{
		Path: "/deployments", Times: -1, Status: 422,
		Body: `{"detail": [{"loc": ["query", "status"], "msg": "Input should be 'running'", "type": "enum"}]}`,
	})
	w.fails(t, w.hcl("data \"ioneth_caas_deployments\" \"test\" {\n  status = \"sleeping\"\n}\n"),
		`: status = "sleeping" The API refused it: query.status: Input should be 'running'. `+
			`Write a status that the API knows, or leave status out for all deployments.`)
}
