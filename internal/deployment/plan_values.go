package deployment

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// These functions change plans and states as raw values, so that they hold for
// every attribute of the schema without a list of attributes.

// lifecycleAttributes are the computed attributes that an extension or a restart
// may change.
var lifecycleAttributes = []string{"status", "started_at", "ends_at", "finished_at", "amount_paid_usdc"}

// planComputed returns the plan of a change in place with its computed attributes:
// those that the change can't affect come from the state, the others are unknown.
func planComputed(kind kind, plan, config, state tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	if kind == redefined {
		return markComputedUnknown(plan, append([]string{"containers"}, lifecycleAttributes...)...)
	}
	plan, diags := useStateForUnknown(plan, config, state)
	if kind == extended && !diags.HasError() {
		return markComputedUnknown(plan, lifecycleAttributes...)
	}
	return plan, diags
}

// nullUnknowns returns raw with every unknown value as null: a state can't hold
// unknown values, and the ID must be saved before the API has returned the rest.
func nullUnknowns(raw tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	return transform(raw, func(_ *tftypes.AttributePath, v tftypes.Value) tftypes.Value {
		if v.IsKnown() {
			return v
		}
		return tftypes.NewValue(v.Type(), nil)
	})
}

// preservePlanned returns result, but with every value that the plan knew.
// Terraform treats a result that differs from the plan as a failure, and would
// taint a deployment that was just created. The next refresh shows the difference.
func preservePlanned(plan, result tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	return transform(plan, func(at *tftypes.AttributePath, v tftypes.Value) tftypes.Value {
		if v.IsKnown() {
			return v
		}
		if known, ok := valueAt(result, at); ok {
			return known
		}
		return tftypes.NewValue(v.Type(), nil)
	})
}

// useStateForUnknown returns plan with the value of the state for every unknown
// value that the configuration does not set.
func useStateForUnknown(plan, config, state tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	return transform(plan, func(at *tftypes.AttributePath, v tftypes.Value) tftypes.Value {
		if v.IsKnown() {
			return v
		}
		configured, ok := valueAt(config, at)
		if !ok || !configured.IsNull() {
			return v
		}
		if known, ok := valueAt(state, at); ok {
			return known
		}
		return v
	})
}

// markComputedUnknown returns plan with the attributes of those names unknown.
func markComputedUnknown(plan tftypes.Value, names ...string) (tftypes.Value, diag.Diagnostics) {
	return transform(plan, func(at *tftypes.AttributePath, v tftypes.Value) tftypes.Value {
		if steps := at.Steps(); len(steps) == 1 {
			if name, ok := steps[0].(tftypes.AttributeName); ok && slices.Contains(names, string(name)) {
				return tftypes.NewValue(v.Type(), tftypes.UnknownValue)
			}
		}
		return v
	})
}

// updateState reads what the API returned into state, except for what the plan knew.
func updateState(ctx context.Context, state *tfsdk.State, plan tftypes.Value, seen live) diag.Diagnostics {
	var m model
	diags := state.Get(ctx, &m)
	if diags.HasError() {
		return diags
	}
	diags.Append(m.read(ctx, seen)...)
	updated := *state
	if diags.Append(updated.Set(ctx, &m)...); diags.HasError() {
		return diags
	}
	raw, d := preservePlanned(plan, updated.Raw)
	diags.Append(d...)
	if !d.HasError() {
		state.Raw = raw
	}
	return diags
}

// transform returns raw with change applied to every value in it.
func transform(raw tftypes.Value, change func(*tftypes.AttributePath, tftypes.Value) tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	changed, err := tftypes.Transform(raw, func(at *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		return change(at, v), nil
	})
	if err != nil {
		return raw, diag.Diagnostics{diag.NewErrorDiagnostic("Value of an unexpected type", "This is a bug in the provider: "+err.Error())}
	}
	return changed, nil
}

// valueAt returns the value at a path, and whether there is one.
func valueAt(raw tftypes.Value, at *tftypes.AttributePath) (tftypes.Value, bool) {
	found, _, err := tftypes.WalkAttributePath(raw, at)
	value, ok := found.(tftypes.Value)
	return value, ok && err == nil
}
