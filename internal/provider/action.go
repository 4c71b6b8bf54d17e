package provider

import (
	"context"
	"fmt"
	"math"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const invokeAgain = "Invoke the action again."

// deploymentAction is what all actions have in common.
type deploymentAction struct{ *providerData }

func (a *deploymentAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.providerData = providerDataOf(req.ProviderData, &resp.Diagnostics)
}

// validateRange checks the range of a number once more: the validators of the
// schema skip what is unknown at plan, and Terraform does not run them at apply.
func validateRange(name string, value types.Int64, least, most int64) diag.Diagnostics {
	n := value.ValueInt64()
	if value.IsNull() || least <= n && n <= most {
		return nil
	}
	limits := fmt.Sprintf("between %d and %d", least, most)
	if most == math.MaxInt64 {
		limits = fmt.Sprintf("at least %d", least)
	}
	return errorAt(path.Root(name), summaryOutOfRange, fmt.Sprintf("%s must be %s; got %d. Nothing was done.", name, limits, n))
}

// progress returns a function that prints a message as the action's progress. It
// prints nothing once ctx has ended: Terraform does not read any more, and the
// framework would block.
func progress(ctx context.Context, resp *action.InvokeResponse) func(message string) {
	return func(message string) {
		if ctx.Err() == nil {
			resp.SendProgress(action.InvokeProgressEvent{Message: message})
		}
	}
}
