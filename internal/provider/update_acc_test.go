package provider_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// row is one change of a configuration, applied after the row before it.
type row struct {
	name     string
	change   attributes
	action   string
	requests []string
}

// updateRows are, for each attribute, what is sent when it is added, changed and
// removed. The rows of one table are the steps of one test.
var updateRows = map[string][]row{
	"entrypoint": {
		{"changed", attributes{"container_config.entrypoint": `["vllm", "--host", "$$${HOST}"]`}, "update", patch(`{"entrypoint":["vllm","--host","$${HOST}"]}`)},
		{"emptied", attributes{"container_config.entrypoint": `[]`}, "update", patch(`{"entrypoint":[]}`)},
	},
	"args": {
		{"added", attributes{"container_config.args": `["--model", "a"]`}, "update", patch(`{"args":["--model","a"]}`)},
		{"removed", attributes{"container_config.args": ""}, "update", patch(`{"args":null}`)},
	},
	"env_variables": {
		{"added", attributes{"container_config.env_variables": `{ A = "1", B = "" }`}, "update", patch(`{"env_variables":{"A":"1","B":""}}`)},
		{"one removed", attributes{"container_config.env_variables": `{ A = "1" }`}, "update", patch(`{"env_variables":{"A":"1"}}`)},
		{"emptied", attributes{"container_config.env_variables": `{}`}, "update", patch(`{"env_variables":{}}`)},
		{"omitted", attributes{"container_config.env_variables": ""}, "no-op", nil},
	},
	"secret_env_variables": {
		{"added", attributes{"container_config.secret_env_variables": `{ S = "1", T = "2" }`}, "update", patch(`{"secret_env_variables":{"S":"1","T":"2"}}`)},
		{"one removed", attributes{"container_config.secret_env_variables": `{ S = "1" }`}, "update", patch(`{"secret_env_variables":{"S":"1"}}`)},
		{"changed to write-only", attributes{
			"container_config.secret_env_variables":            "",
			"container_config.secret_env_variables_wo":         `{ S = "1" }`,
			"container_config.secret_env_variables_wo_version": `1`,
		}, "update", patch(`{"secret_env_variables":{"S":"1"}}`)},
		{"value alone changed", attributes{"container_config.secret_env_variables_wo": `{ S = "2" }`}, "no-op", nil},
		{"version changed", attributes{"container_config.secret_env_variables_wo_version": `2`}, "update", patch(`{"secret_env_variables":{"S":"2"}}`)},
		{"name added", attributes{"container_config.secret_env_variables_wo": `{ S = "2", T = "3" }`}, "update", patch(`{"secret_env_variables":{"S":"2","T":"3"}}`)},
		{"changed to stored", attributes{
			"container_config.secret_env_variables":            `{ S = "1" }`,
			"container_config.secret_env_variables_wo":         "",
			"container_config.secret_env_variables_wo_version": "",
		}, "update", patch(`{"secret_env_variables":{"S":"1"}}`)},
		{"removed", attributes{"container_config.secret_env_variables": ""}, "update", patch(`{"secret_env_variables":null}`)},
	},
	"registry_config": {
		{"image and username", attributes{"registry_config.image_url": `"ghcr.io/org/image:2"`, "registry_config.registry_username": `"robot"`}, "update",
			patch(`{"image_url":"ghcr.io/org/image:2","registry_username":"robot"}`)},
		{"secret added", attributes{"registry_config.registry_secret": `"one"`}, "update", patch(`{"registry_secret":"one"}`)},
		{"secret changed to write-only", attributes{
			"registry_config.registry_secret":            "",
			"registry_config.registry_secret_wo":         `"two"`,
			"registry_config.registry_secret_wo_version": `1`,
		}, "update", patch(`{"registry_secret":"two"}`)},
		{"version changed", attributes{"registry_config.registry_secret_wo": `"three"`, "registry_config.registry_secret_wo_version": `2`}, "update", patch(`{"registry_secret":"three"}`)},
		{"all removed", attributes{
			"registry_config.image_url": "", "registry_config.registry_username": "",
			"registry_config.registry_secret_wo": "", "registry_config.registry_secret_wo_version": "",
		}, "update", patch(`{"image_url":null,"registry_secret":null,"registry_username":null}`)},
	},
	"not sent to the API": {
		{"gpus_per_container set to the default", attributes{"gpus_per_container": `8`}, "no-op", nil},
		{"gpus_per_container removed", attributes{"gpus_per_container": ""}, "no-op", nil},
		{"wait_for_running changed", attributes{"wait_for_running": `false`}, "update", nil},
		{"wait_for_running removed", attributes{"wait_for_running": ""}, "update", nil},
		{"wait_for_running set to the default", attributes{"wait_for_running": `true`}, "no-op", nil},
		{"recreate_when_ended added", attributes{"recreate_when_ended": `true`}, "update", nil},
		{"recreate_when_ended removed", attributes{"recreate_when_ended": ""}, "update", nil},
		{"timeouts added", attributes{"timeouts": `{ update = "10m" }`}, "update", nil},
		{"timeouts changed", attributes{"timeouts": `{ update = "20m", delete = "1h" }`}, "update", nil},
		{"timeouts removed", attributes{"timeouts": ""}, "update", nil},
	},
	"several at once": {
		// The purchase comes last.
		{"all in place", attributes{
			"resource_private_name": `"sglang"`, "duration_hours": `25`, "timeouts": `{ update = "10m" }`,
			"container_config.traffic_port": `9000`, "registry_config.image_url": `"ghcr.io/org/image:2"`,
		}, "update", []string{
			`PUT /clusters/ID/update-name {"cluster_name":"sglang"}`,
			`PATCH /deployment/ID {"image_url":"ghcr.io/org/image:2","traffic_port":9000}`,
			`POST /deployment/ID/extend {"duration_hours":1}`,
		}},
	},
	"forces replacement": {
		{"hardware_id", attributes{"hardware_id": `204`}, "replace", replacement(deployedWith("203", "204"))},
		{"location added", attributes{"location_ids": `[2, 1]`}, "replace", replacement(deployedWith("203", "204", "[1]", "[1,2]"))},
		{"locations in another order", attributes{"location_ids": `[1, 2]`}, "no-op", nil},
		{"location removed", attributes{"location_ids": `[1]`}, "replace", replacement(deployedWith("203", "204"))},
		// A replacement may have fewer hours.
		{"replica_count and everything else", attributes{
			"container_config.replica_count": `2`, "duration_hours": `12`, "resource_private_name": `"sglang"`,
			"container_config.args": `["--x"]`, "container_config.env_variables": `{ A = "1" }`,
			"container_config.secret_env_variables_wo": `{ S = "s" }`, "container_config.secret_env_variables_wo_version": `1`,
			"registry_config.registry_secret_wo": `"r"`, "registry_config.registry_secret_wo_version": `1`,
		}, "replace",
			replacement(`POST /deploy {"container_config":{"args":["--x"],"entrypoint":["vllm","serve"],"env_variables":{"A":"1"},"replica_count":2,"secret_env_variables":{"S":"s"},"traffic_port":8000},` +
				`"duration_hours":12,"gpus_per_container":8,"hardware_id":204,"location_ids":[1],` +
				`"registry_config":{"image_url":"ghcr.io/org/image:1","registry_secret":"r"},"resource_private_name":"sglang"}`)},
	},
}

// Each attribute changes as its description says: in place with only what changed,
// or by a replacement.
func TestDeployment_update(t *testing.T) {
	t.Parallel()
	for name, rows := range updateRows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newEnv(t, caastest.Options{}).created(t, base)
			now := base
			for _, r := range rows {
				t.Log(r.name)
				now = now.with(r.change)
				c.becomes(now, r.action, r.requests...)
			}
		})
	}
}
