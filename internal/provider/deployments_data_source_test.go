package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDataSourceDeployments(t *testing.T) {
	t.Parallel()
	const failed = `{"status": "Failed"}`
	var names []string // of 230, the newest first
	for i := range 230 {
		names = append(names, fmt.Sprintf(`{"name": "d-%03d"}`, i))
	}
	add230 := func(api *caastest.Server) {
		for i := range names {
			api.Add(caastest.Deployment{Name: fmt.Sprintf("d-%03d", i), Created: start.Add(-time.Duration(i+1) * time.Minute)})
		}
	}
	addFailed := func(api *caastest.Server) {
		api.Add(caastest.Deployment{Name: "broken", Status: caastest.StatusFailed, Created: start.Add(-24 * time.Hour), Finished: start.Add(-23 * time.Hour)})
		api.Add(sample())
	}
	testDataSource(t, deploymentsType, map[string]dataSourceRead{
		"all, in unusual formats": {
			options: caastest.Options{Format: unusualFormat},
			prepare: addFailed,
			want: `{"status": null, "deployments": [
				{"deployment_id": "` + sampleID + `", "name": "vllm", "status": "running", "created_at": "2030-01-02T01:32:05Z",
					"hardware_name": "H200", "brand_name": "NVIDIA", "hardware_quantity": 16, "completed_percent": 37.5,
					"compute_minutes_served": 90, "compute_minutes_remaining": 150, "served": "1h 30m", "remaining": "2h 30m"},
				{"name": "broken", "status": "failed", "created_at": "2030-01-01T03:04:05Z"}]}`,
			sent: []string{"/deployments?page=0&page_size=100"},
		},
		"several pages": {
			prepare: add230, want: `{"deployments": [` + strings.Join(names, ", ") + `]}`,
			sent: []string{"/deployments?page=0&page_size=100", "/deployments?page=1&page_size=100", "/deployments?page=2&page_size=100"},
		},
		"by status": {
			prepare: addFailed, config: failed, want: `{"status": "Failed", "deployments": [{"name": "broken", "status": "failed"}]}`,
			sent: []string{"/deployments?page=0&page_size=100&status=failed"},
		},
		"by a status that the API ignores": {
			prepare: reply("/deployments", `{"data": {"total": 2, "deployments": [
				{"id": "1", "name": "fine", "status": "running"}, {"id": "2", "name": "broken", "status": "FAILED"}]}}`),
			config: failed, want: `{"deployments": [{"deployment_id": "2", "status": "failed"}]}`,
		},
		"none": {want: `{"deployments": []}`},
		"null": {options: caastest.Options{Format: unusualFormat}, want: `{"deployments": []}`},
		"none of the status": {
			prepare: func(api *caastest.Server) { api.Add(sample()) }, config: failed, want: `{"deployments": []}`,
		},
		// A page that can't be read is an error, and not a shorter list.
		"failed page": {
			prepare: func(api *caastest.Server) {
				add230(api)
				api.Inject(caastest.Fault{Path: "/deployments", Skip: 1, Times: -1, Status: 503, Body: `{"detail": "maintenance"}`})
			},
			fails: []string{"Error reading deployments", "maintenance", "503"},
		},
		"rejected status": {
			prepare: func(api *caastest.Server) {
				api.Inject(caastest.Fault{
					Path: "/deployments", Times: -1, Status: 422,
					Body: `{"detail": [{"loc": ["query", "status"], "msg": "Input should be 'running'", "type": "enum"}]}`,
				})
			},
			config: `{"status": "sleeping"}`,
			fails: []string{`AttributeName("status")`, `: The API rejected the value: query.status: Input should be 'running'. ` +
				`Set status to one that the API accepts, or remove it to read all deployments.`},
		},
		"empty status": {config: `{"status": ""}`, fails: []string{"status", "at least 1"}, sent: noRequest},
	})
}
