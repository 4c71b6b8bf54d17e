package provider

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

var maxCostPath = path.Root("max_cost_usdc")

// budgetError explains a purchase that max_cost_usdc does not allow.
func budgetError(over *deployment.BudgetError, state string) diag.Diagnostics {
	if over.Err != nil {
		return budgetUnverifiedErrors(over.Err, state, locateAttribute)
	}
	p, fewer := over.Purchase, "fewer hours"
	if p.DeploymentID == "" {
		fewer = "fewer hours, fewer replicas or other hardware"
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(maxCostPath, summaryPriceAboveBudget, paragraphs(fmt.Sprintf(
		"%s: the price is %s USDC, and max_cost_usdc allows %s. %s", p, exact(over.Cost), exact(*p.MaxCost), state),
		fmt.Sprintf("Increase max_cost_usdc to %s or more, or buy %s.", roundedUp(over.Cost), fewer)))}
}

// runBudgetError explains purchases that max_total_cost_usdc does not allow.
func runBudgetError(over *deployment.RunBudgetError, state string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summaryTotalAboveBudget, paragraphs(fmt.Sprintf(
		"The purchases known so far cost %s USDC together, and max_total_cost_usdc in the provider block allows %s. %s", exact(over.Total), exact(over.Limit), state),
		"Purchases:\n- "+strings.Join(over.Purchases, "\n- "),
		"Buy less, or increase max_total_cost_usdc."))
}

// budgetUnverifiedErrors explain a purchase whose price could not be read.
func budgetUnverifiedErrors(err error, state string, locate func([]string) (path.Path, bool)) diag.Diagnostics {
	return failure{
		summary: summaryBudgetUnverified, err: err, state: "The price is not known. " + state, locate: locate,
		next: "Run the command again, or remove max_cost_usdc and max_total_cost_usdc to buy at any price.",
	}.errors()
}

// exact formats an amount with all of its digits, and at least to the cent.
func exact(usdc float64) string {
	text := strconv.FormatFloat(usdc, 'f', -1, 64)
	if cents := fmt.Sprintf("%.2f", usdc); len(cents) >= len(text) {
		return cents
	}
	return text
}

// roundedUp formats an amount rounded up to whole cents.
func roundedUp(usdc float64) string {
	cents := math.Floor(usdc*100) - 1 // the product may be rounded
	for cents/100 < usdc && cents < 1<<52 {
		cents++
	}
	return fmt.Sprintf("%.2f", cents/100)
}
