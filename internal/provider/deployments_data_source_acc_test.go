package provider_test

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

// The deployments are read with all their attributes, whatever the format of the
// reply, the newest first.
func TestAccDataSourceDeployments_everything(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]caastest.Format{
		"plain": {}, "unusual": unusualFormat, "bare": {Bare: true}, "pages from one": {PagesFromOne: true}, "page ignored": {PageIgnored: true},
	} {
		t.Run(name, func(t *testing.T) {
			env := newEnv(t, caastest.Options{})
			env.API.SetFormat(dialect)
			env.API.Add(sample())
			older := env.API.Add(caastest.Deployment{
				Name: "vllm", Status: caastest.StatusFailed, Created: start.Add(-24 * time.Hour), Finished: start.Add(-23 * time.Hour), DurationHours: 2,
			})
			env.reads(t, allDeployments, listIs(
				object(map[string]knownvalue.Check{
					"deployment_id": text(sample().ID), "name": text("vllm"), "status": text("running"), "created_at": text("2030-01-02T01:32:05Z"),
					"hardware_name": text("H200"), "brand_name": text("NVIDIA"), "hardware_quantity": number(16),
					"completed_percent":      knownvalue.Float64Exact(37.5),
					"compute_minutes_served": knownvalue.Float64Exact(90), "compute_minutes_remaining": knownvalue.Float64Exact(150),
					"served": text("1h 30m"), "remaining": text("2h 30m"),
				}),
				knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"deployment_id": text(older), "name": text("vllm"), "status": text("failed"), "created_at": text("2030-01-01T03:04:05Z"),
				}),
			))
			for _, call := range env.API.Requests("GET", "/deployments") {
				if call.Query.Has("status") || call.Query.Get("page_size") != "100" {
					t.Errorf("the request has the query %q", call.Query.Encode())
				}
			}
		})
	}
}

func TestAccDataSourceDeployments_allPages(t *testing.T) {
	t.Parallel()
	for name, dialect := range map[string]caastest.Format{"from zero": {}, "from one": {PagesFromOne: true}, "zero is one": {PageIgnored: true}} {
		t.Run(name, func(t *testing.T) {
			env := newEnv(t, caastest.Options{})
			env.API.SetFormat(dialect)
			for i := range 230 {
				env.API.Add(caastest.Deployment{Name: fmt.Sprintf("d-%03d", i), Created: start.Add(time.Duration(i-300) * time.Minute)})
			}
			at := func(i int) tfjsonpath.Path { return tfjsonpath.New("deployments").AtSliceIndex(i).AtMapKey("name") }
			env.reads(t, allDeployments,
				statecheck.ExpectKnownValue(theList, tfjsonpath.New("deployments"), knownvalue.ListSizeExact(230)),
				statecheck.ExpectKnownValue(theList, at(0), text("d-229")),
				statecheck.ExpectKnownValue(theList, at(100), text("d-129")),
				statecheck.ExpectKnownValue(theList, at(229), text("d-000")),
			)
		})
	}
}

// The filter is sent to the API, and applied to its reply too, in case the API
// ignores the parameter.
func TestAccDataSourceDeployments_byStatus(t *testing.T) {
	t.Parallel()
	const failed = "data \"ioneth_caas_deployments\" \"test\" {\n  status = \"Failed\"\n}\n"
	env := newEnv(t, caastest.Options{})
	env.API.Add(sample())
	env.API.Add(caastest.Deployment{Name: "broken", Status: caastest.StatusFailed, Created: start.Add(-time.Hour), Finished: start})
	env.reads(t, failed, listIs(knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": text("broken"), "status": text("failed")})),
		statecheck.ExpectKnownValue(theList, tfjsonpath.New("status"), text("Failed")))
	for _, call := range env.API.Requests("GET", "/deployments") {
		if call.Query.Get("status") != "failed" {
			t.Errorf("the request has the query %q", call.Query.Encode())
		}
	}

	env.API.Inject(caastest.Fault{Path: "/deployments", Times: -1, Body: `{"data": {"total": 2, "deployments": [
		{"id": "1", "name": "fine", "status": "running"}, {"id": "2", "name": "broken", "status": "FAILED"}]}}`})
	env.reads(t, failed, listIs(knownvalue.ObjectPartial(map[string]knownvalue.Check{"deployment_id": text("2"), "status": text("failed")})))
}

func TestAccDataSourceDeployments_none(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.reads(t, allDeployments, listIs())
	env.API.SetFormat(unusualFormat) // null for the empty list
	env.reads(t, allDeployments, listIs())
	env.API.Add(sample())
	env.reads(t, "data \"ioneth_caas_deployments\" \"test\" {\n  status = \"failed\"\n}\n", listIs())
}

// A page that can't be read is an error, and not a shorter list.
func TestAccDataSourceDeployments_failedPage(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	for i := range 150 {
		env.API.Add(caastest.Deployment{Name: fmt.Sprintf("d-%03d", i)})
	}
	env.API.Inject(caastest.Fault{Path: "/deployments", Skip: 1, Times: -1, Status: 503, Body: `{"detail": "maintenance"}`})
	env.fails(t, env.Config(allDeployments), "Error reading deployments")
}

func TestAccDataSourceDeployments_refused(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Inject(caastest.Fault{
		Path: "/deployments", Times: -1, Status: 422,
		Body: `{"detail": [{"loc": ["query", "status"], "msg": "Input should be 'running'", "type": "enum"}]}`,
	})
	env.fails(t, env.Config("data \"ioneth_caas_deployments\" \"test\" {\n  status = \"sleeping\"\n}\n"),
		`: status = "sleeping" The API rejected it: query.status: Input should be 'running'. `+
			`Set status to one that the API accepts, or remove it to read all deployments.`)
}
