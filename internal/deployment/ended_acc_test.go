package deployment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestAccDeployment_endedWarns shows that a deployment which has ended stays, and
// that the plan says since when, what it cost and how to run it again.
func TestAccDeployment_endedWarns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(*world, string)
		says string
	}{
		"time is up": {
			func(w *world, _ string) { w.clock.Advance(30 * time.Hour) },
			`("vllm") is completed since 2030-01-03T03:04:05Z: its time is up. It cost 478.08 USDC and stays in the state`,
		},
		"failed": {
			func(w *world, id string) { w.Fail(id) },
			`("vllm") is failed since 2030-01-02T03:04:05Z: it failed. It cost 478.08 USDC and stays in the state`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{Timings: instant})
			f := w.folder(t)
			f.Write("main.tf", minimal)
			if out := f.Run("apply", "-auto-approve"); strings.Contains(out, "Deployment has ended") {
				t.Errorf("a deployment that runs is said to have ended:\n%s", out)
			}
			c.end(w, w.Deployments()[0].ID)
			w.ResetJournal()
			for range 2 { // the warning does not wear off
				out := f.Run("plan", "-detailed-exitcode") // fails when the plan is not empty
				f.says(out, "Warning: Deployment has ended")
				f.says(out, "The deployment "+w.Deployments()[0].ID+" "+c.says)
				f.says(out, "To run it again, write recreate_when_ended = true, or run terraform apply -replace=ADDRESS")
			}
			// That the API forgets it later is no reason to buy it anew either.
			id := w.Deployments()[0].ID
			f.Run("apply", "-refresh-only", "-auto-approve")
			w.Vanish(id)
			f.says(f.Run("plan", "-detailed-exitcode"), "The deployment "+id+" "+c.says)
			f.Write("main.tf", strings.Replace(minimal, "  resource_private_name", "  recreate_when_ended = true\n  resource_private_name", 1))
			if out, code := f.Try("plan", "-detailed-exitcode"); code != 2 {
				t.Errorf("with recreate_when_ended: exit %d, want changes\n%s", code, out)
			}
			// To be rid of it costs no call: there is nothing left to end.
			f.Run("destroy", "-auto-approve")
			if sent := w.changes(); len(sent) > 0 {
				t.Errorf("the API received %q, want nothing", sent)
			}
		})
	}
}

// deployed is the creation of the base deployment.
const deployed = `POST /deploy {"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,` +
	`"hardware_id":203,"location_ids":[1],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`

// TestAccDeployment_endedRecreated shows when a deployment that has ended is made
// anew: with recreate_when_ended = true, be it new or old in the configuration,
// and when a change would replace it anyway.
func TestAccDeployment_endedRecreated(t *testing.T) {
	t.Parallel()
	recreate := base.with(attributes{"recreate_when_ended": `true`})
	for name, c := range map[string]struct {
		before, after attributes
		action        plancheck.ResourceActionType
		request       string
	}{
		"as configured before": {recreate, recreate, plancheck.ResourceActionCreate, deployed},
		"as configured now":    {base, recreate, replace, deployed},
		"with a change":        {base, recreate.with(attributes{"container_config.traffic_port": `9000`}), replace, strings.Replace(deployed, "8000", "9000", 1)},
		"by a replacement":     {base, base.with(attributes{"hardware_id": `204`}), replace, strings.Replace(deployed, "203", "204", 1)},
		"as it is tainted":     {base, base, replace, deployed},
	} {
		for end, ends := range map[string]func(*world){
			"time is up": func(w *world) { w.clock.Advance(25 * time.Hour) },
			"failed":     func(w *world) { w.Fail(w.Deployments()[0].ID) },
		} {
			t.Run(name+", "+end, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, caastest.Options{})
				again := w.becomes(c.after, c.action, c.request)
				again.PreConfig = func() {
					ends(w)
					w.ResetJournal()
				}
				if name == "as it is tainted" {
					again.Taint = []string{address}
				}
				again.ConfigStateChecks = []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("running")),
				}
				resource.Test(t, resource.TestCase{
					ProtoV6ProviderFactories: w.providers(),
					Steps:                    []resource.TestStep{{Config: w.hcl(c.before.String())}, again},
				})
				if n := len(w.Deployments()); n != 2 {
					t.Errorf("there were %d deployments, want 2", n)
				}
			})
		}
	}
}

// TestAccDeployment_endedHoldsItsName shows that where the API still counts the
// name of what has ended as taken, the plan says so, and not only the apply.
func TestAccDeployment_endedHoldsItsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{EndedNamesTaken: true})
	recreate := base.with(attributes{"recreate_when_ended": `true`})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{{Config: w.hcl(recreate.String())}, {
			PreConfig:   func() { w.clock.Advance(25 * time.Hour) },
			Config:      w.hcl(recreate.String()),
			PlanOnly:    true,
			ExpectError: said(`which is completed. Nothing was bought. Choose another resource_private_name, or remove that deployment in io.net's web console first.`),
		}},
	})
	w.deploymentsAre(t, "completed")
}

// TestAccDeployment_endedChanged shows that a change in place of what runs no
// more is refused at plan, with the way out, and that what the API never hears of
// can be changed.
func TestAccDeployment_endedChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	steps := []resource.TestStep{{Config: w.hcl(base.String())}, {
		PreConfig: func() {
			w.clock.Advance(25 * time.Hour)
			w.ResetJournal()
		},
		Config:           w.hcl(base.String()),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	}}
	for _, change := range []attributes{
		{"container_config.traffic_port": `9000`},
		{"registry_config.registry_secret_wo": `"a secret"`, "registry_config.registry_secret_wo_version": `1`},
		{"duration_hours": `48`},
		{"resource_private_name": `"sglang"`},
	} {
		steps = append(steps, resource.TestStep{
			Config: w.hcl(base.with(change).String()), PlanOnly: true,
			ExpectError: said("is completed since 2030-01-03T03:05:35Z, so there is nothing left to change in place. To run it again with this configuration, " +
				"and pay for it anew, write recreate_when_ended = true, or run terraform apply -replace=ADDRESS"),
		})
	}
	steps = append(steps, w.becomes(base.with(attributes{"timeouts": `{ update = "1h" }`}), update))
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.providers(), Steps: steps})
	w.deploymentsAre(t, "completed")
}

// TestAccDeployment_failedMended shows that a deployment which failed, and has not
// been ended by the API, is mended in place, which costs nothing.
func TestAccDeployment_failedMended(t *testing.T) {
	t.Parallel()
	// revert makes the deployment fail without an end, as the API may tell it.
	revert := func(w *world) {
		id := w.Deployments()[0].ID
		w.Fail(id, "pulling image: manifest unknown")
		w.Edit(id, func(d *caastest.Deployment) { d.Finished = time.Time{} })
	}
	for name, prepare := range map[string]func(*world){
		"at once": func(*world) {},
		// After the change it is told as failed a few times more.
		"after a while": func(w *world) {
			w.Inject(caastest.Fault{Method: "PATCH", AfterWork: true, Do: func() {
				revert(w)
				w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 3, Do: func() {
					w.Edit(w.Deployments()[0].ID, func(d *caastest.Deployment) { d.Status = caastest.StatusRunning })
				}})
			}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{MendFailed: true})
			mended := w.becomes(base.with(attributes{"registry_config.image_url": `"ghcr.io/org/image:2"`}), update,
				patch(`{"image_url":"ghcr.io/org/image:2"}`)...)
			mended.PreConfig = func() {
				revert(w)
				prepare(w)
				w.ResetJournal()
			}
			mended.ConfigStateChecks = []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("running")),
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps:                    []resource.TestStep{{Config: w.hcl(base.String())}, mended},
			})
			w.deploymentsAre(t, "destroyed")
		})
	}
}

// TestAccDeployment_destroyed shows that a destroy is over when the deployment is,
// and that only an end counts as one.
func TestAccDeployment_destroyed(t *testing.T) {
	t.Parallel()
	const path = "/deployment/{}"
	for name, c := range map[string]struct {
		trouble func(*world)
		says    string // "" when the destroy succeeds
	}{
		"no trouble": {func(*world) {}, ""},
		"502 after the work": {func(w *world) {
			w.Inject(caastest.Fault{Method: "DELETE", Path: path, Status: 502, AfterWork: true, Times: -1})
		}, ""},
		"502 before the work": {func(w *world) { w.Inject(caastest.Fault{Method: "DELETE", Path: path, Status: 502, Times: -1}) }, "stays in the state and may still run, and cost money"},
		"refused":             {func(w *world) { w.Inject(caastest.Fault{Method: "DELETE", Path: path, Status: 403}) }, "stays in the state and may still run, and cost money"},
		"never ends":          {func(w *world) { w.StallDelete() }, "Deployment has not ended yet"},
		"destroyed elsewhere": {func(w *world) {
			w.Edit(w.Deployments()[0].ID, func(d *caastest.Deployment) { d.Status = caastest.StatusDestroyed })
		}, ""},
		"being destroyed": {func(w *world) {
			w.Edit(w.Deployments()[0].ID, func(d *caastest.Deployment) { d.Status = caastest.StatusTerminating })
		}, ""},
		"vanished": {func(w *world) { w.Vanish(w.Deployments()[0].ID) }, ""},
		"vanishes meanwhile": {func(w *world) {
			w.Inject(caastest.Fault{Method: "DELETE", Path: path, Do: func() { w.Vanish(w.Deployments()[0].ID) }})
		}, ""},
		"unreadable meanwhile": {func(w *world) { w.Inject(caastest.Fault{Method: "GET", Path: path, Skip: 2, Status: 500, Times: 30}) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			destroy := resource.TestStep{PreConfig: func() { c.trouble(w) }, Config: w.hcl(base.String()), Destroy: true}
			steps := []resource.TestStep{{Config: w.hcl(base.String())}, destroy}
			if c.says != "" {
				steps[1].ExpectError = said(c.says)
				steps = append(steps, resource.TestStep{ // it is still in the state
					PreConfig: func() {
						w.ClearFaults()
						w.Behave()
						w.ResetJournal()
					},
					Config: w.hcl(base.String()), Destroy: true,
				})
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.providers(), Steps: steps})
			if d := w.Deployments()[0]; d.Status != "destroyed" && !strings.HasPrefix(name, "vanish") {
				t.Errorf("the deployment is %q", d.Status)
			}
		})
	}
}
