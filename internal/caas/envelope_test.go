package caas

import (
	"reflect"
	"testing"
	"time"
)

func TestEnvelope_content(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":1}`: `{"a":1}`, `{"data":{"a":1}}`: `{"a":1}`, `{"data":{"data":{"a":1}}}`: `{"a":1}`, `{"data":{"data":{"data":[1]}}}`: `[1]`,
		`{"data":true,"x":1}`: `true`, `{"data":null,"x":1}`: `{"data":null,"x":1}`, `[1]`: `[1]`, `true`: `true`, `null`: `null`, ``: ``, "  \n": ``,
		`{"data":`: `{"data":`, ` {"data": [ ] } `: `[ ]`, `{"data":"x"}`: `"x"`,
	} {
		if got := string(openEnvelope([]byte(body)).content); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}

func TestRows(t *testing.T) {
	type row struct{ ID Int }
	for body, want := range map[string][]row{
		`[{"id":1},{"id":"2"}]`: {{1}, {2}}, `{"a":[{"id":1}]}`: {{1}}, `{"b":[{"id":2}]}`: {{2}}, `{"a":[{"id":1}],"b":[{"id":2}]}`: {{1}},
		`{"data":{"b":[{"id":2}],"total":1}}`: {{2}}, `{"data":[{"id":3}]}`: {{3}},
		`[]`: nil, `null`: nil, `{"a":null}`: nil, `{"data":null}`: nil, `{"data":{"a":null,"total":0}}`: nil,
		`[null,7,"x",[],{},{"id":0},{"id":"n/a"},{"id":1,"more":[]}]`: {{1}},
	} {
		got, err := rows(openEnvelope([]byte(body)), func(r row) bool { return r.ID > 0 }, "a", "b")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v", body, got, err)
		}
	}
	for _, body := range []string{`{}`, `{"c":[1]}`, `{"a":{}}`, `{"a":1}`, `true`, `"x"`, `7`} {
		if got, err := rows(openEnvelope([]byte(body)), func(row) bool { return true }, "a", "b"); err == nil {
			t.Errorf("%q: got %v", body, got)
		}
	}
}

// TestDeployment_decoded has every member of the reference at least once.
func TestDeployment_decoded(t *testing.T) {
	served, remaining := Float(180), Float(1260)
	want := Deployment{
		ID: "5f0c", Status: StatusRunning, AmountPaid: 478.08, CompletedPercent: 12.5, TotalGPUs: 16, GPUsPerContainer: 8, TotalContainers: 2,
		HardwareName: "H100 SXM", HardwareID: 203, BrandName: "NVIDIA", ComputeMinutesServed: &served, ComputeMinutesRemaining: &remaining,
		CreatedAt: Time{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, StartedAt: Time{time.Date(2026, 1, 2, 3, 6, 0, 0, time.UTC)},
		Locations: []Location{{1, "US", "United States"}, {2, "DE", "Germany"}},
		ContainerConfig: DeployedContainer{
			Entrypoint: []string{"/bin/sh", "-c"}, EnvVariables: map[string]Text{"A": "1", "B": ""}, TrafficPort: 8080,
			ImageURL: "ghcr.io/o/i:1", SecretEnvKeys: []string{"TOKEN"},
		},
	}
	for body, want := range map[string]Deployment{
		deploymentResponse: want,
		// null and missing
		`{"id":"x","started_at":null,"locations":null,"compute_minutes_served":null,
			"container_config":{"entrypoint":null,"env_variables":null,"secret_env_keys":null}}`: {ID: "x"},
		`{"id":"x","container_config":{"entrypoint":[],"secret_env_keys":[]}}`: {
			ID: "x", ContainerConfig: DeployedContainer{Entrypoint: []string{}, SecretEnvKeys: []string{}},
		},
		// unreadable members hide nothing
		`{"completed_percent":"n/a","hardware_id":"gpu_8x","compute_minutes_served":"n/a","compute_minutes_remaining":{},"total_gpus":[],
			"created_at":7,"brand_name":31337,"hardware_name":{},"locations":[{"id":"US","name":"x"},7,{"id":2,"iso2":3}],"id":"x",
			"container_config":{"entrypoint":"x","env_variables":{"A":[1]},"traffic_port":"http","secret_env_keys":7,"image_url":"i"}}`: {
			ID: "x", Locations: []Location{{ID: 2}}, ContainerConfig: DeployedContainer{EnvVariables: map[string]Text{"A": "[1]"}, ImageURL: "i"},
		},
		`{"id":"x","locations":31337,"container_config":[]}`: {ID: "x"},
	} {
		var got Deployment
		if err := unmarshal(openEnvelope([]byte(body)).content, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %+v, %v\nwant %+v", body, got, err, want)
		}
	}
	for _, body := range []string{`[]`, `"x"`, `7`, `true`} {
		if err := unmarshal([]byte(body), &Deployment{}); err == nil {
			t.Errorf("%s was decoded", body)
		}
	}
}

const deploymentResponse = `{"data":{"id":"5f0c","status":"RUNNING","created_at":"2026-01-02T03:04:05.123456","started_at":"2026-01-02T03:06:00Z",
"finished_at":null,"amount_paid":"478.08","completed_percent":12.5,"total_gpus":16.0,"gpus_per_container":8,"total_containers":"2",
"hardware_name":"H100 SXM","hardware_id":203,"locations":[{"id":1,"iso2":"US","name":"United States"},{"id":"2","iso2":"DE","name":"Germany"}],
"brand_name":"NVIDIA","compute_minutes_served":180,"compute_minutes_remaining":1260,"x_new":{"a":[null]},
"container_config":{"entrypoint":["/bin/sh","-c"],"env_variables":{"A":1,"B":null},"traffic_port":8080,"image_url":"ghcr.io/o/i:1",
"secret_env_keys":["TOKEN"],"x_new":[]}}}`
