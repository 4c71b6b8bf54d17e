package provider_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDataSourceContainers(t *testing.T) {
	t.Parallel()
	const path = "/deployment/" + sampleID + "/containers"
	config := everyDataSource[containersType]
	testDataSource(t, containersType, map[string]dataSourceRead{
		"ordered by ID, in unusual formats": {
			options: caastest.Options{Format: unusualFormat},
			prepare: func(api *caastest.Server) { api.Add(sample()) },
			config:  config,
			want: `{"deployment_id": "` + sampleID + `", "containers": [
				{"container_id": "c-1", "device_id": "` + device1 + `", "status": "running", "public_url": "https://c-1.example.test",
					"hardware": "H200", "brand_name": "NVIDIA", "created_at": "2030-01-02T01:33:05Z", "uptime_percent": 100, "gpus_per_container": 8,
					"events": [{"time": "2030-01-02T01:34:05Z", "message": "container started"}, {"time": "2030-01-02T01:34:35Z", "message": "public URL ready"}]},
				{"container_id": "c-2", "device_id": "` + device2 + `", "status": "deploying", "public_url": null,
					"hardware": "H200", "brand_name": "NVIDIA", "created_at": "2030-01-02T01:33:05Z", "uptime_percent": 0, "gpus_per_container": 8, "events": []}]}`,
			sent: []string{path},
		},
		"none yet": {prepare: reply(path, `{"data": {"total": 0, "workers": null}}`), config: config, want: `{"containers": []}`},
		"not found": {config: config, fails: []string{`AttributeName("deployment_id")`, `The account has no deployment with the ID "` + sampleID + `". ` +
			`Use the data source ioneth_caas_deployments to list the account's deployments. To destroy regardless of this error, run terraform destroy -refresh=false. ` +
			`GET ` + caastest.Prefix + path + `: 404 Not Found`}},
		"empty ID": {config: `{"deployment_id": ""}`, fails: []string{"deployment_id", "at least 1"}, sent: noRequest},
	})
}
