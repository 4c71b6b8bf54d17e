package deployment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// act is the part that all actions here have: the session.
type act struct{ *Session }

// Configure implements action.ActionWithConfigure.
func (a *act) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.Session = sessionOf(req.ProviderData, &resp.Diagnostics)
}

// known tells whether the API can be asked.
func (a *act) known() bool { return a.Session != nil && a.Client != nil }

// ready tells whether the action can be invoked; diags say why not.
func (a *act) ready(diags *diag.Diagnostics) bool {
	if !a.known() {
		diags.Append(diagnose.ConfigurationUnknown())
	}
	return !diags.HasError()
}

// hold holds a number to its bounds once more: the schema's validators pass what
// is unknown at plan, and Terraform does not run them again at apply.
func hold(name string, value types.Int64, least, most int64) diag.Diagnostics {
	if n := value.ValueInt64(); value.IsNull() || least <= n && n <= most {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root(name), "Number out of bounds", fmt.Sprintf(
		"%s must be between %d and %d, not %d. Nothing was done.", name, least, most, value.ValueInt64()))}
}

// telling is how an action tells Terraform what it does. Once the operation has
// ended it tells nothing: Terraform does not listen any more, and the framework
// would wait for it for ever.
func telling(ctx context.Context, resp *action.InvokeResponse) func(format string, args ...any) {
	return func(format string, args ...any) {
		if ctx.Err() == nil {
			resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf(format, args...)})
		}
	}
}
