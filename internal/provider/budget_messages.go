package provider

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// nothingBought is the state after a purchase that was not made.
const nothingBought = "Nothing was bought."

// budgetErrors explains a purchase that a budget does not allow; nil for any other
// error. again says how to try again.
func budgetErrors(err error, state, again string, locate locator) diag.Diagnostics {
	var over *deployment.BudgetError
	var total *deployment.RunBudgetError
	switch {
	case errors.As(err, &over) && over.Err != nil:
		return budgetUnverifiedErrors(over.Purchase, over.Err, state, again, locate)
	case errors.As(err, &over):
		p, fewer := over.Purchase, "fewer hours"
		if p.DeploymentID == "" {
			fewer = "fewer hours, fewer replicas or other hardware"
		}
		return errorAt(maxCostPath, summaryPriceAboveBudget,
			fmt.Sprintf("Purchase of %s. The price is %s USDC, and max_cost_usdc allows %s. %s", p, exact(over.Cost), exact(*p.MaxCost), state),
			fmt.Sprintf("Increase max_cost_usdc to %s or more, or buy %s.", roundedUp(over.Cost), fewer))
	case errors.As(err, &total):
		return errorAt(path.Empty(), summaryTotalAboveBudget,
			fmt.Sprintf("max_total_cost_usdc in the provider block allows %s USDC, and the purchases known so far cost %s USDC together:\n- %s",
				exact(total.Limit), exact(total.Total), strings.Join(total.Purchases, "\n- ")),
			state, "Buy less, or increase max_total_cost_usdc.")
	default:
		return nil
	}
}

// budgetUnverifiedErrors explain a purchase under a budget whose price could not be
// read.
func budgetUnverifiedErrors(p deployment.Purchase, err error, state, again string, locate locator) diag.Diagnostics {
	const unlimited = ", or remove max_cost_usdc and max_total_cost_usdc to buy at any price."
	f := failure{summary: summaryBudgetUnverified, err: err, state: "The price is not known. " + state, locate: locate}
	switch {
	case caas.IsUnauthorized(err): // a purchase would be rejected too
		f.next = again
	case rejectsConfiguration(err) && p.DeploymentID == "": // other hardware would replace the deployment
		f.next = "Correct the configuration and run the command again" + unlimited
	default:
		f.next = strings.TrimSuffix(again, ".") + unlimited
	}
	return f.errors()
}

// priceError explains a price that could not be read: an error under a budget, else a
// warning with the given state.
func priceError(p deployment.Purchase, limited bool, err error, state string, locate locator) diag.Diagnostics {
	if limited {
		return budgetUnverifiedErrors(p, err, nothingBought, runAgain, locate)
	}
	return failure{summary: summaryPriceError, err: err, state: state}.warning()
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
