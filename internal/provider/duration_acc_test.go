package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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
func (c *core) endsAfter(hours int) {
	c.t.Helper()
	// By default the mock's deployments start after 90 s.
	c.has("ends_at", start.Add(90*time.Second+time.Duration(hours)*time.Hour).Round(time.Minute).Format(time.RFC3339))
	c.has("paid_hours", fmt.Sprint(hours))
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
// outside Terraform and after the plan. Hours that were bought outside Terraform are
// no difference, and a decreased duration is an error.
func TestDeployment_durationChanged(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, hours(24))
	terraform.endsAfter(24)
	terraform.becomes(hours(30), "update", extendedBy(6))
	terraform.endsAfter(30)
	env.buyOutside(10)
	terraform.empty(hours(30))
	terraform.becomes(hours(36), "update")
	terraform.endsAfter(40)
	planned := terraform.plan(hours(48))
	env.buyOutside(2)
	terraform.Apply(planned)
	terraform.sent(extendedBy(6))
	terraform.endsAfter(48)
	env.paidFor(t, 48)
	terraform.planFails(hours(12), "duration_hours is decreased from 48 to 12. Hours are paid in advance, and cannot be returned one by one. Set duration_hours = 48 or more.")
}

// Whatever becomes of the response to an extension, two applies buy its hours once.
func TestDeployment_extendedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault      caastest.Fault
		unreadable bool     // nor can the prepaid hours be read afterwards
		words      string   // of the error of the first apply, "" when it succeeds
		again      []string // requests of the second apply
	}{
		"response lost":               {fault: caastest.Fault{Reset: true, AfterWork: true}},
		"response lost, unreadable":   {fault: caastest.Fault{Status: 502, AfterWork: true}, unreadable: true, words: "Extension could not be confirmed"},
		"request lost":                {fault: caastest.Fault{Reset: true}, words: "2 minutes later the API returns 24 prepaid hours in total, not 30", again: []string{extendedBy(6)}},
		"payment_required":            {fault: caastest.Fault{Body: `{"status": "payment_required"}`}, words: "Not enough credits to extend the deployment", again: []string{extendedBy(6)}},
		"422":                         {fault: caastest.Fault{Status: 422, Body: `{"detail": [{"loc": ["body", "duration_hours"], "msg": "too many"}]}`}, words: "The API rejected the value: duration_hours: too many", again: []string{extendedBy(6)}},
		"successful, but shown later": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.created(t, hours(24))
			c.fault.Method, c.fault.Path = http.MethodPost, "/deployment/{}/extend"
			if c.unreadable {
				c.fault.Do = func() {
					env.API.Inject(caastest.Fault{Method: http.MethodGet, Path: "/deployment/{}", Status: 503, Times: -1})
				}
			}
			if name == "successful, but shown later" {
				env.API.Configure(func(o *caastest.Options) { o.Timings.ShowExtended = 4 * time.Hour })
			} else {
				env.API.Inject(c.fault)
			}
			action := "no-op"
			if c.words == "" {
				terraform.apply(hours(30))
			} else {
				action = "update"
				terraform.fails(hours(30), c.words)
			}
			env.API.ClearFaults()
			env.API.ResetJournal()
			terraform.becomes(hours(30), action, c.again...)
			terraform.has("paid_hours", "30")
			env.Clock.Advance(5 * time.Hour) // the API shows the hours
			terraform.empty(hours(30))
			env.paidFor(t, 30)
		})
	}
}

// When the extension is rejected, the state has the changes made before it, and the
// next apply buys the hours only.
func TestDeployment_extendedLast(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, hours(24))
	wanted := hours(30).with(attributes{
		"resource_private_name": `"sglang"`, "container_config.args": `["--x"]`,
		"container_config.secret_env_variables_wo": `{ S = "hf-secret-value" }`, "container_config.secret_env_variables_wo_version": `1`,
	})
	env.API.Inject(caastest.Fault{Method: http.MethodPost, Path: "/deployment/{}/extend", Body: `{"status": "payment_required"}`})
	terraform.fails(wanted, "Changed and saved in the state: the name, the container definition.")
	env.API.ResetJournal()
	terraform.becomes(wanted, "update", extendedBy(6))
	env.paidFor(t, 30)
}

// An extension that the API shows late is a warning.
func TestDeployment_extensionShownLate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	env.API.Configure(func(o *caastest.Options) { o.Timings.ShowExtended = time.Hour })
	got := terraform.apply(hours(30))
	if len(got) != 1 || !strings.HasPrefix(got[0], "WARNING") || !strings.Contains(got[0], "to 30 hours and still returns 24. The hours are paid for") {
		t.Errorf("the apply has the diagnostics %q, want one warning", got)
	}
}

// A restart that sets started_at again does not move the end of the prepaid time.
func TestDeployment_endStaysAfterRestart(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{RestartResetsStart: true, Timings: caastest.Timings{
		Provision: 90 * time.Second, URL: time.Second, Terminate: time.Second, Restart: 10 * time.Second,
	}})
	terraform := env.created(t, base)
	env.Clock.Advance(10 * time.Hour)
	terraform.becomes(base.with(attributes{"container_config.traffic_port": `9000`}), "update", patch(`{"traffic_port":9000}`)...)
	terraform.endsAfter(24)
}
