package provider_test

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// The price of the moment counts at apply, in a saved plan too.
func TestDeployment_priceRisesAfterPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		perHour  float64
		provider string
		config   attributes
		fails    string
	}{
		"above max_cost_usdc":                 {perHour: 4, config: attributes{"max_cost_usdc": "500"}, fails: "the price is 768.00 USDC, and max_cost_usdc allows 500.00. Nothing was bought."},
		"above max_cost_usdc, no plan checks": {perHour: 4, provider: "plan_checks = false", config: attributes{"max_cost_usdc": "500"}, fails: "the price is 768.00 USDC"},
		"above max_total_cost_usdc":           {perHour: 4, provider: "max_total_cost_usdc = 500", fails: "The purchases known so far cost 768.00 USDC together, and max_total_cost_usdc in the provider block allows 500.00. Nothing was bought"},
		"within":                              {perHour: 2.50, config: attributes{"max_cost_usdc": "500"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.core(t)
			terraform.Settings = c.provider
			planned := terraform.plan(base.with(c.config))
			env.API.SetPrice(203, c.perHour)
			diagnostics, ok := terraform.Apply(planned)
			if c.fails == "" && ok {
				env.deploymentsAre(t, "running")
				return
			}
			terraform.wantWords(diagnostics, c.fails)
			env.deploymentsAre(t)
		})
	}
	t.Run("extension", func(t *testing.T) {
		t.Parallel()
		env := newEnv(t, caastest.Options{})
		terraform := env.created(t, base)
		planned := terraform.plan(hours(30).with(attributes{"max_cost_usdc": "150"}))
		env.API.SetPrice(203, 4)
		diagnostics, _ := terraform.Apply(planned)
		terraform.wantWords(diagnostics, "the price is 192.00 USDC, and max_cost_usdc allows 150.00.")
		terraform.sent()
	})
}

// The apply of a replacement destroys first, so the plan checks its price against
// the budgets also without plan_checks, and fails when the price can't be known.
func TestDeployment_replacementOverBudgetDestroysNothing(t *testing.T) {
	t.Parallel()
	above := attributes{"hardware_id": "204", "max_cost_usdc": "500"}
	const tooHigh = "the price is 574.08 USDC, and max_cost_usdc allows 500.00."
	const unknown = "its price depends on values that are not known yet. The apply would destroy the deployment before"
	for name, c := range map[string]struct {
		settings string // of the provider
		config   attributes
		token    string
		replace  bool
		output   string
	}{
		"plan checks":         {config: above, output: tooHigh},
		"no plan checks":      {settings: "plan_checks = false", config: above, output: tooHigh},
		"max_total_cost_usdc": {settings: "plan_checks = false\nmax_total_cost_usdc = 500", config: attributes{"hardware_id": "204"}, output: "allows 500.00."},
		"forced":              {settings: "plan_checks = false", config: attributes{"max_cost_usdc": "400"}, replace: true, output: "the price is 478.08 USDC, and max_cost_usdc allows 400.00."},
		"unknown hours":       {config: above.with(attributes{"duration_hours": "late"}), output: unknown},
		"unknown budget":      {config: above.with(attributes{"max_cost_usdc": "late"}), output: unknown},
		"unknown token":       {token: "late", config: above, output: unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terraform := newEnv(t, caastest.Options{}).created(t, base)
			terraform.late(cty.DynamicVal)
			terraform.Settings, terraform.Token, terraform.Replace = c.settings, cmp.Or(c.token, terraform.Token), c.replace
			terraform.planFails(base.with(c.config), c.output)
			terraform.sent()
		})
	}
}

// So it is in Terraform, with values and a token of another resource.
func TestAccDeployment_rejectedReplacementDestroysNothing(t *testing.T) {
	t.Parallel()
	const late = "resource \"terraform_data\" \"late\" {\n  input = 24\n}\n"
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", base.String())
	tf.Run("apply", "-auto-approve")
	env.API.ResetJournal()
	above := base.with(attributes{"hardware_id": "204", "max_cost_usdc": "500"})
	tf.Write("main.tf", late+above.with(attributes{"duration_hours": "terraform_data.late.output"}).String())
	tf.WantOutput(mustFail(t, tf, "apply", "-auto-approve"), "its price depends on values that are not known yet.")
	tf.Write("main.tf", unknownToken+above.String())
	tf.WantOutput(mustFail(t, tf, "apply", "-auto-approve"), "its price depends on values that are not known yet.")
	env.API.SetReplicas(203, 1, 1)
	tf.Write("main.tf", base.with(attributes{"container_config.replica_count": "3"}).String())
	tf.WantOutput(mustFail(t, tf, "apply", "-auto-approve"), "Insufficient capacity")
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
	env.deploymentsAre(t, "running")
}

// When the price rises between a saved plan and its apply, the error says that the
// old deployment is destroyed, also when the plan at apply does not read the price.
func TestAccDeployment_replacementPriceRisesAfterPlan(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", base.String())
	tf.Run("apply", "-auto-approve")
	hardware, statuses := "203", []string{"running"}
	for _, c := range []struct{ provider, budget string }{{"", "600"}, {"plan_checks = false", "600"}, {"max_total_cost_usdc = 600", ""}} {
		hardware = map[string]string{"203": "204", "204": "203"}[hardware]
		number, _ := strconv.Atoi(hardware)
		tf.WriteProvider(c.provider)
		tf.Write("main.tf", base.with(attributes{"hardware_id": hardware, "max_cost_usdc": c.budget}).String())
		tf.Run("plan", "-out=tfplan")
		env.API.SetPrice(number, 4)
		out := mustFail(t, tf, "apply", "tfplan")
		old := env.API.Deployments()[len(statuses)-1].ID
		tf.WantOutput(out, "768.00 USDC")
		tf.WantOutput(out, "The deployment "+old+", which the new one replaces, is destroyed.")
		statuses[len(statuses)-1] = "destroyed"
		env.deploymentsAre(t, statuses...)
		env.API.SetPrice(number, 2.49)
		tf.Run("apply", "-auto-approve")
		statuses = append(statuses, "running")
		env.deploymentsAre(t, statuses...)
	}
}

// fleet is n deployments whose common budget is limit.
func fleet(n int, limit string, changes attributes) string {
	return fmt.Sprintf("provider \"ioneth\" {\n  max_total_cost_usdc = %s\n}\n", limit) +
		base.with(attributes{"count": fmt.Sprint(n), "resource_private_name": `"vllm-${count.index}"`}).with(changes).String()
}

// Fifty deployments over the budget are one error, and nothing is bought.
func TestAccProvider_maxTotalCostAtPlan(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", fleet(50, "1000", nil))
	out := mustFail(t, tf, "apply", "-auto-approve", "-no-color")
	tf.WantOutput(out, "max_total_cost_usdc in the provider block allows 1000.00. Nothing was bought.")
	if n := len(regexp.MustCompile(`(?m)^Error: `).FindAllString(out, -1)); n != 1 {
		t.Errorf("%d errors, want 1:\n%s", n, out)
	}
	if !strings.Contains(out, `": 8 GPUs for 24 hours: 478.08 USDC`) {
		t.Errorf("the error does not list the purchases:\n%s", out)
	}
	env.deploymentsAre(t)
}

// A replacement is planned in two calls and counts once; an extension counts the
// hours that it buys.
func TestAccProvider_maxTotalCostCountsOnce(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", fleet(2, "956.16", nil))
	tf.Run("apply", "-auto-approve")
	forced := []string{"-replace=" + address + "[0]", "-replace=" + address + "[1]"}
	tf.Run(append([]string{"apply", "-auto-approve"}, forced...)...)
	tf.Write("main.tf", fleet(2, "1148.16", attributes{"hardware_id": "204"}))
	tf.Run("apply", "-auto-approve")
	tf.Write("main.tf", fleet(2, "47.84", attributes{"hardware_id": "204", "duration_hours": "25"}))
	tf.Run("apply", "-auto-approve")
	tf.Write("main.tf", fleet(2, "47.83", attributes{"hardware_id": "204", "duration_hours": "26"}))
	tf.WantOutput(mustFail(t, tf, "plan"), "cost 47.84 USDC together, and max_total_cost_usdc in the provider block allows 47.83.")
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
	const late = "resource \"terraform_data\" \"late\" {\n  input = 24\n}\n"
	tf.Write("main.tf", late+fleet(100, "4800", attributes{"duration_hours": "terraform_data.late.output"}))
	out := mustFail(t, tf, "apply", "-auto-approve", "-parallelism=100")
	if n := len(env.API.Deployments()); n != 10 || env.API.Count("POST", "/deploy") != 10 {
		t.Errorf("%d deployments were bought with %d requests, want 10:\n%s", n, env.API.Count("POST", "/deploy"), out)
	}
}
