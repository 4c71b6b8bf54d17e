package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// A completed deployment stays in the state, also when the API forgets it; its
// containers and URLs stay known, and its removal makes no call.
func TestDeployment_endedStays(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	before := terraform.State()
	env.Clock.Advance(30 * time.Hour)
	terraform.Read()
	terraform.has("status", "completed")
	for _, attribute := range []string{"containers", "public_urls"} {
		terraform.has(attribute, fmt.Sprint(before[attribute]))
	}
	env.API.Forget(env.newest())
	terraform.empty(base)
	terraform.apply(destroyed)
	terraform.sent()
}

// Every plan warns once of a deployment that does not run any more. A change to one
// that can't be changed is an error, but for what is not sent to the API.
func TestDeployment_endedPlans(t *testing.T) {
	t.Parallel()
	for status, c := range map[string]struct {
		end    func(*testEnv, string)
		warns  []string
		change string // the end of the error, "" when a change is possible
	}{
		"completed": {
			func(env *testEnv, _ string) { env.Clock.Advance(30 * time.Hour) },
			[]string{
				"Deployment has ended",
				`("vllm") has the status "completed" since 2030-01-03T03:05:35Z: its prepaid time has expired. It cost 478.08 USDC and stays in the state.`,
				"To run it again, and pay for it again, set recreate_when_ended = true",
			},
			"To recreate it with this configuration, and pay for it again, set recreate_when_ended = true",
		},
		"failed": {
			func(env *testEnv, id string) { env.API.Fail(id) },
			[]string{
				"Deployment has failed", `("vllm") has the status "failed" since`, "and stays in the state.",
				"To fix it in place, which costs nothing, correct the configuration and run terraform apply.",
			}, "",
		},
		"termination requested": {
			func(env *testEnv, id string) {
				env.API.Configure(func(o *caastest.Options) { o.Timings.Terminate = time.Hour })
				env.API.Edit(id, func(d *caastest.Deployment) { d.Status = caastest.StatusTerminating })
			},
			[]string{
				"Deployment is being terminated", `("vllm") has the status "termination requested". It can be neither changed nor extended.`,
				"removes it from the state after it is destroyed.",
			},
			"Undo the change, or wait until the deployment is destroyed and run terraform apply again",
		},
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.created(t, base)
			c.end(env, env.newest())
			end := fmt.Sprint(terraform.State()["ends_at"])
			p := terraform.plan(base)
			if p.Action != "no-op" {
				t.Errorf("the plan has the action %s, want none", p.Action)
			}
			terraform.Read()
			terraform.has("ends_at", end)
			for _, words := range c.warns {
				terraform.wantWarning(p.Diagnostics, words)
			}
			for _, change := range []attributes{
				{"registry_config.registry_secret_wo": `"a secret"`, "registry_config.registry_secret_wo_version": `1`},
				{"duration_hours": `48`},
				{"resource_private_name": `"sglang"`},
			} {
				if c.change == "" {
					p := terraform.plan(base.with(change))
					if _, fixes := change["registry_config.registry_secret_wo"]; !fixes {
						terraform.wantWords(p.Diagnostics, c.warns[0])
					}
				} else {
					terraform.planFails(base.with(change), "so it can be neither changed nor extended. "+c.change)
				}
			}
			terraform.becomes(base.with(attributes{"timeouts": `{ update = "1h" }`}), "update")
		})
	}
}

// A completed deployment is recreated with recreate_when_ended = true and by any
// replacement. A failed one has not ended: it is replaced only when asked for, and
// destroyed first.
func TestDeployment_endedRecreated(t *testing.T) {
	t.Parallel()
	recreate := base.with(attributes{"recreate_when_ended": `true`})
	port, hardware := attributes{"container_config.traffic_port": `9000`}, attributes{"hardware_id": `204`}
	for name, c := range map[string]struct {
		before, after attributes
		fails, taint  bool
		during        bool // it ends during the create, and nothing is refreshed
		action        string
		requests      []string
	}{
		"configured before":     {before: recreate, after: recreate, action: "create", requests: []string{deployed}},
		"configured afterwards": {before: base, after: recreate, action: "replace", requests: []string{deployed}},
		"with a change":         {before: base, after: recreate.with(port), action: "replace", requests: []string{deployedWith("8000", "9000")}},
		"replaced":              {before: base, after: base.with(hardware), action: "replace", requests: []string{deployedWith("203", "204")}},
		"tainted":               {before: base, after: base, taint: true, action: "replace", requests: []string{deployed}},
		// The state has both the end and recreate_when_ended.
		"ended during the create": {before: recreate, after: recreate, during: true, action: "replace", requests: []string{deployed}},
		"failed":                  {before: recreate, after: recreate, fails: true, action: "no-op"},
		"failed and replaced":     {before: base, after: base.with(hardware), fails: true, action: "replace", requests: replacement(deployedWith("203", "204"))},
		"failed, then corrected":  {before: recreate, after: recreate.with(port), fails: true, action: "update", requests: patch(`{"traffic_port":9000}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{PatchRestartsFailed: true})
			if c.during {
				env.API.Inject(caastest.Fault{Method: "POST", Path: "/deploy", AfterWork: true, Do: func() {
					env.API.Edit(env.newest(), func(d *caastest.Deployment) { d.Status = caastest.StatusCompleted })
				}})
			}
			terraform := env.created(t, c.before)
			switch {
			case c.fails:
				env.API.Fail(env.newest())
			case !c.during:
				env.Clock.Advance(25 * time.Hour)
			}
			terraform.Tainted, terraform.NoRefresh = c.taint, c.during
			terraform.becomes(c.after, c.action, c.requests...)
			if c.action == "no-op" {
				terraform.Read()
				terraform.has("status", "failed")
			} else {
				terraform.has("status", "running")
			}
		})
	}
}
