package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// An update that fails leaves the state as the API has the deployment, with the
// changes before the one that failed, and the next apply sends what is missing.
func TestDeployment_updateFails(t *testing.T) {
	t.Parallel()
	const extend = "/deployment/{}/extend"
	ignored := func(env *testEnv) {
		env.API.Configure(func(o *caastest.Options) { o.IgnoredPatchMembers = []string{"*"} })
	}
	fault := func(f caastest.Fault) func(*testEnv) { return func(env *testEnv) { env.API.Inject(f) } }
	for name, c := range map[string]struct {
		change  attributes
		prepare func(*testEnv)
		words   string   // of the error
		again   []string // requests of the next apply
	}{
		// The API acknowledges a change and does not make it.
		"write-only secrets not applied": {
			attributes{"container_config.secret_env_variables_wo": `{ A = "secret" }`, "container_config.secret_env_variables_wo_version": `1`}, ignored,
			"The API accepted the change of container_config.secret_env_variables_wo for the deployment", patch(`{"secret_env_variables":{"A":"secret"}}`),
		},
		// Then what can't be read back is not taken on the API's word either.
		"image not applied, with a secret": {
			attributes{"registry_config.image_url": `"ghcr.io/org/image:2"`, "registry_config.registry_secret_wo": `"secret"`, "registry_config.registry_secret_wo_version": `1`}, ignored,
			"The API accepted the change of registry_config.image_url for the deployment", patch(`{"image_url":"ghcr.io/org/image:2","registry_secret":"secret"}`),
		},
		"name not applied": {
			attributes{"resource_private_name": `"sglang"`},
			fault(caastest.Fault{Method: "PUT", Path: "/clusters/{}/update-name", Body: `{"status": "success", "message": "done"}`}),
			"The API accepted the change of resource_private_name for the deployment", []string{`PUT /clusters/ID/update-name {"cluster_name":"sglang"}`},
		},
		"rejected after the rename": {
			attributes{"resource_private_name": `"sglang"`, "container_config.args": `["--x"]`},
			fault(caastest.Fault{Method: "PATCH", Path: "/deployment/{}", Status: 422, Body: `{"detail": [{"loc": ["body", "args", 0], "msg": "not that"}]}`}),
			"The API rejected the value: args.0: not that. Changed and saved in the state: the name.", patch(`{"args":["--x"]}`),
		},
		"no credits, after all changes": {
			attributes{
				"resource_private_name": `"sglang"`, "container_config.args": `["--x"]`, "duration_hours": `30`,
				"container_config.secret_env_variables_wo": `{ S = "hf-secret-value" }`, "container_config.secret_env_variables_wo_version": `1`,
			},
			fault(caastest.Fault{Method: "POST", Path: extend, Body: `{"status": "payment_required"}`}),
			"Not enough credits to extend the deployment", []string{extendedBy(6)},
		},
		"hours rejected": {
			attributes{"duration_hours": `30`},
			fault(caastest.Fault{Method: "POST", Path: extend, Status: 422, Body: `{"detail": [{"loc": ["body", "duration_hours"], "msg": "too many"}]}`}),
			"Correct the configuration and run terraform apply again.", []string{extendedBy(6)},
		},
		"hours not bought": {
			attributes{"duration_hours": `30`}, fault(caastest.Fault{Method: "POST", Path: extend, Reset: true}),
			"2 minutes later the API returns 24 prepaid hours in total, not 30", []string{extendedBy(6)},
		},
		"hours bought, which nothing shows": {
			attributes{"duration_hours": `30`}, func(env *testEnv) {
				env.API.Inject(caastest.Fault{Method: "POST", Path: extend, Status: 502, AfterWork: true, Do: func() {
					env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Status: 503, Times: -1})
				}})
			},
			"Extension could not be confirmed", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.created(t, base)
			c.prepare(env)
			terraform.fails(base.with(c.change), c.words)
			before := fmt.Sprint(terraform.State())
			env.API.Restore()
			env.API.ClearFaults()
			env.API.ResetJournal()
			if terraform.Read(); fmt.Sprint(terraform.State()) != before && c.again != nil {
				t.Errorf("the state is %s, the API returns %v", before, terraform.State())
			}
			terraform.becomes(base.with(c.change), "update", c.again...)
		})
	}
}

// An update waits until the changed deployment runs again, for timeouts.update. Neither
// a create nor an update waits with wait_for_running = false.
func TestDeployment_updateWaits(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: caastest.Timings{Provision: time.Minute, Restart: 5 * time.Minute, URL: time.Second, Terminate: time.Second}})
	began := env.Clock.Now()
	waited := func(want time.Duration) {
		t.Helper()
		if took := env.Clock.Now().Sub(began); took < want || took > want+time.Minute {
			t.Errorf("the apply took %s, want %s", took, want)
		}
		env.Clock.Advance(time.Hour)
		began = env.Clock.Now()
	}
	terraform := env.created(t, base.with(attributes{"wait_for_running": `false`}))
	terraform.has("status", "deployment requested")
	terraform.has("ends_at", "<nil>")
	waited(0)

	change := base.with(attributes{"container_config.traffic_port": `9000`})
	terraform.apply(change)
	terraform.has("status", "running")
	waited(5 * time.Minute)

	change = change.with(attributes{"container_config.traffic_port": `9001`, "wait_for_running": `false`})
	terraform.apply(change)
	terraform.has("status", "deployment requested")
	waited(0)

	change = base.with(attributes{"container_config.traffic_port": `9002`, "timeouts": `{ update = "1m" }`})
	terraform.fails(change, `The last status of the deployment was "deployment requested"`)
	waited(time.Minute)
	// The change was applied, so only the timeout is not in the state.
	env.API.ResetJournal()
	terraform.becomes(change, "update")
	terraform.has("status", "running")
}

// An API that returns other values than it received fails neither a create, which
// would taint the deployment, nor an update: the apply writes what was planned. The
// next plan shows the difference.
func TestDeployment_preservesPlannedValues(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	rewrite := func(method, path string, edit func(*caastest.Deployment)) {
		env.API.Inject(caastest.Fault{Method: method, Path: path, AfterWork: true, Do: func() { env.API.Edit(env.newest(), edit) }})
	}
	rewrite("POST", "/deploy", func(d *caastest.Deployment) {
		d.ImageURL, d.TrafficPort, d.Entrypoint = "docker.io/"+d.ImageURL, d.TrafficPort+1, []string{"sh"}
		d.Env, d.SecretEnv, d.LocationIDs, d.HardwareID = nil, nil, []int{2}, 204
	})
	config := base.with(attributes{"container_config.env_variables": `{ A = "1" }`, "container_config.secret_env_variables": `{ S = "secret" }`})
	terraform := env.created(t, config)
	terraform.has("hardware_id", "203")
	terraform.has("registry_config", "map[image_url:ghcr.io/org/image:1 registry_secret:<nil> registry_secret_wo:<nil> registry_secret_wo_version:<nil> registry_username:<nil>]")
	terraform.has("secret_env_keys", "[]")
	terraform.becomes(config, "replace", "DELETE /deployment/ID", deployedWith(
		`"replica_count"`, `"env_variables":{"A":"1"},"replica_count"`, `"traffic_port"`, `"secret_env_variables":{"S":"secret"},"traffic_port"`,
	))

	// What a rename leaves as it is, is planned as known.
	rewrite("PUT", "", func(d *caastest.Deployment) {
		d.TrafficPort, d.DurationHours, d.AmountPaid, d.Containers[0].PublicURL = 9000, 100, 1000, "https://moved.example.test"
	})
	config = config.with(attributes{"resource_private_name": `"sglang"`})
	terraform.apply(config)
	terraform.sent(`PUT /clusters/ID/update-name {"cluster_name":"sglang"}`)
	terraform.becomes(config, "update", patch(`{"traffic_port":8000}`)...)
}
