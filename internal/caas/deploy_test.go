package caas_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestDeploy_body compares what is sent with the contract, member for member.
func TestDeploy_body(t *testing.T) {
	full := caas.DeployRequest{
		ResourcePrivateName: "web", DurationHours: 24, GPUsPerContainer: 8, HardwareID: 203, LocationIDs: []int64{1, 2},
		ContainerConfig: caas.ContainerConfig{
			ReplicaCount: 2, Entrypoint: []string{"/bin/sh", "-c"}, TrafficPort: 8080, Args: []string{"a<b"},
			EnvVariables: map[string]string{"A": "1"}, SecretEnvVariables: map[string]string{"S": "x"},
		},
		RegistryConfig: caas.RegistryConfig{ImageURL: "ghcr.io/o/i:1", RegistryUsername: "u", RegistrySecret: "p"},
	}
	small := smallRequest()
	for name, test := range map[string]struct {
		request caas.DeployRequest
		want    string
	}{
		"everything": {full, `{"resource_private_name":"web","duration_hours":24,"gpus_per_container":8,"hardware_id":203,"location_ids":[1,2],
			"container_config":{"replica_count":2,"entrypoint":["/bin/sh","-c"],"traffic_port":8080,"args":["a<b"],
				"env_variables":{"A":"1"},"secret_env_variables":{"S":"x"}},
			"registry_config":{"image_url":"ghcr.io/o/i:1","registry_username":"u","registry_secret":"p"}}`},
		"what is required": {small, `{"resource_private_name":"web","duration_hours":1,"gpus_per_container":8,"hardware_id":203,"location_ids":[1],
			"container_config":{"replica_count":1,"entrypoint":["/bin/app"],"traffic_port":80},"registry_config":{}}`},
		"empty is left out": {func() caas.DeployRequest {
			r := small
			r.ContainerConfig.Args, r.ContainerConfig.EnvVariables = []string{}, map[string]string{}
			r.ContainerConfig.SecretEnvVariables = map[string]string{}
			return r
		}(), `{"resource_private_name":"web","duration_hours":1,"gpus_per_container":8,"hardware_id":203,"location_ids":[1],
			"container_config":{"replica_count":1,"entrypoint":["/bin/app"],"traffic_port":80},"registry_config":{}}`},
		"required lists are never null": {caas.DeployRequest{}, `{"resource_private_name":"","duration_hours":0,"gpus_per_container":0,
			"hardware_id":0,"location_ids":[],"container_config":{"replica_count":0,"entrypoint":[],"traffic_port":0},"registry_config":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, reply(200, `{"status":"deployment requested","deployment_id":"`+someID+`"}`))
			if _, err := r.client.Deploy(t.Context(), test.request); err != nil {
				t.Fatal(err)
			}
			sent := r.seen()[0]
			if sent.method != http.MethodPost || sent.uri != prefix+"/deploy" || sent.header.Get("Content-Type") != "application/json" {
				t.Errorf("sent %s %s as %q", sent.method, sent.uri, sent.header.Get("Content-Type"))
			}
			wantJSON(t, sent.body, test.want)
		})
	}
}

func wantJSON(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := errors.Join(json.Unmarshal([]byte(got), &g), json.Unmarshal([]byte(want), &w)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestDeploy_id is read at whatever level it stands.
func TestDeploy_id(t *testing.T) {
	for body, want := range map[string]string{
		`{"deployment_id":"` + someID + `"}`:                                 someID,
		`{"data":{"data":{"deployment_id":"x","status":"FAILED"}}}`:          "x",
		`{"deployment_id":"x","data":null,"more":[]}`:                        "x",
		`{"status":"payment_required","deployment_id":"x"}`:                  "x", // a deployment with an ID exists
		`{"data":{"status":7,"deployment_id":"x"},"status":"whatever else"}`: "x",
	} {
		if id, err := onScript(t, reply(200, body)).client.Deploy(t.Context(), smallRequest()); err != nil || id != want {
			t.Errorf("%s: got %q, %v", body, id, err)
		}
	}
}
