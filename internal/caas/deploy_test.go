package caas_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestDeploy_body compares the body with the contract, member for member.
func TestDeploy_body(t *testing.T) {
	empty := smallRequest()
	empty.ContainerConfig.Args, empty.ContainerConfig.EnvVariables = []string{}, map[string]string{}
	empty.ContainerConfig.SecretEnvVariables = map[string]string{}
	for name, test := range map[string]struct {
		request caas.DeployRequest
		want    string
	}{
		"everything": {caas.DeployRequest{
			ResourcePrivateName: "web", DurationHours: 24, GPUsPerContainer: 8, HardwareID: 203, LocationIDs: []int64{1, 2},
			ContainerConfig: caas.ContainerConfig{
				ReplicaCount: 2, Entrypoint: []string{"/bin/sh", "-c"}, TrafficPort: 8080, Args: []string{"a<b"},
				EnvVariables: map[string]string{"A": "1"}, SecretEnvVariables: map[string]string{"S": "x"},
			},
			RegistryConfig: caas.RegistryConfig{ImageURL: "ghcr.io/o/i:1", RegistryUsername: "u", RegistrySecret: "p"},
		}, `{"resource_private_name":"web","duration_hours":24,"gpus_per_container":8,"hardware_id":203,"location_ids":[1,2],
			"container_config":{"replica_count":2,"entrypoint":["/bin/sh","-c"],"traffic_port":8080,"args":["a<b"],
				"env_variables":{"A":"1"},"secret_env_variables":{"S":"x"}},
			"registry_config":{"image_url":"ghcr.io/o/i:1","registry_username":"u","registry_secret":"p"}}`},
		"empty is left out": {empty, smallBody},
		"required lists are never null": {caas.DeployRequest{}, `{"resource_private_name":"","duration_hours":0,"gpus_per_container":0,
			"hardware_id":0,"location_ids":[],"container_config":{"replica_count":0,"entrypoint":[],"traffic_port":0},"registry_config":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, respond(200, `{"deployment_id":"x"}`))
			if _, err := h.client.Deploy(t.Context(), test.request); err != nil {
				t.Fatal(err)
			}
			wantJSON(t, h.requests()[0].body, test.want)
		})
	}
}

// wantJSON fails the test unless both strings are the same JSON.
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

// TestPurchase_response shows what each response means: for a deploy an ID, an error
// where nothing was bought, or an error where the deployment may exist; for an
// extension any success but payment_required is one.
func TestPurchase_response(t *testing.T) {
	unpaid, noID, bought := holds{rejected: true, payment: true}, holds{accepted: true}, holds{}
	for body, test := range map[string]struct {
		status         int
		id             string
		deploy, extend holds
	}{
		`{"deployment_id":"x"}`: {200, "x", bought, bought},
		`{"data":{"data":{"deployment_id":"x","status":"FAILED"}}}`:     {201, "x", bought, bought},
		`{"deployment_id":"x","data":null,"more":[]}`:                   {200, "x", bought, bought},
		`{"data":{"status":7,"deployment_id":"x"},"status":"anything"}`: {200, "x", bought, bought},
		`{"status":"payment_required","deployment_id":"x"}`:             {200, "x", bought, unpaid}, // what has an ID exists
		`{"status":"payment_required"}`:                                 {200, "", unpaid, unpaid},
		`{"status":"payment_required","data":null}`:                     {200, "", unpaid, unpaid},
		`{"status":"payment_required","data":{"id":null}}`:              {200, "", unpaid, unpaid},
		`{"data":{"status":"Payment_Required","deployment_id":null}}`:   {200, "", unpaid, unpaid},
		`{"status":"payment_required","detail":"top up"}`:               {400, "", unpaid, unpaid},
		`{"status":"deployment requested","deployment_id":""}`:          {200, "", noID, bought},
		`{"data":{"id":"d","status":"running"}}`:                        {200, "", noID, bought},
		`{"data":null}`:                                                 {200, "", noID, bought}, `null`: {200, "", noID, bought}, `[1]`: {200, "", noID, bought},
		``: {204, "", noID, bought},
	} {
		h := newHarness(t, respond(test.status, body))
		id, err := h.client.Deploy(t.Context(), smallRequest())
		if id != test.id || predicates(err) != test.deploy || (err == nil) != (id != "") {
			t.Errorf("%s: deploy: got %q, %v", body, id, err)
		}
		if err := h.client.Extend(t.Context(), someID, 3); predicates(err) != test.extend || (err == nil) != (test.extend == bought) {
			t.Errorf("%s: extend: %v", body, err)
		}
		if n := len(h.requests()); n != 2 {
			t.Errorf("%s: %d requests", body, n)
		}
	}
}

// TestPurchase_paymentRequired has the amount that the API requires, if it says one.
func TestPurchase_paymentRequired(t *testing.T) {
	const lacks = "payment required: the account does not have enough credits"
	for body, want := range map[string]string{
		`{"status":"payment_required"}`: lacks,
		`{"status":"payment_required","payment":{"accepts":[{"maxAmountRequired":"123450000"}]}}`:          lacks + "; it requires 123.45 USDC",
		`{"data":{"status":"payment_required","payment":{"accepts":[{"maxAmountRequired":"123450000"}]}}}`: lacks + "; it requires 123.45 USDC",
		`{"status":"payment_required","payment":{"accepts":[]}}`:                                           lacks,
		`{"status":"payment_required","payment":{"accepts":[{"maxAmountRequired":"much"}]}}`:               lacks,
		`{"status":"payment_required","payment":"none"}`:                                                   lacks,
	} {
		for _, status := range []int{200, 402} {
			h := newHarness(t, respond(status, body))
			_, deployErr := h.client.Deploy(t.Context(), smallRequest())
			for _, err := range []error{deployErr, h.client.Extend(t.Context(), someID, 3)} {
				if got := apiError(t, err).Reason(); got != want || predicates(err) != (holds{rejected: true, payment: true}) {
					t.Errorf("%d %s: %q", status, body, got)
				}
			}
		}
	}
}
