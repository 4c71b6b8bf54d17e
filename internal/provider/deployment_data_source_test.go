package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// sampleState is the state of the data source for sample().
const sampleState = `{
	"deployment_id": "` + sampleID + `", "name": "vllm", "status": "running", "duration_hours": 4, "paid_hours": 4,
	"gpus_per_container": 8, "total_gpus": 16, "hardware_id": 204, "hardware_name": "H200", "brand_name": "NVIDIA",
	"location_ids": [1, 3], "locations": [{"id": 1, "iso2": "US", "name": "United States"}, {"id": 3, "iso2": "FI", "name": "Finland"}],
	"container_config": {"replica_count": 2, "entrypoint": ["vllm", "serve"], "traffic_port": 8000, "env_variables": {"HF_HOME": "/data"}},
	"registry_config": {"image_url": "docker.io/vllm/vllm-openai:latest"}, "secret_env_keys": ["HF_TOKEN"],
	"containers": [
		{"container_id": "c-1", "device_id": "` + device1 + `", "status": "running", "public_url": "https://c-1.example.test"},
		{"container_id": "c-2", "device_id": "` + device2 + `", "status": "deploying", "public_url": null}],
	"public_urls": ["https://c-1.example.test"], "created_at": "2030-01-02T01:32:05Z", "started_at": "2030-01-02T01:34:05Z",
	"ends_at": "2030-01-02T05:34:00Z", "finished_at": null, "amount_paid_usdc": 191.36, "completed_percent": 37.5,
	"compute_minutes_served": 90, "compute_minutes_remaining": 150}`

func TestDataSourceDeployment(t *testing.T) {
	t.Parallel()
	const byID, byName = `{"deployment_id": "` + sampleID + `"}`, `{"name": "vllm"}`
	addSample := func(api *caastest.Server) { api.Add(sample()) }
	addEnded := func(api *caastest.Server) {
		for ago, status := range map[time.Duration]string{
			50 * time.Hour: caastest.StatusDestroyed, 10 * time.Hour: caastest.StatusCompleted, 30 * time.Hour: caastest.StatusFailed,
		} {
			api.Add(caastest.Deployment{
				Name: "vllm", Status: status, Created: start.Add(-ago), Started: start.Add(-ago), Finished: start.Add(-ago + time.Hour), DurationHours: 1,
			})
		}
	}
	notFound := func(what string) string {
		return `The account has no deployment with the ` + what + `. Use the data source ioneth_caas_deployments to list the account's deployments. ` +
			`To destroy regardless of this error, run terraform destroy -refresh=false.`
	}
	const both = "Exactly one of these attributes must be configured: [deployment_id,name]"
	testDataSource(t, acctest.DeploymentType, map[string]dataSourceRead{
		"by ID": {prepare: addSample, config: byID, want: sampleState},
		"by ID, in unusual formats": {
			options: caastest.Options{Format: unusualFormat}, prepare: addSample, config: byID, want: sampleState,
		},
		"by name": {prepare: addSample, config: byName, want: sampleState},
		"by name, in unusual formats": {
			options: caastest.Options{Format: unusualFormat}, prepare: addSample, config: byName, want: sampleState,
		},
		"missing members": {
			prepare: reply("/deployment/"+sampleID, `{"data": {"id": "`+sampleID+`", "status": "Deployment Requested",
				"created_at": null, "started_at": null, "locations": null, "hardware_id": "us-east-h100", "container_config": null}}`),
			config: byID,
			want: `{"deployment_id": "` + sampleID + `", "name": null, "status": "deployment requested", "duration_hours": null, "hardware_id": null,
				"created_at": null, "ends_at": null, "location_ids": [], "locations": [], "containers": [], "public_urls": [],
				"container_config": {"entrypoint": [], "env_variables": {}}, "registry_config": {"image_url": null}, "secret_env_keys": []}`,
		},
		"the newest of ended ones of the name": {
			prepare: addEnded, config: byName, want: `{"status": "completed", "finished_at": "2030-01-01T18:04:05Z"}`,
		},
		"a live one before ended ones of the name": {
			prepare: func(api *caastest.Server) {
				addEnded(api)
				old := sample()
				old.Created = start.Add(-60 * time.Hour)
				api.Add(old)
			},
			config: byName, want: `{"deployment_id": "` + sampleID + `", "status": "running"}`,
		},
		"several live ones of the name": {
			prepare: func(api *caastest.Server) {
				for _, id := range []string{"b", "a"} {
					api.Add(caastest.Deployment{ID: "0000000" + id + "-0000-4000-8000-000000000000", Name: "vllm"})
				}
			},
			config: byName,
			fails: []string{`AttributeName("name")`, `2 deployments that have not ended have the name "vllm": ` +
				`0000000a-0000-4000-8000-000000000000, 0000000b-0000-4000-8000-000000000000. Set deployment_id to one of them instead of name.`},
		},
		"by name, beyond the first page": {
			prepare: func(api *caastest.Server) {
				addSample(api)
				for i := range 205 {
					api.Add(caastest.Deployment{Name: fmt.Sprintf("other-%03d", i)})
				}
			},
			config: byName, want: `{"deployment_id": "` + sampleID + `"}`,
		},
		"no ID": {config: byID, fails: []string{
			`AttributeName("deployment_id")`, notFound(`ID "`+sampleID+`"`) + " GET " + caastest.Prefix + "/deployment/" + sampleID + ": 404 Not Found",
		}},
		"no name": {prepare: addSample, config: `{"name": "vllm-2"}`, fails: []string{`AttributeName("name")`, notFound(`name "vllm-2"`)}},
		"by ID, with a rejected credential": {
			options: caastest.Options{Token: "another-token"}, config: byID, fails: []string{"Error reading deployment:", "Check token and api_key"},
		},
		"by name, with a rejected credential": {
			options: caastest.Options{Token: "another-token"}, config: byName, fails: []string{"Error reading deployments:", "Check token and api_key"},
		},
		"neither":    {fails: []string{both}, sent: noRequest},
		"both":       {config: `{"name": "a", "deployment_id": "b"}`, fails: []string{both}, sent: noRequest},
		"empty name": {config: `{"name": ""}`, fails: []string{"Attribute name string length must be at least 1"}, sent: noRequest},
	})
}
