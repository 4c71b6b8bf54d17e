package deployment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// fails applies a configuration that must fail with these words.
func (w *world) fails(t *testing.T, config, words string) {
	t.Helper()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps:                    []resource.TestStep{{Config: config, ExpectError: said(words)}},
	})
}

// TestAccDeployment_failedWaitKeepsTheID shows that a deployment whose wait
// failed is in state: the next refresh asks for that very id, and the destroy at
// the end of the test ends that very deployment.
func TestAccDeployment_failedWaitKeepsTheID(t *testing.T) {
	for name, c := range map[string]struct {
		trouble func(*world)
		says    string
		mended  func(*world)
	}{
		"never runs": {
			trouble: func(w *world) { w.StallNext("pulling image: manifest unknown") },
			says:    `Its last status was "deployment requested"`,
			mended:  func(w *world) { w.Behave() },
		},
		"fails": {
			trouble: func(w *world) { w.FailNext("pulling image: manifest unknown") },
			says:    `Its last status was "failed". Container`,
			mended:  func(*world) {},
		},
		"credential withdrawn": {
			trouble: func(w *world) {
				w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 3, Times: -1, Status: 401, Body: `{"detail": "token expired"}`})
			},
			says:   `The API refused the credential`,
			mended: func(w *world) { w.ClearFaults() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, caastest.Options{})
			c.trouble(w)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps: []resource.TestStep{
					{Config: w.hcl(minimal), ExpectError: said(c.says)},
					{
						PreConfig: func() {
							c.mended(w)
							w.ResetJournal()
						},
						RefreshState:       true, // a plan of a tainted deployment needs the refresh
						ExpectNonEmptyPlan: true,
					},
				},
			})
			id := w.Deployments()[0].ID
			if asked := w.Calls("GET", "/deployment/"+id); len(asked) == 0 {
				t.Errorf("the refresh did not ask for %s", id)
			}
			if n := len(w.Deployments()); n != 1 {
				t.Errorf("the mock holds %d deployments, want the one", n)
			}
			if got := w.Deployments()[0].Status; got != "destroyed" && got != "failed" {
				t.Errorf("after destroy the deployment is %q", got)
			}
		})
	}
}

// TestAccDeployment_timeout shows the last status and the containers' own words
// in the error, at the time that the configuration sets.
func TestAccDeployment_timeout(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	w.StallNext("pulling image: manifest unknown")
	w.fails(t, w.hcl(full), "pulling image: manifest unknown")
	if waited := w.clock.Now().Sub(start); waited < time.Hour || waited > time.Hour+2*time.Minute {
		t.Errorf("waited %s, want the hour of timeouts.create, and then the time of a destroy", waited)
	}
}

func TestAccDeployment_wrongToken(t *testing.T) {
	w := newWorld(t, caastest.Options{Token: "another-token"})
	w.fails(t, w.hcl(minimal), "The API refused the credential")
	w.deploymentsAre(t)
}

func TestAccDeployment_noCredits(t *testing.T) {
	w := newWorld(t, caastest.Options{Balance: 1})
	w.fails(t, w.hcl(minimal), "Not enough credits to deploy")
	w.deploymentsAre(t)
}

func TestAccDeployment_takenName(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	id := w.Add(caastest.Deployment{Name: "vllm"})
	w.fails(t, w.hcl(minimal), `The name "vllm" is held by the deployment `+id)
	w.deploymentsAre(t, "running")
	if calls := w.Calls("POST", "/deploy"); len(calls) > 0 {
		t.Errorf("the API received a deploy request")
	}
}

// TestAccDeployment_refusedByTheAPI shows that a 422 lands on the attribute that
// its loc names.
func TestAccDeployment_refusedByTheAPI(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	w.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Status: 422, Body: `{"detail": [
		{"loc": ["body", "hardware_id"], "msg": "not on offer", "type": "value_error"}]}`})
	w.fails(t, w.hcl(minimal), `hardware_id = 203 The API refused it: hardware_id: not on offer. Nothing was bought`)
	w.deploymentsAre(t)
}

// TestAccDeployment_vanished shows that a deployment which the API no longer
// knows is planned anew.
func TestAccDeployment_vanished(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(minimal)},
			{
				PreConfig: func() { w.Vanish(w.Deployments()[0].ID) },
				Config:    w.hcl(minimal),
				Check: func(s *terraform.State) error {
					if n := len(w.Calls("POST", "/deploy")); n != 2 {
						t.Errorf("the API received %d deploy requests, want 2", n)
					}
					return resource.TestCheckResourceAttr(address, "deployment_id", w.Deployments()[1].ID)(s)
				},
			},
		},
	})
}

// TestAccDeployment_calls shows what one create costs in calls, the plan's own
// questions aside.
func TestAccDeployment_calls(t *testing.T) {
	w := newWorld(t, caastest.Options{Timings: caastest.Timings{Provision: time.Nanosecond}})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{{
			Config: strings.Replace(w.hcl(minimal), "test-token\"", "test-token\"\n plan_checks = false", 1),
			Check: func(*terraform.State) error {
				polls := len(w.Calls("GET", "/deployment/{}"))
				if n := len(w.Requests()); n != 3+polls {
					for _, r := range w.Requests() {
						t.Log(r.Method, r.Path)
					}
					t.Errorf("create made %d calls with %d polls, want a name check, the deploy and the containers", n, polls)
				}
				return nil
			},
		}},
	})
}

// TestAccDeployment_failedCreateMended shows that what the error of a failed
// create says to do works: untaint, correct, apply, and nothing is bought again.
func TestAccDeployment_failedCreateMended(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant, MendFailed: true})
	f := w.folder(t)
	w.FailNext("pulling image: manifest unknown")
	f.Write("main.tf", base.String())
	out, code := f.Try("apply", "-auto-approve")
	if code == 0 {
		t.Fatalf("the apply went well:\n%s", out)
	}
	f.says(out, "pulling image: manifest unknown")
	f.says(out, "run terraform untaint on this resource, correct the configuration, and apply.")
	f.Run("untaint", address)
	f.Write("main.tf", base.with(attributes{"registry_config.image_url": `"ghcr.io/org/image:2"`}).String())
	f.Run("apply", "-auto-approve")
	w.deploymentsAre(t, "running")
	if patches := w.Calls("PATCH", "/deployment/{}"); len(patches) != 1 {
		t.Errorf("the API received %d changes, want 1", len(patches))
	}
}

// TestAccDeployment_placedInSomeLocations shows that a deployment which came to
// fewer locations than it might have is no reason to replace it.
func TestAccDeployment_placedInSomeLocations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			w.becomes(base.with(attributes{"location_ids": "[1, 2]"}), plancheck.ResourceActionCreate, "POST /deploy "+
				`{"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,`+
				`"hardware_id":203,"location_ids":[1,2],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`),
			{
				PreConfig: func() {
					w.Edit(w.Deployments()[0].ID, func(d *caastest.Deployment) { d.LocationIDs = []int{2} })
				},
				Config:           w.hcl(base.with(attributes{"location_ids": "[1, 2]"}).String()),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}
