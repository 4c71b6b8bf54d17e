package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// renewed is a deployment for hours with a renewal, and further settings of both.
func renewed(hours int, renewal, settings string) string {
	return strings.Replace(minimal, "duration_hours        = 24", fmt.Sprintf(
		"duration_hours = %d\n  %s\n  renewal = {\n    early_renewal_hours = 12\n    hours = 24\n    %s\n  }", hours, settings, renewal), 1)
}

// leave moves the clock to when this much prepaid time of the deployment is left.
func (env *testEnv) leave(left time.Duration) func() {
	return func() {
		d := env.API.Deployments()[0]
		end := d.Started.Add(time.Duration(d.DurationHours) * time.Hour)
		env.Clock.Advance(end.Add(-left).Sub(env.Clock.Now()))
	}
}

// wantHours checks the hours that the extensions bought, in order.
func (env *testEnv) wantHours(t *testing.T, want ...float64) {
	t.Helper()
	var got []float64
	for _, body := range env.API.Bodies("POST", "/deployment/{}/extend") {
		got = append(got, body["duration_hours"].(float64))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("bought %v hours, want %v", got, want)
	}
}

// config is a configuration as text.
type config string

func (c config) String() string { return string(c) }

// A renewal is due when less than early_renewal_hours remain, not before, and shows
// its price.
func TestRenewal_dueBelowTheThreshold(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	config := config(renewed(24, "", ""))
	terraform := env.created(t, config)
	env.leave(12 * time.Hour)()
	terraform.empty(config)
	env.leave(12*time.Hour - time.Minute)()
	p := terraform.plan(config)
	terraform.wantWords(p.Diagnostics, `Purchase of 24 more hours for "vllm", 478.08 USDC`)
	if want := []string{"amount_paid_usdc", "ends_at", "paid_hours"}; p.Action != "update" || !slices.Equal(p.Unknown, want) || p.Changes("duration_hours") {
		t.Errorf("the plan has the action %s and makes %q unknown, want %q", p.Action, p.Unknown, want)
	}
	terraform.apply(config)
	terraform.sent(extendedBy(24))
	terraform.has("paid_hours", "48")
	terraform.empty(config)
}

// What a renewal buys when so much time is left.
func TestRenewal_purchase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left              time.Duration
		renewal, settings string
		hours             int // configured
		bought            int
		prepare           func(*testEnv)
	}{
		"up to max_total_hours":      {left: time.Hour, renewal: "max_total_hours = 30", hours: 24, bought: 6},
		"increased enough":           {left: 11 * time.Hour, hours: 30, bought: 6},
		"increased to the threshold": {left: 11 * time.Hour, hours: 25, bought: 1},
		"increased by less":          {left: 10 * time.Hour, hours: 25, bought: 25},
		"ended":                      {left: -time.Minute, hours: 24},
		"extended elsewhere":         {left: time.Hour, hours: 24, prepare: func(env *testEnv) { env.buyOutside(24) }},
		"within the budget":          {left: time.Hour, hours: 24, bought: 24, settings: "max_cost_usdc = 478.08"},
		"answer of the extension lost": {left: time.Hour, hours: 24, bought: 24, prepare: func(env *testEnv) {
			env.API.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", Reset: true, AfterWork: true})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.created(t, config(renewed(24, c.renewal, c.settings)))
			env.leave(c.left)()
			if c.prepare != nil {
				c.prepare(env)
			}
			terraform.apply(config(renewed(c.hours, c.renewal, c.settings)))
			if c.bought == 0 {
				terraform.sent()
			} else {
				terraform.sent(extendedBy(c.bought))
			}
			terraform.empty(config(renewed(c.hours, c.renewal, c.settings)))
		})
	}
}

// A renewal above the budget is a plan error, and without plan checks one of the
// apply.
func TestRenewal_budget(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, config(renewed(24, "", "")))
	env.leave(time.Hour)()
	terraform.planFails(config(renewed(24, "", "max_cost_usdc = 478.07")), "Price exceeds max_cost_usdc") // 24 hours cost 478.08 USDC
	terraform.Settings = "plan_checks = false"
	terraform.fails(config(renewed(24, "", "max_cost_usdc = 1")), "Price exceeds max_cost_usdc")
}

// Without a refresh the plan follows what the last refresh has found out. A plan that
// is applied an hour later buys what it shows.
func TestRenewal_withoutRefresh(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	config := config(renewed(24, "", ""))
	terraform := env.created(t, config)
	env.leave(11 * time.Hour)()
	terraform.NoRefresh = true
	terraform.empty(config)
	terraform.Read()
	p := terraform.plan(config)
	env.Clock.Advance(time.Hour)
	if diagnostics, ok := terraform.Apply(p); !ok || p.Action != "update" {
		t.Errorf("the plan has the action %s and the apply the diagnostics %q", p.Action, diagnostics)
	}
	terraform.empty(config)
	terraform.sent(extendedBy(24))
}

// The renewals of one plan count together against max_total_cost_usdc.
func TestAccRenewal_totalBudget(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.Provider = strings.Replace(env.Provider, "{\n", "{\n  max_total_cost_usdc = 956.16\n", 1) // 48 hours of 8 GPUs
	both := func(hours int) string {
		first := strings.Replace(renewed(24, "", ""), "    hours = 24", fmt.Sprintf("    hours = %d", hours), 1)
		return first + strings.NewReplacer(`"test"`, `"second"`, `"vllm"`, `"second"`).Replace(first)
	}
	env.Test(t,
		resource.TestStep{Config: both(25)},
		resource.TestStep{PreConfig: env.leave(time.Hour), Config: both(25), ExpectError: acctest.Words("Prices exceed max_total_cost_usdc")},
		resource.TestStep{Config: both(24)},
	)
	env.wantHours(t, 24, 24)
}

// renewable returns a working folder in which a renewal of a deployment is due.
func renewable(t *testing.T) (*acctest.Env, *acctest.Terraform) {
	t.Helper()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", renewed(24, "", ""))
	tf.Run("apply", "-auto-approve")
	env.Clock.Advance(13 * time.Hour)
	return env, tf
}

// What was bought since the plan is not bought again: the hours are read once more
// right before the purchase.
func TestAccRenewal_savedPlanAfterPurchase(t *testing.T) {
	t.Parallel()
	env, tf := renewable(t)
	tf.Run("plan", "-out=saved.tfplan")
	other := env.Terraform(t) // another pipeline, with the same state
	other.Write("main.tf", tf.Read("main.tf"))
	other.Write("terraform.tfstate", tf.Read("terraform.tfstate"))
	other.Run("apply", "-auto-approve")
	tf.Run("apply", "saved.tfplan")
	if out := tf.Run("plan", "-detailed-exitcode"); strings.Contains(out, "Warning: Purchase") {
		t.Errorf("the plan buys again:\n%s", out)
	}
	(&testEnv{env}).wantHours(t, 24)
	if state := tf.Run("state", "pull"); !strings.Contains(state, `"paid_hours": 48`) {
		t.Errorf("the state has no 48 prepaid hours:\n%s", state)
	}
}
