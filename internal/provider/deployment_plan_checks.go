package provider

import (
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// What a plan asks the API. The questions of one plan run at the same time.

// inParallel runs the checks at the same time. With an error, warnings are beside
// the point.
func inParallel(checks []func() diag.Diagnostics) diag.Diagnostics {
	results := make([]diag.Diagnostics, len(checks))
	var group sync.WaitGroup
	for i, check := range checks {
		group.Go(func() { results[i] = check() })
	}
	group.Wait()
	var diags diag.Diagnostics
	for _, result := range results {
		diags.Append(result...)
	}
	if diags.HasError() {
		return diags.Errors()
	}
	return diags
}

// hoursToBuy returns the hours that the apply buys, as far as the state knows. It
// is for the price only: the apply reads the prepaid hours again.
func (p *deploymentPlan) hoursToBuy(change deployment.Change, want deployment.Spec) int64 {
	paid := p.state.paidHours()
	end, _ := parseTime(p.state.EndsAt)
	left := end.Sub(p.service.Now()) - endTolerance // ends_at may be that late, and the refresh decides whether a renewal is due
	return want.TotalHours(paid, left, change.Renew) - paid
}

// checkName asks whether a deployment can have the name. state is for nameError.
func (p *deploymentPlan) checkName(name, own, state string) diag.Diagnostics {
	err := p.service.CheckName(p.ctx, name, own)
	if err == nil || p.isReported(err) {
		return nil
	}
	return nameError(name, err, state)
}

// checkCapacity asks whether the chosen locations have capacity. A lack of it is an
// error when a running deployment would be replaced, because the apply destroys
// first; else it is a warning, because capacity may be back by then.
func (p *deploymentPlan) checkCapacity(spec deployment.Spec, replaced *replacedDeployment) diag.Diagnostics {
	shortage, err := p.service.Shortage(p.ctx, spec, replaced.freed())
	switch {
	case err != nil && p.isReported(err):
		return nil
	case err != nil:
		return failure{summary: summaryCapacityError, err: err, state: "The apply shows whether there is capacity."}.warning()
	case shortage == nil:
		return nil
	default:
		return capacityDiagnostics(spec, shortage, replaced)
	}
}

// checkPrice asks what the purchase costs, compares it with the budget and, with
// warn, reports it.
func (p *deploymentPlan) checkPrice(purchase deployment.Purchase, warn bool) diag.Diagnostics {
	cost, err := p.service.Price(p.ctx, purchase)
	limited := p.service.IsLimited(purchase)
	if err != nil && !limited && p.isReported(err) {
		return nil
	}
	if err != nil {
		// Hours may be sold for a deployment whose hardware is not offered any more.
		if notOffered := notOfferedErrors(err); notOffered != nil && purchase.DeploymentID == "" {
			return notOffered
		}
		return priceError(purchase, limited, err, "It is not known what the apply costs.", locateAttribute)
	}
	destroyed := destroyedDetail(p.service.Destroyed(purchase.Name)) // in an apply
	if over := purchase.CheckCost(cost); over != nil {
		return budgetErrors(over, nothingBought+destroyed, runAgain, locateAttribute)
	}
	if over := p.service.PlanPurchase(purchase, cost); over != nil {
		return budgetErrors(over, "The plan bought nothing."+destroyed, runAgain, locateAttribute)
	}
	if !warn {
		return nil
	}
	return purchaseWarning(purchase, cost)
}
