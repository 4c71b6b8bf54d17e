package deployment

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// checkInPlace says what is to be known before a deployment is changed in place.
func (r *Resource) checkInPlace(ctx context.Context, plan, state, config *model, diags *diag.Diagnostics) {
	ctx, cancel := r.Clock.WithTimeout(ctx, planTime)
	defer cancel()
	wanted, d := plan.definition(ctx, nil)
	wanted.readWriteOnly(ctx, config, diags)
	diags.Append(d...)
	had, d := state.definition(ctx, nil)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	r.Client.Conceal(append(wanted.secrets(), had.secrets()...)...)
	change := had.to(wanted, state.secretKeys(ctx))
	if change.rename && !plan.ResourcePrivateName.IsUnknown() {
		diags.Append(r.planRename(ctx, wanted.name)...)
	}
	buys := change.extend && !plan.DurationHours.IsUnknown() && !plan.MaxCostUSDC.IsUnknown()
	if more := wanted.hours - state.paidHours(); buys && more > 0 {
		diags.Append(r.planPrice(ctx, purchase{definition: wanted, more: more})...)
	}
	if !change.extend {
		diags.Append(endsSoon(state, r.Clock.Now())...)
	}
	if change.request.SecretEnvVariables.IsZero() {
		had.variables = wanted.variables // not sent
	}
	diags.Append(wanted.warnOfDollars(had)...)
	if had.image != "" && plan.registry(ctx, diags).ImageURL.IsNull() {
		diags.Append(noImage())
	}
}

// paidHours are the hours paid for as far as the state knows, those bought
// elsewhere included: the time from start to end.
func (m *model) paidHours() int64 {
	start, startErr := time.Parse(time.RFC3339, m.StartedAt.ValueString())
	end, endErr := time.Parse(time.RFC3339, m.EndsAt.ValueString())
	if startErr != nil || endErr != nil {
		return m.DurationHours.ValueInt64()
	}
	return max(int64(end.Sub(start).Round(time.Hour)/time.Hour), m.DurationHours.ValueInt64())
}

// soon is when a deployment's end is worth a warning.
const soon = time.Hour

// endsSoon warns of a change to a deployment that hardly runs on.
func endsSoon(state *model, now time.Time) diag.Diagnostics {
	end, err := time.Parse(time.RFC3339, state.EndsAt.ValueString())
	if err != nil || end.Sub(now) > soon {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic(fmt.Sprintf("Deployment %q ends within the hour", state.ResourcePrivateName.ValueString()), fmt.Sprintf(
		"The time paid for is up at %s. To let it run on, raise duration_hours, now %d, above %d in the same apply.",
		state.EndsAt.ValueString(), state.DurationHours.ValueInt64(), state.paidHours()))}
}
