package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// An update that fails in part leaves the state as the API has the deployment, and
// the next apply sends what is missing.
func TestDeployment_updateFailsInPart(t *testing.T) {
	t.Parallel()
	ignored := func(env *testEnv) {
		env.API.Configure(func(o *caastest.Options) { o.IgnoredPatchMembers = []string{"*"} })
	}
	for name, c := range map[string]struct {
		change  attributes
		prepare func(*testEnv)
		words   string // of the error
		again   string // request of the next apply
	}{
		// The API acknowledges a change and does not make it.
		"port not applied": {
			attributes{"container_config.traffic_port": `9000`}, ignored,
			"The API accepted the change of container_config.traffic_port for the deployment", patch(`{"traffic_port":9000}`)[0],
		},
		"write-only secrets not applied": {
			attributes{"container_config.secret_env_variables_wo": `{ A = "secret" }`, "container_config.secret_env_variables_wo_version": `1`}, ignored,
			"The API accepted the change of container_config.secret_env_variables_wo for the deployment", patch(`{"secret_env_variables":{"A":"secret"}}`)[0],
		},
		// Then what can't be read back is not taken on the API's word either.
		"image not applied, with a secret": {
			attributes{"registry_config.image_url": `"ghcr.io/org/image:2"`, "registry_config.registry_secret_wo": `"secret"`, "registry_config.registry_secret_wo_version": `1`}, ignored,
			"The API accepted the change of registry_config.image_url for the deployment", patch(`{"image_url":"ghcr.io/org/image:2","registry_secret":"secret"}`)[0],
		},
		"name not applied": {
			attributes{"resource_private_name": `"sglang"`}, func(env *testEnv) {
				env.API.Inject(caastest.Fault{Method: "PUT", Path: "/clusters/{}/update-name", Body: `{"status": "success", "message": "done"}`})
			},
			"The API accepted the change of resource_private_name for the deployment", `PUT /clusters/ID/update-name {"cluster_name":"sglang"}`,
		},
		"rejected after the rename": {
			attributes{"resource_private_name": `"sglang"`, "container_config.args": `["--x"]`}, func(env *testEnv) {
				env.API.Inject(caastest.Fault{Method: "PATCH", Path: "/deployment/{}", Status: 422, Body: `{"detail": [{"loc": ["body", "args", 0], "msg": "not that"}]}`})
			},
			"The API rejected the value: args.0: not that. Changed and saved in the state: the name.", patch(`{"args":["--x"]}`)[0],
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
			env.API.ResetJournal()
			if terraform.Read(); fmt.Sprint(terraform.State()) != before {
				t.Errorf("the state is %s, the API returns %v", before, terraform.State())
			}
			terraform.becomes(base.with(c.change), "update", c.again)
		})
	}
}

// An update waits until the changed deployment runs again, for timeouts.update, and
// does not wait with wait_for_running = false.
func TestDeployment_updateWaits(t *testing.T) {
	t.Parallel()
	change := base.with(attributes{"container_config.traffic_port": `9000`})
	for name, c := range map[string]struct {
		config        attributes
		status, words string
		waits         time.Duration
	}{
		"waits":         {change, "running", "", 5 * time.Minute},
		"does not wait": {change.with(attributes{"wait_for_running": `false`}), "deployment requested", "", 0},
		"times out":     {change.with(attributes{"timeouts": `{ update = "1m" }`}), "running", `Its last status was "deployment requested"`, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: caastest.Timings{Restart: 5 * time.Minute, URL: time.Second, Terminate: time.Second}})
			terraform := env.created(t, base)
			began := env.Clock.Now()
			if c.words == "" {
				terraform.apply(c.config)
			} else {
				terraform.fails(c.config, c.words)
			}
			if waited := env.Clock.Now().Sub(began); waited < c.waits || waited > c.waits+time.Minute {
				t.Errorf("the update took %s, want %s", waited, c.waits)
			}
			if c.words != "" { // the change was applied, so only the timeout is not in the state
				env.Clock.Advance(time.Hour)
				env.API.ResetJournal()
				terraform.becomes(c.config, "update")
			}
			terraform.has("status", c.status)
		})
	}
}

// A change made outside Terraform between the plan and the apply is not an
// inconsistency: the apply writes what was planned.
func TestDeployment_changedAfterPlan(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	planned := terraform.plan(base.with(attributes{"resource_private_name": `"sglang"`}))
	env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) {
		d.DurationHours, d.AmountPaid, d.Containers[0].PublicURL = 100, 1000, "https://moved.example.test"
	})
	if diagnostics, ok := terraform.Apply(planned); !ok {
		t.Errorf("the apply fails: %q", diagnostics)
	}
	terraform.sent(`PUT /clusters/ID/update-name {"cluster_name":"sglang"}`)
}

// The error of an update to a deployment that ended after the plan has its status,
// and nothing is sent.
func TestDeployment_endedAfterPlan(t *testing.T) {
	t.Parallel()
	for _, status := range []string{caastest.StatusCompleted, caastest.StatusTerminating} {
		env := newEnv(t, caastest.Options{})
		terraform := env.created(t, base)
		planned := terraform.plan(hours(30))
		env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.Status = status })
		diagnostics, _ := terraform.Apply(planned)
		terraform.wantWords(diagnostics, fmt.Sprintf("its status is %q", status))
		terraform.sent()
	}
}

// A name that can't be read is a warning: the state keeps it, and the rest is read.
func TestDeployment_unreadNameWarning(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.Name, d.TrafficPort = "sglang", 81 })
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployments", Status: 500, Times: -1})
	if got := terraform.Read(); len(got) != 1 || !strings.HasPrefix(got[0], "WARNING") || !strings.Contains(got[0], "Failed to read the name") {
		t.Errorf("the refresh has the diagnostics %q, want one warning", got)
	}
	terraform.has("resource_private_name", "vllm")
	if port := terraform.State()["container_config"].(map[string]any)["traffic_port"]; port != 81. {
		t.Errorf("the port is %v, want the new one", port)
	}
}
