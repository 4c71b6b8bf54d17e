package deployment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"golang.org/x/sync/errgroup"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// planTime bounds the questions of one plan: they are a service, and a plan must
// not hang on them.
const planTime = 30 * time.Second

var budgetPath = path.Root("max_cost_usdc")

// purchase is what a plan or an apply is about to buy: a deployment, or hours
// more for one.
type purchase struct {
	definition
	more int64 // the hours of an extension; 0 for a deployment
}

// price asks what the purchase costs, in USDC.
func (s *Session) price(ctx context.Context, p purchase) (float64, error) {
	hours := p.hours
	if p.more > 0 {
		hours = p.more
	}
	price, err := s.Client.Price(ctx, caas.PriceRequest{
		LocationIDs: p.locations, HardwareID: p.hardware, DurationHours: hours,
		GPUsPerContainer: p.gpus, ReplicaCount: p.replicas,
	})
	if err != nil {
		return 0, err
	}
	return float64(price.TotalCostUSDC), nil
}

// words are what is bought: "vllm": 16 GPUs for 24 hours.
func (p purchase) words() string {
	if p.more > 0 {
		return fmt.Sprintf("%s more for %q", plural(p.more, "hour"), p.name)
	}
	return fmt.Sprintf("%q: %d GPUs for %s", p.name, p.gpus*p.replicas, plural(p.hours, "hour"))
}

// less is what would cost less.
func (p purchase) less() string {
	if p.more > 0 {
		return "fewer hours"
	}
	return "fewer hours, fewer replicas or other hardware"
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// holdToBudget is the budget's word right before money is spent: the price is
// asked again, as it may have risen since the plan.
func (s *Session) holdToBudget(ctx context.Context, p purchase) diag.Diagnostics {
	if p.budget == nil {
		return nil
	}
	cost, err := s.price(ctx, p)
	if err != nil {
		return diagnose.Failure{
			Summary: "Price not known, and there is a budget", Err: err,
			State: "Nothing was bought.", Next: "Run terraform apply again, or remove max_cost_usdc to buy at any price.",
		}.Diagnostics()
	}
	return p.judge(cost)
}

// judge holds a price against the budget.
func (p purchase) judge(cost float64) diag.Diagnostics {
	if p.budget == nil || cost <= *p.budget {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(budgetPath, "Price is above the budget", fmt.Sprintf(
		"%s costs %s USDC, and max_cost_usdc allows %s. Nothing was bought. "+
			"Raise max_cost_usdc to %s or more, or buy %s.", p.words(), exactly(cost), exactly(*p.budget), enough(cost), p.less()))}
}

// exactly is an amount to the last of its digits, and at least to the cent.
func exactly(usdc float64) string {
	text := strconv.FormatFloat(usdc, 'f', -1, 64)
	if cents := fmt.Sprintf("%.2f", usdc); len(cents) >= len(text) {
		return cents
	}
	return text
}

// enough is an amount in whole cents that a budget has to be for a price.
func enough(usdc float64) string {
	cents := math.Floor(usdc*100) - 1 // may be one off, as it is rounded
	for cents/100 < usdc && cents < 1<<52 {
		cents++
	}
	return fmt.Sprintf("%.2f", cents/100)
}

// planPrice says what the purchase costs, as a warning, and judges it.
func (s *Session) planPrice(ctx context.Context, p purchase) diag.Diagnostics {
	key := fmt.Sprint(p.locations, p.hardware, p.hours, p.gpus, p.replicas, p.more)
	cost, err := s.prices.get(ctx, s.Clock, key, func(ctx context.Context) (float64, error) { return s.price(ctx, p) })
	if err != nil {
		f := diagnose.Failure{Summary: "Price not known", Err: err, Locate: locate}
		if p.budget != nil {
			f.Summary, f.State = "Price not known, and there is a budget", "Nothing was bought."
			f.Next = "Run terraform plan again, or remove max_cost_usdc to buy at any price."
			return f.Diagnostics()
		}
		if unknown := unknownChoice(err); unknown != nil {
			return unknown
		}
		f.State = "What the apply costs is not known."
		return diag.Diagnostics{f.Warning()}
	}
	if over := p.judge(cost); over != nil {
		return over
	}
	hours := max(p.more, 1)
	if p.more == 0 {
		hours = p.hours
	}
	text := fmt.Sprintf("The apply pays %.2f USDC up front, %.2f an hour", cost, cost/float64(hours))
	if p.more == 0 {
		text += fmt.Sprintf(", for %s of %d GPUs on hardware %d", plural(p.replicas, "container"), p.gpus, p.hardware)
	}
	if p.budget == nil {
		text += fmt.Sprintf(". To hold it to a price, write max_cost_usdc = %s.", enough(cost))
	} else {
		text += fmt.Sprintf("; max_cost_usdc = %s allows it.", exactly(*p.budget))
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic(fmt.Sprintf("Purchase of %s, %.2f USDC", p.words(), cost), text)}
}

// unknownChoice are the errors for hardware or locations that the API refuses to
// price, nil when it refuses nothing of the kind: a deploy would be refused too.
func unknownChoice(err error) diag.Diagnostics {
	var apiErr *caas.Error
	if !errors.As(err, &apiErr) || apiErr.Status != http.StatusUnprocessableEntity {
		return nil
	}
	var diags diag.Diagnostics
	for _, problem := range apiErr.Problems {
		at, ok := locate(problem.Loc)
		if ok && (at.Equal(attributePaths["hardware_id"]) || at.Equal(attributePaths["location_ids"])) {
			diags.AddAttributeError(at, "Not on offer", diagnose.Paragraphs(
				"The API refuses to price it: "+problem.String()+".",
				"Look the ids up in the data sources ioneth_caas_hardware and ioneth_caas_locations.", apiErr.Where()))
		}
	}
	return diags
}

// planChecks selects the checks of a plan: those whose inputs are all known.
type planChecks struct{ name, capacity, price bool }

// planDeployment checks, before a deployment is bought, whether its name is
// available and whether there is capacity, and reports the price. own is the
// deployment that it replaces. The checks run concurrently.
func (s *Session) planDeployment(ctx context.Context, d definition, own predecessor, known planChecks) diag.Diagnostics {
	ctx, cancel := s.Clock.WithTimeout(ctx, planTime)
	defer cancel()
	said := make([]diag.Diagnostics, 3)
	var g errgroup.Group
	ask := func(i int, inputs bool, question func() diag.Diagnostics) {
		if inputs {
			g.Go(func() error { said[i] = question(); return nil })
		}
	}
	ask(0, known.name, func() diag.Diagnostics { return s.planName(ctx, d.name, own) })
	ask(1, known.capacity, func() diag.Diagnostics { return s.planCapacity(ctx, d, own) })
	ask(2, known.price, func() diag.Diagnostics { return s.planPrice(ctx, purchase{definition: d}) })
	_ = g.Wait() // the answers are diagnostics
	var diags diag.Diagnostics
	for _, part := range said {
		diags.Append(part...)
	}
	if diags.HasError() {
		return diags.Errors() // what it would cost is beside the point
	}
	return diags
}

// forfeits says what the end of a running deployment costs.
func forfeits(own predecessor) diag.Diagnostic {
	return diag.NewWarningDiagnostic(fmt.Sprintf("Replaces the running deployment %q", own.Name), fmt.Sprintf(
		"The deployment %s runs and is paid for until %s. Replaced, it ends: its first hour is forfeited, the rest of the unused time is refunded to the minute, "+
			"and nothing serves until the new one runs. With create_before_destroy this can't work, as both would have the same name.",
		own.ID, own.EndsAt))
}

// planDestroy warns of what a destroy does not refund. It calls no API: the state
// has what it needs.
func (r *Resource) planDestroy(state *model) diag.Diagnostics {
	if caas.Status(state.Status.ValueString()).Ended() {
		return nil
	}
	conflict := r.claims.destroy(state.ResourcePrivateName.ValueString(), state.DeploymentID.ValueString())
	if conflict != nil || !r.PlanChecks || r.Client == nil {
		return conflict
	}
	return r.firstHour(state)
}

// firstHour warns of a destroy in the hour that is charged whole.
func (r *Resource) firstHour(state *model) diag.Diagnostics {
	when := "has not started to run yet"
	if start, err := time.Parse(time.RFC3339, state.StartedAt.ValueString()); err == nil {
		if r.Clock.Now().Sub(start) >= leastPaid {
			return nil
		}
		when = "has run since " + state.StartedAt.ValueString()
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic(
		fmt.Sprintf("Destroys the deployment %q in its first hour", state.ResourcePrivateName.ValueString()), fmt.Sprintf(
			"The deployment %s %s. Its first hour is charged whole and never refunded; unused time beyond it is refunded to the minute.",
			state.DeploymentID.ValueString(), when))}
}

// leastPaid is what every deployment costs at least (reference).
const leastPaid = time.Hour
