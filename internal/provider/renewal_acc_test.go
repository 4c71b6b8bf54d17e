package provider_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// renewal is a deployment that is renewed by 24 hours when less than 12 remain.
type renewal struct {
	hours  int    // configured; 24 when 0
	budget string // none when empty
	more   string // attributes of the renewal
}

func (r renewal) config() config {
	return config(base.with(attributes{
		"duration_hours": fmt.Sprint(cmp.Or(r.hours, 24)), "max_cost_usdc": r.budget,
		"renewal": "{\n early_renewal_hours = 12\n hours = 24\n " + r.more + "\n}",
	}).String())
}

// leave moves the clock to when this much prepaid time of the deployment is left.
func (env *testEnv) leave(left time.Duration) {
	d := env.API.Deployments()[0]
	end := d.Started.Add(time.Duration(d.DurationHours) * time.Hour)
	env.Clock.Advance(end.Add(-left).Sub(env.Clock.Now()))
}

// A renewal is due when less than early_renewal_hours remain at the refresh, not
// before and not without a refresh, and shows its price. A plan buys what it shows,
// also when it is applied after the threshold was crossed, or an hour later.
func TestRenewal_threshold(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	due := renewal{}.config()
	terraform := env.created(t, due)
	env.leave(12 * time.Hour)
	terraform.empty(due)

	otherPort := config(strings.Replace(due.String(), "= 8000", "= 9000", 1))
	p := terraform.plan(otherPort)
	env.leave(12*time.Hour - time.Minute)
	if diagnostics, ok := terraform.Apply(p); !ok {
		t.Fatalf("the apply fails: %q", diagnostics)
	}
	terraform.sent(patch(`{"traffic_port":9000}`)...)

	terraform.NoRefresh = true
	terraform.empty(otherPort)
	terraform.Read()
	p = terraform.plan(otherPort)
	terraform.wantWords(p.Diagnostics, `Purchase of 24 more hours for "vllm", 478.08 USDC`)
	if want := []string{"amount_paid_usdc", "ends_at", "paid_hours"}; p.Action != "update" || !slices.Equal(p.Unknown, want) || p.Changes("duration_hours") {
		t.Errorf("the plan has the action %s and makes %q unknown, want %q", p.Action, p.Unknown, want)
	}
	env.Clock.Advance(time.Hour)
	if diagnostics, ok := terraform.Apply(p); !ok {
		t.Fatalf("the apply fails: %q", diagnostics)
	}
	terraform.sent(extendedBy(24))
	terraform.has("paid_hours", "48")
	terraform.empty(otherPort)
}

// What a renewal buys when so much time is left.
func TestRenewal_purchase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left    time.Duration
		renewal renewal
		bought  int
		prepare func(*testEnv)
	}{
		"up to max_total_hours":      {left: time.Hour, renewal: renewal{more: "max_total_hours = 30"}, bought: 6},
		"increased enough":           {left: 11 * time.Hour, renewal: renewal{hours: 30}, bought: 6},
		"increased to the threshold": {left: 11 * time.Hour, renewal: renewal{hours: 25}, bought: 1},
		"increased by less":          {left: 10 * time.Hour, renewal: renewal{hours: 25}, bought: 25},
		"ended":                      {left: -time.Minute},
		"extended elsewhere":         {left: time.Hour, prepare: func(env *testEnv) { env.buyOutside(24) }},
		"within the budget":          {left: time.Hour, renewal: renewal{budget: "478.08"}, bought: 24},
		"answer of the extension lost": {left: time.Hour, bought: 24, prepare: func(env *testEnv) {
			env.API.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", Reset: true, AfterWork: true})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			before := c.renewal
			before.hours = 0
			terraform := env.created(t, before.config())
			env.leave(c.left)
			if c.prepare != nil {
				c.prepare(env)
			}
			terraform.apply(c.renewal.config())
			if c.bought == 0 {
				terraform.sent()
			} else {
				terraform.sent(extendedBy(c.bought))
			}
			terraform.empty(c.renewal.config())
		})
	}
}

// A renewal above a budget is a plan error, and without plan checks one of the apply.
// 24 hours cost 478.08 USDC.
func TestRenewal_budget(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, renewal{}.config())
	env.leave(time.Hour)
	terraform.planFails(renewal{budget: "478.07"}.config(), "Price exceeds max_cost_usdc")
	terraform.Settings = "max_total_cost_usdc = 478.07"
	terraform.planFails(renewal{}.config(), "Prices exceed max_total_cost_usdc")
	terraform.Settings = "plan_checks = false"
	terraform.fails(renewal{budget: "1"}.config(), "Price exceeds max_cost_usdc")
	terraform.sent()
}

// What was bought since the plan is not bought again: the hours are read once more
// right before the purchase.
func TestAccRenewal_savedPlanAfterPurchase(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", renewal{}.config().String())
	tf.Run("apply", "-auto-approve")
	env.API.ResetJournal()
	env.leave(11 * time.Hour)
	tf.Run("plan", "-out=saved.tfplan")
	other := env.Terraform(t) // another pipeline, with the same state
	other.Write("main.tf", tf.Read("main.tf"))
	other.Write("terraform.tfstate", tf.Read("terraform.tfstate"))
	other.Run("apply", "-auto-approve")
	tf.Run("apply", "saved.tfplan")
	if out := tf.Run("plan", "-detailed-exitcode"); strings.Contains(out, "Warning: Purchase") {
		t.Errorf("the plan buys again:\n%s", out)
	}
	if sent := env.changes(); !slices.Equal(sent, []string{extendedBy(24)}) {
		t.Errorf("the API received %q, want one extension", sent)
	}
	if state := tf.Read("terraform.tfstate"); !strings.Contains(state, `"paid_hours": 48`) {
		t.Errorf("the state has no 48 prepaid hours:\n%s", state)
	}
}
