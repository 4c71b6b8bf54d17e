package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// hours returns the base configuration, paid for so many hours.
func hours(n int) attributes {
	return base.with(attributes{"duration_hours": fmt.Sprint(n)})
}

// extendedBy returns the request that buys hours.
func extendedBy(n int) string {
	return fmt.Sprintf(`POST /deployment/ID/extend {"duration_hours":%d}`, n)
}

// buyOutside adds hours outside Terraform.
func (env *testEnv) buyOutside(n int) {
	env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.DurationHours += n })
}

// endsAfter checks that the prepaid time is so many hours: in ends_at, which is to
// the minute, and in paid_hours.
func endsAfter(hours int) []statecheck.StateCheck {
	// By default the mock's deployments start after 90 s.
	end := start.Add(90*time.Second + time.Duration(hours)*time.Hour).Round(time.Minute)
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue(address, tfjsonpath.New("ends_at"), knownvalue.StringExact(end.Format(time.RFC3339))),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("paid_hours"), knownvalue.Int64Exact(int64(hours))),
	}
}

// paidFor checks the hours that were paid for in the end, for the only deployment.
func (env *testEnv) paidFor(t *testing.T, hours int) {
	t.Helper()
	if n := len(env.API.Deployments()); n != 1 {
		t.Fatalf("there are %d deployments, want 1", n)
	}
	if got := env.API.Deployments()[0].DurationHours; got != hours {
		t.Errorf("%d hours were paid for, want %d", got, hours)
	}
}

// An increased duration buys what is missing to the hours that are paid for, also
// outside Terraform and after the plan.
func TestAccDeployment_durationIncreased(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	increased := func(to, ends int, requests ...string) resource.TestStep {
		step := env.becomes(hours(to), update, requests...)
		step.ConfigStateChecks = endsAfter(ends)
		return step
	}
	afterPlan := increased(48, 48, extendedBy(6))
	afterPlan.ConfigPlanChecks.PreApply = append(afterPlan.ConfigPlanChecks.PreApply, planCheck(func(plancheck.CheckPlanRequest) error {
		env.buyOutside(2)
		return nil
	}))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(hours(24).String()), ConfigStateChecks: endsAfter(24)},
			{PreConfig: env.API.ResetJournal, Config: env.Config(hours(24).String())},
			increased(30, 30, extendedBy(6)),
			{ // hours bought outside Terraform are no difference
				PreConfig:        func() { env.buyOutside(10) },
				Config:           env.Config(hours(30).String()),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			increased(36, 40),
			afterPlan,
		},
	})
	env.paidFor(t, 48)
}

// A decreased duration is a plan error.
func TestAccDeployment_durationDecreased(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(hours(24).String())},
			{
				Config: env.Config(hours(12).String()), PlanOnly: true,
				ExpectError: acctest.Words("duration_hours = 12 duration_hours is decreased from 24 to 12. Hours are paid in advance, " +
					"and cannot be returned one by one. Set duration_hours = 24 or more."),
			},
		},
	})
	env.paidFor(t, 24)
}

// Whatever becomes of the response to an extension, two applies buy its hours once.
func TestAccDeployment_extendedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault      caastest.Fault
		unreadable bool     // nor can the prepaid hours be read afterwards
		words      string   // of the error of the first apply, "" when it succeeds
		again      []string // requests of the second apply
	}{
		"response lost":               {fault: caastest.Fault{Reset: true, AfterWork: true}},
		"response lost, unreadable":   {fault: caastest.Fault{Status: 502, AfterWork: true}, unreadable: true, words: "Extension could not be confirmed"},
		"request lost":                {fault: caastest.Fault{Reset: true}, words: "2m0s later the API returns 24 prepaid hours in total, not 30", again: []string{extendedBy(6)}},
		"payment_required":            {fault: caastest.Fault{Body: `{"status": "payment_required"}`}, words: "Not enough credits to extend the deployment", again: []string{extendedBy(6)}},
		"422":                         {fault: caastest.Fault{Status: 422, Body: `{"detail": [{"loc": ["body", "duration_hours"], "msg": "too many"}]}`}, words: "duration_hours = 30 The API rejected it: duration_hours: too many", again: []string{extendedBy(6)}},
		"successful, but shown later": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			c.fault.Method, c.fault.Path = http.MethodPost, "/deployment/{}/extend"
			if c.unreadable {
				c.fault.Do = func() {
					env.API.Inject(caastest.Fault{Method: http.MethodGet, Path: "/deployment/{}", Status: 503, Times: -1})
				}
			}
			first := resource.TestStep{Config: env.Config(hours(30).String()), PreConfig: func() {
				if name == "successful, but shown later" {
					env.API.Configure(func(o *caastest.Options) { o.Timings.ShowExtended = 4 * time.Hour })
				} else {
					env.API.Inject(c.fault)
				}
			}}
			action := noop
			if c.words != "" {
				first.ExpectError, action = acctest.Words(c.words), update
			}
			again := env.becomes(hours(30), action, c.again...)
			again.PreConfig = func() {
				env.API.ClearFaults()
				env.API.ResetJournal()
			}
			again.ConfigStateChecks = endsAfter(30)[1:]
			again.Check = func(*terraform.State) error { env.Clock.Advance(5 * time.Hour); return nil } // the API shows the hours
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
				Steps:                    []resource.TestStep{{Config: env.Config(hours(24).String())}, first, again},
			})
			env.paidFor(t, 30)
		})
	}
}

// When the extension is rejected, the state has the changes made before it, and the
// next apply buys the hours only.
func TestAccDeployment_extendedLast(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	wanted := hours(30).with(attributes{
		"resource_private_name": `"sglang"`, "container_config.args": `["--x"]`,
		"container_config.secret_env_variables_wo": `{ S = "hf-secret-value" }`, "container_config.secret_env_variables_wo_version": `1`,
	})
	again := env.becomes(wanted, update, extendedBy(6))
	again.PreConfig = env.API.ResetJournal
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(hours(24).String())},
			{
				PreConfig: func() {
					env.API.Inject(caastest.Fault{Method: http.MethodPost, Path: "/deployment/{}/extend", Body: `{"status": "payment_required"}`})
				},
				Config:      env.Config(wanted.String()),
				ExpectError: acctest.Words("Changed and saved in the state: the name, the container definition."),
			},
			again,
		},
	})
	env.paidFor(t, 30)
}

// An extension that the API shows late is a warning.
func TestDeployment_extensionShownLate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	created := env.Server(t).Apply(t.Context(), nil, baseJSON(24))
	env.API.Configure(func(o *caastest.Options) { o.Timings.ShowExtended = time.Hour })
	extended := env.Server(t).Apply(t.Context(), created.NewState, baseJSON(30))
	got := acctest.Texts(extended.Diagnostics)
	if len(got) != 1 || !strings.HasPrefix(got[0], "WARNING") || !strings.Contains(got[0], "to 30 hours and still returns 24. The hours are paid for") {
		t.Errorf("the apply has the diagnostics %q, want one warning", got)
	}
}

// A restart that sets started_at again does not move the end of the prepaid time.
func TestAccDeployment_endStaysAfterRestart(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{RestartResetsStart: true, Timings: caastest.Timings{
		Provision: 90 * time.Second, URL: time.Second, Terminate: time.Second, Restart: 10 * time.Second,
	}})
	changed := env.becomes(base.with(attributes{"container_config.traffic_port": `9000`}), update, patch(`{"traffic_port":9000}`)...)
	changed.PreConfig = func() {
		env.Clock.Advance(10 * time.Hour)
		env.API.ResetJournal()
	}
	changed.ConfigStateChecks = endsAfter(24)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps:                    []resource.TestStep{{Config: env.Config(base.String())}, changed},
	})
}
