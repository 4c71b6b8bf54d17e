package provider_test

import (
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const (
	sampleID = "6d1e9b1c-6a53-4b0e-9f3c-0a3a5b1f2c11"
	device1  = "11111111-0000-4000-8000-000000000000"
	device2  = "22222222-0000-4000-8000-000000000000"
)

// sample is a deployment with every member that the API can return: two
// containers, one of them running, an hour and a half into the four that are paid
// for.
func sample() caastest.Deployment {
	started := start.Add(-90 * time.Minute)
	created := started.Add(-time.Minute)
	return caastest.Deployment{
		ID: sampleID, Name: "vllm", Status: caastest.StatusRunning,
		HardwareID: 204, LocationIDs: []int{3, 1}, Replicas: 2, GPUsPerContainer: 8, DurationHours: 4,
		Entrypoint: []string{"vllm", "serve"}, Args: []string{"--secret-argument"}, TrafficPort: 8000,
		Env: map[string]string{"HF_HOME": "/data"}, SecretEnv: map[string]string{"HF_TOKEN": "hf-secret-value"},
		ImageURL: "docker.io/vllm/vllm-openai:latest", RegistryUsername: "robot", RegistrySecret: "registry-secret-value",
		Created: started.Add(-2 * time.Minute), Started: started, AmountPaid: 191.36,
		Containers: []caastest.Container{
			{ContainerID: "c-2", DeviceID: device2, Status: caastest.StatusDeploying, Created: created},
			{
				ContainerID: "c-1", DeviceID: device1, Status: caastest.StatusRunning, PublicURL: "https://c-1.example.test", Created: created,
				Events: []caastest.Event{{Time: started, Message: "container started"}, {Time: started.Add(30 * time.Second), Message: "public URL ready"}},
			},
		},
	}
}

func addSample(api *caastest.Server) { api.Add(sample()) }

// sampleState is the state of ioneth_caas_deployment for sample().
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

// notFound is the error for a deployment that the account does not have.
func notFound(what string) string {
	return `The account has no deployment with the ` + what + `. Use the data source ioneth_caas_deployments to list the account's deployments. ` +
		`If terraform destroy stops with this error, run terraform destroy -refresh=false.`
}

func TestDataSource_deployment(t *testing.T) {
	t.Parallel()
	const byID, byName = `{"deployment_id": "` + sampleID + `"}`, `{"name": "vllm"}`
	addEnded := func(api *caastest.Server) {
		for ago, status := range map[time.Duration]string{
			50 * time.Hour: caastest.StatusDestroyed, 10 * time.Hour: caastest.StatusCompleted, 30 * time.Hour: caastest.StatusFailed,
		} {
			created := start.Add(-ago)
			api.Add(caastest.Deployment{Name: "vllm", Status: status, Created: created, Started: created, Finished: created.Add(time.Hour), DurationHours: 1})
		}
	}
	testDataSources(t, map[string]dataSourceRead{
		"by ID":                       {prepare: addSample, config: byID, want: sampleState},
		"by name, in unusual formats": {unusual: true, prepare: addSample, config: byName, want: sampleState},
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
		"no ID": {config: byID, fails: []string{
			`AttributeName("deployment_id")`, notFound(`ID "`+sampleID+`"`) + " GET " + caastest.Prefix + "/deployment/" + sampleID + ": 404 Not Found",
		}},
		"no name": {prepare: addSample, config: `{"name": "vllm-2"}`, fails: []string{`AttributeName("name")`, notFound(`name "vllm-2"`)}},
	})
}

func TestDataSource_deploymentsAndContainers(t *testing.T) {
	t.Parallel()
	const path, byID, failed = "/deployment/" + sampleID + "/containers", `{"deployment_id": "` + sampleID + `"}`, `{"status": "Failed"}`
	addFailed := func(api *caastest.Server) {
		api.Add(caastest.Deployment{Name: "broken", Status: caastest.StatusFailed, Created: start.Add(-24 * time.Hour), Finished: start.Add(-23 * time.Hour)})
		api.Add(sample())
	}
	testDataSources(t, map[string]dataSourceRead{
		"containers by ID, in unusual formats": {
			typeName: containersType, unusual: true, prepare: addSample, config: byID,
			want: `{"deployment_id": "` + sampleID + `", "containers": [
				{"container_id": "c-1", "device_id": "` + device1 + `", "status": "running", "public_url": "https://c-1.example.test",
					"hardware": "H200", "brand_name": "NVIDIA", "created_at": "2030-01-02T01:33:05Z", "uptime_percent": 100, "gpus_per_container": 8,
					"events": [{"time": "2030-01-02T01:34:05Z", "message": "container started"}, {"time": "2030-01-02T01:34:35Z", "message": "public URL ready"}]},
				{"container_id": "c-2", "device_id": "` + device2 + `", "status": "deploying", "public_url": null,
					"hardware": "H200", "brand_name": "NVIDIA", "created_at": "2030-01-02T01:33:05Z", "uptime_percent": 0, "gpus_per_container": 8, "events": []}]}`,
			sent: []string{path},
		},
		"no containers yet": {typeName: containersType, prepare: reply(path, `{"data": {"total": 0, "workers": null}}`), config: byID, want: `{"containers": []}`},
		"no such deployment": {typeName: containersType, config: byID, fails: []string{
			`AttributeName("deployment_id")`, `The API does not find containers of the deployment "` + sampleID + `"`, " GET " + caastest.Prefix + path + ": 404 Not Found",
		}},
		"deployments, the newest first, in unusual formats": {
			typeName: deploymentsType, unusual: true, prepare: addFailed,
			want: `{"status": null, "deployments": [
				{"deployment_id": "` + sampleID + `", "name": "vllm", "status": "running", "created_at": "2030-01-02T01:32:05Z",
					"hardware_name": "H200", "brand_name": "NVIDIA", "hardware_quantity": 16, "completed_percent": 37.5,
					"compute_minutes_served": 90, "compute_minutes_remaining": 150, "served": "1h 30m", "remaining": "2h 30m"},
				{"name": "broken", "status": "failed", "created_at": "2030-01-01T03:04:05Z"}]}`,
			sent: []string{"/deployments?page=0&page_size=100"},
		},
		"deployments by status": {
			typeName: deploymentsType, prepare: addFailed, config: failed, want: `{"status": "Failed", "deployments": [{"name": "broken", "status": "failed"}]}`,
			sent: []string{"/deployments?page=0&page_size=100&status=failed"},
		},
		"deployments by a status that the API ignores": {
			typeName: deploymentsType, config: failed, want: `{"deployments": [{"deployment_id": "2", "status": "failed"}]}`,
			prepare: reply("/deployments", `{"data": {"total": 2, "deployments": [
				{"id": "1", "name": "fine", "status": "running"}, {"id": "2", "name": "broken", "status": "FAILED"}]}}`),
		},
		"no deployments": {typeName: deploymentsType, unusual: true, want: `{"deployments": []}`},
		// A page that can't be read is an error, and not a shorter list.
		"deployments with a failed page": {
			typeName: deploymentsType,
			prepare: func(api *caastest.Server) {
				for range 101 {
					api.Add(caastest.Deployment{})
				}
				api.Inject(caastest.Fault{Path: "/deployments", Skip: 1, Times: -1, Status: 503, Body: `{"detail": "maintenance"}`})
			},
			fails: []string{"maintenance", "503"},
		},
		"deployments by a rejected status": {
			typeName: deploymentsType, config: `{"status": "sleeping"}`,
			prepare: func(api *caastest.Server) {
				api.Inject(caastest.Fault{
					Path: "/deployments", Times: -1, Status: 422,
					Body: `{"detail": [{"loc": ["query", "status"], "msg": "Input should be 'running'", "type": "enum"}]}`,
				})
			},
			fails: []string{`AttributeName("status")`, `: The API rejected the value: status: Input should be 'running'. ` +
				`Set status to one that the API accepts, or remove it to read all deployments.`},
		},
	})
}

// A deployment that the same process creates after it has read the list is found by
// its name, and has its name when it is read by its ID.
func TestDataSource_deploymentCreatedAfterTheListWasRead(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	p := env.Server(t)
	_, diagnostics := p.ReadDataSource(acctest.DeploymentType, `{"name": "vllm"}`)
	wantError(t, diagnostics, notFound(`name "vllm"`))
	terraform := env.core(t)
	planned := terraform.plan(base)
	terraform.Server = p
	terraform.Apply(planned)
	for _, config := range []string{`{"deployment_id": "` + env.newest() + `"}`, `{"name": "vllm"}`} {
		state, diagnostics := p.ReadDataSource(acctest.DeploymentType, config)
		wantPart(t, state, `{"name": "vllm", "deployment_id": "`+env.newest()+`"}`)
		if len(diagnostics) > 0 {
			t.Errorf("%s: diagnostics %q", config, diagnostics)
		}
	}
}
