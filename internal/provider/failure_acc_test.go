package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const containersPath = "/deployment/{}/containers"

// A create that bought nothing leaves nothing in the state. A deployment whose wait
// failed is in the state as tainted: the next plan replaces it, and a destroy destroys
// it.
func TestDeployment_createFails(t *testing.T) {
	t.Parallel()
	for words, c := range map[string]struct {
		prepare func(*testEnv)
		next    string   // action of the next plan
		sent    []string // by a destroy
	}{
		"Not enough credits to create the deployment": {
			func(env *testEnv) { env.API.Configure(func(o *caastest.Options) { o.Balance = 1 }) }, "create", nil,
		},
		"The API rejected the value: hardware_id: not on offer. Nothing was bought": {func(env *testEnv) {
			env.API.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Status: 422, Body: `{"detail": [{"loc": ["body", "hardware_id"], "msg": "not on offer"}]}`})
		}, "create", nil},
		"do not change the name, which could buy a second deployment": {func(env *testEnv) {
			env.API.Inject(caastest.Fault{Path: "/clusters/check_cluster_name_availability", Times: -1, Body: "false"})
		}, "create", nil},
		`The last status of the deployment was "deployment requested"`: {
			func(env *testEnv) { env.API.StallNext("pulling image: manifest unknown") }, "replace", []string{"DELETE /deployment/ID"},
		},
		`The last status of the deployment was "failed". Container`: {
			func(env *testEnv) { env.API.FailNext("pulling image: manifest unknown") }, "replace", []string{"DELETE /deployment/ID"},
		},
	} {
		env := newEnv(t, caastest.Options{})
		c.prepare(env)
		terraform := env.core(t)
		terraform.fails(base, words)
		if action := terraform.plan(base).Action; action != c.next || len(env.API.Deployments()) != len(c.sent) {
			t.Errorf("%s: there are %d deployments, and the next plan has the action %s", words, len(env.API.Deployments()), action)
		}
		env.API.ResetJournal()
		terraform.apply(destroyed)
		terraform.sent(c.sent...)
	}
}

// A deployment that is destroyed during the wait can't be fixed in place.
func TestDeployment_destroyedDuringWait(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Method: "POST", Path: "/deploy", AfterWork: true, Do: func() {
		env.API.Edit(env.newest(), func(d *caastest.Deployment) { d.Status = caastest.StatusDestroyed })
	}})
	terraform := env.core(t)
	terraform.fails(base, "The next terraform apply buys a new one, unless you remove the resource from the configuration.")
}

// Once the deployment runs nothing fails the create: an error would mark it as
// tainted, and the replacement would be paid for again. Neither does a refresh fail.
func TestAccDeployment_unreadContainersDoNotTaint(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Path: containersPath, Status: 500, Times: -1})
	env.Test(t, resource.TestStep{
		Config: base.String(), Check: resource.TestCheckResourceAttr(address, "status", "running"),
		ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	})
	env.deploymentsAre(t, "destroyed")
}

// What a create could not read is one warning and taints nothing. So is a credential
// that expires while it waits: that says nothing about the deployment.
func TestDeployment_unreadAfterPurchase(t *testing.T) {
	t.Parallel()
	unread := func(path string, skip, status int) func(*testEnv) {
		return func(env *testEnv) {
			env.API.Inject(caastest.Fault{Method: "GET", Path: path, Skip: skip, Times: -1, Status: status})
		}
	}
	for words, c := range map[string]struct {
		prepare func(*testEnv)
		status  string
	}{
		"Failed to read the containers: ": {unread(containersPath, 0, 500), "running"},
		"public URL":                      {func(env *testEnv) { env.API.Configure(func(o *caastest.Options) { o.Timings.URL = 1000 * time.Hour }) }, "running"},
		"Check token and api_key":         {unread("/deployment/{}", 2, 401), "deployment requested"},
	} {
		env := newEnv(t, caastest.Options{})
		c.prepare(env)
		terraform := env.core(t)
		terraform.wantWarning(terraform.apply(base), words)
		terraform.has("status", c.status)
		env.API.ClearFaults()
		env.Clock.Advance(5 * time.Minute)
		terraform.empty(base)
		terraform.Read()
		terraform.has("status", "running")
	}
}

// A credential that is rejected when the timeout expires says nothing about the
// deployment, which is not tainted.
func TestDeployment_credentialRejectedAtTimeout(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 2, Times: -1, Status: 401})
	terraform := env.core(t)
	config := base.with(attributes{"timeouts": `{ create = "20s" }`})
	terraform.wantWarning(terraform.apply(config), "Credential rejected while waiting for the deployment")
	env.API.ClearFaults()
	env.Clock.Advance(5 * time.Minute)
	terraform.empty(config)
}

// More prepaid hours than were bought show that the unit of the API is another one than
// the provider assumes.
func TestDeployment_moreHoursThanBought(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Do: func() {
		env.API.Edit(env.newest(), func(d *caastest.Deployment) { d.DurationHours *= 8 }) // as of 8 GPUs
	}})
	terraform := env.core(t)
	diagnostics := terraform.apply(base)
	terraform.wantWarning(diagnostics, "24 hours were bought for the deployment")
	terraform.wantWords(diagnostics, "but the API returns 192 prepaid hours.")
}

// wantWarning checks that there is one diagnostic, a warning of these words.
func (c *core) wantWarning(diagnostics []string, words string) {
	c.t.Helper()
	if len(diagnostics) != 1 || !strings.HasPrefix(diagnostics[0], "WARNING") {
		c.t.Errorf("the diagnostics are %q, want one warning", diagnostics)
	}
	c.wantWords(diagnostics, words)
}

// What an update could not read afterwards keeps its value in the state, and leaves
// enough time for the purchase that comes last.
func TestDeployment_unreadAfterUpdate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	urls := fmt.Sprint(terraform.State()["public_urls"])
	env.API.Inject(caastest.Fault{Method: "GET", Path: containersPath, Status: 500, Times: -1})
	config := base.with(attributes{"container_config.traffic_port": "9000", "duration_hours": "30", "timeouts": `{ update = "2m" }`})
	terraform.wantWords(terraform.apply(config), "The attributes that could not be read keep their value")
	terraform.has("public_urls", urls)
	terraform.has("status", "running")
	terraform.sent(append(patch(`{"traffic_port":9000}`), extendedBy(6))...)
}

// What a refresh could not read keeps its value in the state, with a warning, and
// the rest is read.
func TestDeployment_unreadAtRefresh(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	urls := fmt.Sprint(terraform.State()["public_urls"])
	env.API.Edit(env.newest(), func(d *caastest.Deployment) {
		d.Name, d.TrafficPort, d.Containers[0].PublicURL = "sglang", 81, "https://moved.example.test"
	})
	for _, path := range []string{"/deployments", containersPath} {
		env.API.Inject(caastest.Fault{Method: "GET", Path: path, Status: 500, Times: -1})
	}
	// The waits between retries move the clock on which the details time out, too.
	terraform.Settings = "max_retries = 1"
	diagnostics := terraform.Read()
	for _, words := range []string{"Failed to read the name", "Failed to read the containers"} {
		terraform.wantWords(diagnostics, words)
	}
	terraform.has("resource_private_name", "vllm")
	terraform.has("public_urls", urls)
	if port := terraform.State()["container_config"].(map[string]any)["traffic_port"]; port != 81. {
		t.Errorf("the port is %v, want the new one", port)
	}
}

// What the errors of a failed create and of a failed update say works, also with
// recreate_when_ended, and nothing is bought again: untaint the former, correct the
// configuration, apply.
func TestAccDeployment_failureFixedInPlace(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{
		Clock: caas.SystemClock{}, Timings: caastest.Timings{Restart: 500 * time.Millisecond, Terminate: -1}, PatchRestartsFailed: true,
	})
	tf := env.Terraform(t)
	image := func(tag string) {
		tf.Write("main.tf", base.with(attributes{"registry_config.image_url": `"ghcr.io/org/image:` + tag + `"`, "recreate_when_ended": "true"}).String())
		env.API.ResetJournal()
	}
	corrected := func(tag string) {
		t.Helper()
		image(tag)
		tf.Run("apply", "-auto-approve")
		if sent := env.changes(); !slices.Equal(sent, patch(`{"image_url":"ghcr.io/org/image:`+tag+`"}`)) {
			t.Errorf("the API received %q, want one PATCH", sent)
		}
		env.deploymentsAre(t, "running")
	}
	image("1")
	env.API.FailNext("pulling image: manifest unknown")
	out := mustFail(t, tf, "apply", "-auto-approve")
	tf.WantOutput(out, "pulling image: manifest unknown")
	tf.WantOutput(out, "run terraform untaint with the address of this resource, correct the configuration, and run terraform apply.")
	tf.Run("untaint", address)
	corrected("2")

	image("3")
	env.API.FailNextRestart("pulling image: manifest unknown")
	tf.WantOutput(mustFail(t, tf, "apply", "-auto-approve"), "Deployment failed after the change")
	corrected("4")
}
