package deployment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestAccDeployment_driftIsPutRight shows that what was changed elsewhere shows
// up as a difference, and what puts it right.
func TestAccDeployment_driftIsPutRight(t *testing.T) {
	t.Parallel()
	config := base.with(attributes{
		"container_config.env_variables":        `{ A = "1" }`,
		"container_config.secret_env_variables": `{ S = "secret one", T = "secret two" }`,
	})
	writeOnly := base.with(attributes{
		"container_config.secret_env_variables_wo":         `{ S = "secret one" }`,
		"container_config.secret_env_variables_wo_version": `1`,
	})
	const deployed = `POST /deploy {"container_config":{"entrypoint":["vllm","serve"],"env_variables":{"A":"1"},"replica_count":1,` +
		`"secret_env_variables":{"S":"secret one","T":"secret two"},"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,` +
		`"hardware_id":203,"location_ids":[1],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`
	type drift struct {
		what     string
		edit     func(*caastest.Deployment)
		action   plancheck.ResourceActionType
		requests []string
	}
	for name, c := range map[string]struct {
		config attributes
		drifts []drift
	}{
		"in place": {config, []drift{
			{"image", func(d *caastest.Deployment) { d.ImageURL = "evil" }, update, patch(`{"image_url":"ghcr.io/org/image:1"}`)},
			{"no image", func(d *caastest.Deployment) { d.ImageURL = "" }, update, patch(`{"image_url":"ghcr.io/org/image:1"}`)},
			{"port", func(d *caastest.Deployment) { d.TrafficPort = 1 }, update, patch(`{"traffic_port":8000}`)},
			{"entrypoint", func(d *caastest.Deployment) { d.Entrypoint = []string{"sleep"} }, update, patch(`{"entrypoint":["vllm","serve"]}`)},
			{"empty entrypoint", func(d *caastest.Deployment) { d.Entrypoint = []string{} }, update, patch(`{"entrypoint":["vllm","serve"]}`)},
			{"another variable", func(d *caastest.Deployment) { d.Env["B"] = "2" }, update, patch(`{"env_variables":{"A":"1"}}`)},
			{"no variables", func(d *caastest.Deployment) { d.Env = nil }, update, patch(`{"env_variables":{"A":"1"}}`)},
			{"another secret", func(d *caastest.Deployment) { d.SecretEnv["U"] = "x" }, update, patch(`{"secret_env_variables":{"S":"secret one","T":"secret two"}}`)},
			{"a secret fewer", func(d *caastest.Deployment) { delete(d.SecretEnv, "S") }, update, patch(`{"secret_env_variables":{"S":"secret one","T":"secret two"}}`)},
			{"no secrets", func(d *caastest.Deployment) { d.SecretEnv = nil }, update, patch(`{"secret_env_variables":{"S":"secret one","T":"secret two"}}`)},
			{"name", func(d *caastest.Deployment) { d.Name = "sglang" }, update, []string{`PUT /clusters/ID/update-name {"cluster_name":"vllm"}`}},
			{"hours bought", func(d *caastest.Deployment) { d.DurationHours += 10 }, noop, nil},
			{"what the API does not tell", func(d *caastest.Deployment) {
				d.Args, d.RegistryUsername, d.RegistrySecret, d.SecretEnv["S"] = []string{"x"}, "x", "x", "x"
			}, noop, nil},
		}},
		"by a replacement": {config, []drift{
			{"replicas", func(d *caastest.Deployment) { d.Replicas = 2 }, replace, anew(strings.TrimPrefix(deployed, "POST /deploy "))},
			{"locations", func(d *caastest.Deployment) { d.LocationIDs = []int{1, 2} }, replace, anew(strings.TrimPrefix(deployed, "POST /deploy "))},
			{"destroyed", func(d *caastest.Deployment) { d.Status = caastest.StatusDestroyed }, plancheck.ResourceActionCreate, []string{deployed}},
		}},
		"write-only secrets": {writeOnly, []drift{
			{"another name", func(d *caastest.Deployment) { d.SecretEnv["U"] = "x" }, update, patch(`{"secret_env_variables":{"S":"secret one"}}`)},
			{"other names", func(d *caastest.Deployment) { d.SecretEnv = map[string]string{"U": "x"} }, update, patch(`{"secret_env_variables":{"S":"secret one"}}`)},
			{"no names", func(d *caastest.Deployment) { d.SecretEnv = nil }, update, patch(`{"secret_env_variables":{"S":"secret one"}}`)},
			{"another value", func(d *caastest.Deployment) { d.SecretEnv["S"] = "x" }, noop, nil},
		}},
		// The API's null, {} and [] against what is omitted.
		"nothing": {base, []drift{
			{"null", func(d *caastest.Deployment) { d.Env, d.SecretEnv = nil, nil }, noop, nil},
			{"empty", func(d *caastest.Deployment) { d.Env, d.SecretEnv = map[string]string{}, map[string]string{} }, noop, nil},
			// Null is how the API tells no list at all, so it is no word against one.
			{"null entrypoint", func(d *caastest.Deployment) { d.Entrypoint = nil }, noop, nil},
			{"a variable where none is", func(d *caastest.Deployment) { d.Env = map[string]string{"A": "1"} }, update, patch(`{"env_variables":{}}`)},
			// Secrets that are not configured are not managed here.
			{"secrets where none are", func(d *caastest.Deployment) { d.SecretEnv = map[string]string{"A": "1"} }, noop, nil},
		}},
		"nothing against empty": {base.with(attributes{"container_config.entrypoint": `[]`, "container_config.secret_env_variables": `{}`}), []drift{
			{"null", func(d *caastest.Deployment) { d.Entrypoint, d.Env, d.SecretEnv = nil, nil, nil }, noop, nil},
		}},
		"no image": {base.with(attributes{"registry_config.image_url": ""}), []drift{
			{"an image where none is", func(d *caastest.Deployment) { d.ImageURL = "evil" }, update, patch(`{"image_url":null}`)},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			steps := []resource.TestStep{{Config: w.hcl(c.config.String())}}
			for _, d := range c.drifts {
				step := w.becomes(c.config, d.action, d.requests...)
				step.PreConfig = func() {
					t.Log(d.what)
					all := w.Deployments()
					w.Edit(all[len(all)-1].ID, d.edit)
					w.ResetJournal()
				}
				steps = append(steps, step)
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.providers(), Steps: steps})
		})
	}
}

// TestAccDeployment_unmanagedSecretsStay shows that a change of something else
// leaves the secrets of a deployment alone that the configuration does not name.
func TestAccDeployment_unmanagedSecretsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	change := w.becomes(base.with(attributes{"container_config.env_variables": `{ A = "1" }`}), update, patch(`{"env_variables":{"A":"1"}}`)...)
	change.PreConfig = func() {
		w.Edit(w.Deployments()[0].ID, func(d *caastest.Deployment) { d.SecretEnv, d.RegistrySecret = map[string]string{"S": "x"}, "y" })
		w.ResetJournal()
	}
	change.ConfigStateChecks = []statecheck.StateCheck{
		statecheck.ExpectKnownValue(address, tfjsonpath.New("secret_env_keys"), knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("S")})),
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps:                    []resource.TestStep{{Config: w.hcl(base.String())}, change},
	})
	if d := w.Deployments()[0]; d.SecretEnv["S"] != "x" || d.RegistrySecret != "y" {
		t.Errorf("the deployment has the secrets %q and %q", d.SecretEnv, d.RegistrySecret)
	}
}

// TestAccDeployment_ignoredChange shows that a change which the API acknowledges
// and does not make is an error on its attribute: the state keeps what is, and
// the next apply, when the API has come to its senses, makes it.
func TestAccDeployment_ignoredChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change      attributes
		at, request string
	}{
		"entrypoint": {attributes{"container_config.entrypoint": `["x"]`}, "container_config.entrypoint", `{"entrypoint":["x"]}`},
		"port":       {attributes{"container_config.traffic_port": `9000`}, "container_config.traffic_port", `{"traffic_port":9000}`},
		"variables":  {attributes{"container_config.env_variables": `{ A = "1" }`}, "container_config.env_variables", `{"env_variables":{"A":"1"}}`},
		"secrets":    {attributes{"container_config.secret_env_variables": `{ A = "secret" }`}, "container_config.secret_env_variables", `{"secret_env_variables":{"A":"secret"}}`},
		"write-only secrets": {attributes{
			"container_config.secret_env_variables_wo": `{ A = "secret" }`, "container_config.secret_env_variables_wo_version": `1`,
		}, "container_config.secret_env_variables_wo", `{"secret_env_variables":{"A":"secret"}}`},
		"image": {attributes{"registry_config.image_url": `"ghcr.io/org/image:2"`}, "registry_config.image_url", `{"image_url":"ghcr.io/org/image:2"}`},
		// What can't be read back is then not taken on the API's word either.
		"image and secret": {attributes{
			"registry_config.image_url": `"ghcr.io/org/image:2"`, "registry_config.registry_secret_wo": `"secret"`, "registry_config.registry_secret_wo_version": `1`,
		}, "registry_config.image_url", `{"image_url":"ghcr.io/org/image:2","registry_secret":"secret"}`},
		"no image": {attributes{"registry_config.image_url": ""}, "registry_config.image_url", `{"image_url":null}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			again := w.becomes(base.with(c.change), update, patch(c.request)...)
			again.PreConfig = func() {
				w.Behave()
				w.ResetJournal()
			}
			again.ConfigPlanChecks.PreApply = append(again.ConfigPlanChecks.PreApply, asRead)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps: []resource.TestStep{
					{Config: w.hcl(base.String())},
					{
						PreConfig:   func() { w.IgnorePatch() },
						Config:      w.hcl(base.with(c.change).String()),
						ExpectError: said("The API accepted the change of " + c.at + " of the deployment"),
					},
					again,
				},
			})
		})
	}
}

// asRead checks that the state was as the API tells before the plan refreshed it.
var asRead = planCheck(func(req plancheck.CheckPlanRequest) error {
	if n := len(req.Plan.ResourceDrift); n > 0 {
		return fmt.Errorf("the state is not as the API tells: %v", req.Plan.ResourceDrift[0].Change)
	}
	return nil
})

// TestAccDeployment_ignoredRename is the same for the name, which has a call of
// its own and is read from the list.
func TestAccDeployment_ignoredRename(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	renamed := base.with(attributes{"resource_private_name": `"sglang"`})
	const request = `PUT /clusters/ID/update-name {"cluster_name":"sglang"}`
	again := w.becomes(renamed, update, request)
	again.PreConfig = w.ResetJournal
	again.ConfigPlanChecks.PreApply = append(again.ConfigPlanChecks.PreApply, asRead)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(base.String())},
			{
				PreConfig: func() {
					w.Inject(caastest.Fault{Method: "PUT", Path: "/clusters/{}/update-name", Body: `{"status": "success", "message": "done"}`})
				},
				Config:      w.hcl(renamed.String()),
				ExpectError: said("The API accepted the change of resource_private_name of the deployment"),
			},
			again,
		},
	})
}

// TestAccDeployment_afterTheChange shows that an update waits until the changed
// deployment runs again, in the time that timeouts.update leaves, unless told not
// to wait.
func TestAccDeployment_afterTheChange(t *testing.T) {
	t.Parallel()
	change := attributes{"container_config.traffic_port": `9000`}
	for name, c := range map[string]struct {
		change       attributes
		status, says string
		waits        time.Duration
	}{
		"waits":          {change, "running", "", 5 * time.Minute},
		"does not wait":  {change.with(attributes{"wait_for_running": `false`}), "deployment requested", "", 0},
		"waits too long": {change.with(attributes{"timeouts": `{ update = "1m" }`}), "running", `Its last status was "deployment requested"`, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{Timings: caastest.Timings{Restart: 5 * time.Minute, URL: time.Second, Terminate: time.Second}})
			var began time.Time
			step := resource.TestStep{PreConfig: func() { began = w.clock.Now() }, Config: w.hcl(base.with(c.change).String())}
			steps := []resource.TestStep{{Config: w.hcl(base.String())}, step}
			switch {
			case c.says != "":
				steps[1].ExpectError = said(c.says)
				// The change was taken, so only the configuration of the timeout is
				// left to be written.
				after := w.becomes(base.with(c.change), update)
				after.PreConfig = func() {
					if waited := w.clock.Now().Sub(began); waited < c.waits || waited > 2*c.waits {
						t.Errorf("the update took %s, want %s", waited, c.waits)
					}
					w.clock.Advance(time.Hour)
					w.ResetJournal()
				}
				steps = append(steps, after)
			default:
				steps[1].ConfigStateChecks = []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact(c.status)),
				}
				steps[1].Check = func(*terraform.State) error {
					if waited := w.clock.Now().Sub(began); waited < c.waits || waited > c.waits+time.Minute {
						t.Errorf("the update took %s, want %s", waited, c.waits)
					}
					return nil
				}
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.providers(), Steps: steps})
		})
	}
}

// TestAccDeployment_changedHalf shows that what was done before a call failed is
// in the state, so that the next apply goes on from there.
func TestAccDeployment_changedHalf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	wanted := base.with(attributes{"resource_private_name": `"sglang"`, "container_config.args": `["--x"]`})
	again := w.becomes(wanted, update, patch(`{"args":["--x"]}`)...)
	again.PreConfig = w.ResetJournal
	again.ConfigPlanChecks.PreApply = append(again.ConfigPlanChecks.PreApply, asRead)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(base.String())},
			{
				PreConfig: func() {
					w.Inject(caastest.Fault{Method: "PATCH", Path: "/deployment/{}", Status: 422, Body: `{"detail": [{"loc": ["body", "args", 0], "msg": "not that"}]}`})
				},
				Config:      w.hcl(wanted.String()),
				ExpectError: said("The API refused it: args.0: not that. The deployment"),
			},
			again,
		},
	})
}

// TestAccDeployment_changeTriedAgain shows that a change which costs nothing is
// sent until it is answered.
func TestAccDeployment_changeTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	steps := []resource.TestStep{{Config: w.hcl(base.String())}}
	for i, fault := range []caastest.Fault{{Status: 502}, {Status: 503, AfterWork: true}, {Reset: true, Times: 3}} {
		body := fmt.Sprintf(`{"traffic_port":%d}`, 9000+i)
		requests := slices.Repeat(patch(body), max(fault.Times, 1)+1)
		step := w.becomes(base.with(attributes{"container_config.traffic_port": fmt.Sprint(9000 + i)}), update, requests...)
		step.PreConfig = func() {
			fault.Method, fault.Path = "PATCH", "/deployment/{}"
			w.Inject(fault)
			w.ResetJournal()
		}
		steps = append(steps, step)
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.providers(), Steps: steps})
}

// TestAccDeployment_movedMeanwhile shows that what moves between the plan and the
// apply is no inconsistency: the apply writes what was planned, and the next
// refresh tells the rest.
func TestAccDeployment_movedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	renamed := w.becomes(base.with(attributes{"resource_private_name": `"sglang"`}), update, `PUT /clusters/ID/update-name {"cluster_name":"sglang"}`)
	renamed.PreConfig = w.ResetJournal
	renamed.ConfigPlanChecks.PreApply = append(renamed.ConfigPlanChecks.PreApply, planCheck(func(plancheck.CheckPlanRequest) error {
		w.Edit(w.Deployments()[0].ID, func(d *caastest.Deployment) {
			d.DurationHours, d.AmountPaid, d.Containers[0].PublicURL = 100, 1000, "https://moved.example.test"
		})
		return nil
	}))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps:                    []resource.TestStep{{Config: w.hcl(base.String())}, renamed},
	})
}

// TestDeployment_nameNotRead shows that a list which can't be read is a warning:
// the state keeps the name, and all else is read.
func TestDeployment_nameNotRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.Add(caastest.Deployment{Name: "vllm", TrafficPort: 80})
	imported, err := w.protocol(t).ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	p := w.protocol(t)
	state := p.read(t.Context(), imported.ImportedResources[0].State).NewState
	w.Edit(id, func(d *caastest.Deployment) { d.Name, d.TrafficPort = "sglang", 81 })
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployments", Status: 500, Times: -1})

	p = w.protocol(t) // the names are read once per process
	got := p.read(t.Context(), state)
	if len(got.Diagnostics) != 1 || got.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning ||
		!strings.Contains(got.Diagnostics[0].Detail, "Whether the deployment "+id+" was renamed elsewhere is not known; the state keeps the name it had") {
		t.Errorf("the refresh says %v, want one warning", got.Diagnostics)
	}
	v, err := got.NewState.Unmarshal(p.schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	text := v.String()
	if !strings.Contains(text, `"resource_private_name":tftypes.String<"vllm">`) || !strings.Contains(text, `"traffic_port":tftypes.Number<"81">`) {
		t.Errorf("the state is %s, want the old name and the new port", text)
	}
}
