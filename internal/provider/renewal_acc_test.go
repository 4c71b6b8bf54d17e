package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

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

func planned(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

func paidHours(n int64) []statecheck.StateCheck {
	return []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("paid_hours"), knownvalue.Int64Exact(n))}
}

// A renewal is due when less than early_renewal_hours remain, not before.
func TestAccRenewal_dueBelowTheThreshold(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	config := renewed(24, "", "")
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{PreConfig: env.leave(12 * time.Hour), Config: config, ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan())},
		resource.TestStep{
			PreConfig: env.leave(12*time.Hour - time.Minute), Config: config,
			ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("paid_hours")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("ends_at")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("amount_paid_usdc")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("duration_hours"), knownvalue.Int64Exact(24)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("running")),
			),
			ConfigStateChecks: paidHours(48),
		}, // the step ends with an empty plan
	)
	env.wantHours(t, 24)
	if n := env.API.Count("PATCH", ""); n != 0 {
		t.Errorf("the API received %d changes", n)
	}
}

// max_total_hours leaves less than hours: the rest is bought, and then nothing.
func TestAccRenewal_maxTotalHours(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	config := renewed(24, "max_total_hours = 30", "")
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{PreConfig: env.leave(time.Hour), Config: config, ConfigStateChecks: paidHours(30)},
		resource.TestStep{PreConfig: env.leave(time.Hour), Config: config, ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan())},
	)
	env.wantHours(t, 6)
}

// An increase of duration_hours counts first, and both are one purchase.
func TestAccRenewal_withIncreasedDuration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hours  int
		bought float64
	}{"enough": {30, 6}, "exactly the threshold": {25, 1}, "not enough": {24, 24}} {
		t.Run(name, func(t *testing.T) {
			env := newEnv(t, caastest.Options{})
			env.Test(t,
				resource.TestStep{Config: renewed(24, "", "")},
				resource.TestStep{PreConfig: env.leave(11 * time.Hour), Config: renewed(c.hours, "", ""), ConfigStateChecks: paidHours(24 + int64(c.bought))},
			)
			env.wantHours(t, c.bought)
		})
	}
}

func TestAccRenewal_withTooSmallIncrease(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.Test(t,
		resource.TestStep{Config: renewed(24, "", "")},
		resource.TestStep{PreConfig: env.leave(10 * time.Hour), Config: renewed(25, "", ""), ConfigStateChecks: paidHours(49)},
	)
	env.wantHours(t, 25)
}

// Hours that were bought elsewhere count.
func TestAccRenewal_extendedElsewhere(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	config := renewed(24, "", "")
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				env.leave(time.Hour)()
				env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.DurationHours += 24 })
			},
			Config: config, ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan()), ConfigStateChecks: paidHours(48),
		},
	)
	env.wantHours(t)
}

// A renewal can't bring back what has ended.
func TestAccRenewal_ended(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	config := renewed(24, "", "")
	env.Test(t,
		resource.TestStep{Config: config},
		resource.TestStep{PreConfig: env.leave(-time.Minute), Config: config, ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan())},
	)
	env.wantHours(t)
}

func TestAccRenewal_budget(t *testing.T) {
	t.Parallel()
	for settings, want := range map[string]string{
		"max_cost_usdc = 480":                "", // 24 hours cost 478.08 USDC
		"max_cost_usdc = 478.08":             "",
		"max_cost_usdc = 478.07":             "Price exceeds max_cost_usdc",
		"max_cost_usdc = 1 # plan_checks=no": "Price exceeds max_cost_usdc",
	} {
		t.Run(settings, func(t *testing.T) {
			env := newEnv(t, caastest.Options{})
			if strings.Contains(settings, "plan_checks") {
				env.Provider = strings.Replace(env.Provider, "{\n", "{\n  plan_checks = false\n", 1)
			}
			step := resource.TestStep{PreConfig: env.leave(time.Hour), Config: renewed(24, "", settings)}
			if want != "" {
				step.ExpectError = acctest.Words(want)
			}
			env.Test(t, resource.TestStep{Config: renewed(24, "", "")}, step)
			if want == "" {
				env.wantHours(t, 24)
			} else {
				env.wantHours(t)
			}
		})
	}
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

// An extension whose answer was lost is found, and not bought again.
func TestAccRenewal_lostAnswer(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	config := renewed(24, "", "")
	env.API.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", Reset: true, AfterWork: true})
	env.Test(t, resource.TestStep{Config: config}, resource.TestStep{PreConfig: env.leave(time.Hour), Config: config, ConfigStateChecks: paidHours(48)})
	env.wantHours(t, 24)
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

func TestAccRenewal_priceWarning(t *testing.T) {
	t.Parallel()
	env, tf := renewable(t)
	tf.WantOutput(tf.Run("plan"), `Purchase of 24 more hours for "vllm", 478.08 USDC`)
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "1 changed")
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "0 changed")
	(&testEnv{env}).wantHours(t, 24)
}

// A plan that is applied an hour later buys what it shows.
func TestAccRenewal_savedPlan(t *testing.T) {
	t.Parallel()
	env, tf := renewable(t)
	tf.Run("plan", "-out=saved.tfplan")
	env.Clock.Advance(time.Hour)
	tf.Run("apply", "saved.tfplan")
	tf.Run("plan", "-detailed-exitcode")
	(&testEnv{env}).wantHours(t, 24)
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

// Without a refresh the plan follows what the last refresh has found out.
func TestAccRenewal_withoutRefresh(t *testing.T) {
	t.Parallel()
	env, tf := renewable(t)
	tf.Run("plan", "-refresh=false", "-detailed-exitcode")
	tf.Run("apply", "-refresh-only", "-auto-approve")
	if out, code := tf.Try("plan", "-refresh=false", "-detailed-exitcode"); code != 2 {
		t.Errorf("the renewal is not planned: exit %d\n%s", code, out)
	}
	tf.Run("apply", "-refresh=false", "-auto-approve")
	tf.Run("plan", "-refresh=false", "-detailed-exitcode")
	(&testEnv{env}).wantHours(t, 24)
}
