package provider_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// The price at the time of the apply counts, in a saved plan too. A replacement then
// has destroyed the old deployment, and the error says so.
func TestDeployment_priceRisesAfterPlan(t *testing.T) {
	t.Parallel()
	limited := func(limit string, changes attributes) attributes {
		return base.with(attributes{"max_cost_usdc": limit}).with(changes)
	}
	replaced := attributes{"hardware_id": "204"}
	for name, c := range map[string]struct {
		before   fmt.Stringer // applied first, if any
		settings string       // of the provider
		config   attributes
		fails    string
		statuses []string // of the deployments afterwards
	}{
		"creation":                 {nil, "", limited("500", nil), "The price is 768.00 USDC, and max_cost_usdc allows 500.00. Nothing was bought.", nil},
		"creation, no plan checks": {nil, "plan_checks = false", limited("500", nil), "The price is 768.00 USDC", nil},
		"creation, max_total_cost_usdc": {nil, "max_total_cost_usdc = 500", base,
			"max_total_cost_usdc in the provider block allows 500.00 USDC, and the purchases known so far cost 768.00 USDC together:", nil},
		"extension": {base, "", limited("150", attributes{"duration_hours": "30"}), "The price is 192.00 USDC, and max_cost_usdc allows 150.00.", []string{"running"}},

		"replacement":                      {base, "", limited("600", replaced), "768.00 USDC", []string{"destroyed"}},
		"replacement, no plan checks":      {base, "plan_checks = false", limited("600", replaced), "768.00 USDC", []string{"destroyed"}},
		"replacement, max_total_cost_usdc": {base, "max_total_cost_usdc = 600", base.with(replaced), "768.00 USDC", []string{"destroyed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.core(t)
			if c.before != nil {
				terraform.apply(c.before)
			}
			terraform.Settings = c.settings
			planned := terraform.plan(c.config)
			env.API.SetPrice(203, 4)
			env.API.SetPrice(204, 4)
			diagnostics, ok := terraform.Apply(planned)
			if ok {
				t.Error("the apply succeeds")
			}
			terraform.wantWords(diagnostics, c.fails)
			if planned.Action == "replace" {
				terraform.wantWords(diagnostics, "The deployment "+env.newest()+", which was to be replaced, has already been destroyed.")
			}
			env.deploymentsAre(t, c.statuses...)
		})
	}
}

// lateHours is a resource whose output, 24, is not known before its creation.
const lateHours = "resource \"terraform_data\" \"late\" {\n  input = 24\n}\n"

// The apply of a replacement destroys first, so the plan checks its price against
// the budgets also without plan_checks, and fails when the price can't be known.
func TestAccDeployment_replacementOverBudgetDestroysNothing(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", base.String())
	tf.Run("apply", "-auto-approve")
	env.API.ResetJournal()
	fails := func(config, words string, flags ...string) {
		t.Helper()
		tf.Write("main.tf", config)
		tf.WantOutput(mustFail(t, tf, append([]string{"apply", "-auto-approve"}, flags...)...), words)
	}
	above := base.with(attributes{"hardware_id": "204", "max_cost_usdc": "500"})
	const unchecked, unknown = "provider \"ioneth\" {\n  plan_checks = false\n", "its price or max_cost_usdc depends on values that are not known yet. Without create_before_destroy, which the provider cannot see, the apply destroys the deployment before"
	fails(above.String(), "The price is 574.08 USDC, and max_cost_usdc allows 500.00.")
	fails(lateHours+above.with(attributes{"duration_hours": "terraform_data.late.output"}).String(), unknown)
	fails(lateHours+above.with(attributes{"max_cost_usdc": "terraform_data.late.output"}).String(), unknown)
	fails(unknownToken+above.String(), unknown)
	fails(unchecked+"}\n"+above.String(), "The price is 574.08 USDC, and max_cost_usdc allows 500.00.")
	fails(unchecked+"  max_total_cost_usdc = 500\n}\n"+base.with(attributes{"hardware_id": "204"}).String(), "in the provider block allows 500.00 USDC,")
	fails(unchecked+"}\n"+base.with(attributes{"max_cost_usdc": "400"}).String(), "The price is 478.08 USDC, and max_cost_usdc allows 400.00.", "-replace="+address)
	env.API.SetReplicas(203, 1, 1)
	fails(base.with(attributes{"container_config.replica_count": "3"}).String(), "Insufficient capacity")
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
	env.deploymentsAre(t, "running")
}

// fleet is n deployments whose common budget is limit.
func fleet(n int, limit string, changes attributes) string {
	return fmt.Sprintf("provider \"ioneth\" {\n  max_total_cost_usdc = %s\n}\n", limit) +
		base.with(attributes{"count": fmt.Sprint(n), "resource_private_name": `"vllm-${count.index}"`}).with(changes).String()
}

// Fifty deployments over the budget are one error; their price and the capacity for
// them are read once. A replacement is planned in two calls and counts once, and an
// extension counts the hours that it buys.
func TestAccProvider_maxTotalCostAtPlan(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", fleet(50, "1000", nil))
	out := mustFail(t, tf, "apply", "-auto-approve", "-no-color")
	tf.WantOutput(out, "max_total_cost_usdc in the provider block allows 1000.00 USDC, and the purchases known so far cost")
	tf.WantOutput(out, "The plan bought nothing. Buy less, or increase max_total_cost_usdc.")
	tf.WantOutput(out, `": 8 GPUs for 24 hours: 478.08 USDC`)
	if n := len(regexp.MustCompile(`(?m)^Error: `).FindAllString(out, -1)); n != 1 {
		t.Errorf("%d errors, want 1:\n%s", n, out)
	}
	for path, want := range map[string]int{"/price": 1, "/available-replicas": 1, "/clusters/check_cluster_name_availability": 50, "": 52} {
		if got := len(env.API.Requests("", path)); got != want {
			t.Errorf("%d requests for %q, want %d", got, path, want)
		}
	}

	tf.Write("main.tf", fleet(2, "956.16", nil))
	tf.Run("apply", "-auto-approve")
	tf.Run("plan", "-replace="+address+"[0]", "-replace="+address+"[1]")
	tf.Write("main.tf", fleet(2, "1148.16", attributes{"hardware_id": "204"}))
	tf.Run("apply", "-auto-approve")
	longer := attributes{"hardware_id": "204", "duration_hours": "25"}
	tf.Write("main.tf", fleet(2, "47.83", longer))
	tf.WantOutput(mustFail(t, tf, "plan"), "allows 47.83 USDC, and the purchases known so far cost 47.84 USDC together:")
	tf.Write("main.tf", fleet(2, "47.84", longer))
	tf.Run("apply", "-auto-approve")
}

// A hundred purchases in parallel, whose plan did not know the price, buy exactly
// what the budget allows.
func TestAccProvider_maxTotalCostAtApply(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	for location := 1; location <= 4; location++ {
		env.API.SetReplicas(203, location, 200)
	}
	tf := env.Terraform(t)
	tf.Write("main.tf", lateHours+fleet(100, "4800", attributes{"duration_hours": "terraform_data.late.output"}))
	out := mustFail(t, tf, "apply", "-auto-approve", "-parallelism=100")
	if n := len(env.API.Deployments()); n != 10 || env.API.Count("POST", "/deploy") != 10 {
		t.Errorf("%d deployments were bought with %d requests, want 10:\n%s", n, env.API.Count("POST", "/deploy"), out)
	}
}
