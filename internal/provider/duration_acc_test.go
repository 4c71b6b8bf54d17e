package provider_test

import (
	"fmt"
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
	terraform.planFails(hours(12), "duration_hours is decreased from 48 to 12. Hours are paid in advance, and the API can only add hours. Set duration_hours = 48 or more.")
}

// An extension that the API shows late is a warning, and is not bought again.
func TestDeployment_extensionShownLate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: caastest.Timings{ShowExtended: 4 * time.Hour}})
	terraform := env.created(t, base)
	terraform.wantWarning(terraform.apply(hours(30)), "to 30 hours and still returns 24. The hours are paid for")
	terraform.sent(extendedBy(6))
	terraform.empty(hours(30))
	env.Clock.Advance(5 * time.Hour) // the API shows the hours
	terraform.empty(hours(30))
	terraform.has("paid_hours", "30")
}
