package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Terraform rejects a result that differs from what the plan knew, and a state
// with an unknown value. These functions work on raw values, so that no attribute
// has to be listed.

// resolveUnknown returns the planned value with each unknown replaced by what was
// read; by null when that is unknown too, or read is null as a whole.
func resolveUnknown(planned, read tftypes.Value) (tftypes.Value, error) {
	return tftypes.Transform(planned, func(path *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() {
			return v, nil
		}
		if value, ok := valueAt(read, path); ok && value.IsFullyKnown() {
			return value, nil
		}
		return tftypes.NewValue(v.Type(), nil), nil
	})
}

// keepComputed returns the planned value with each unknown that the configuration
// does not set replaced by the value of the state: the framework marks every
// computed attribute as unknown when any attribute changes.
func keepComputed(planned, config, state tftypes.Value) (tftypes.Value, error) {
	return tftypes.Transform(planned, func(path *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() {
			return v, nil
		}
		if configured, ok := valueAt(config, path); !ok || !configured.IsNull() {
			return v, nil
		}
		if value, ok := valueAt(state, path); ok {
			return value, nil
		}
		return v, nil
	})
}

// valueAt returns the value at a path, and whether there is one.
func valueAt(value tftypes.Value, path *tftypes.AttributePath) (tftypes.Value, bool) {
	found, _, err := tftypes.WalkAttributePath(value, path)
	if err != nil {
		return tftypes.Value{}, false
	}
	at, ok := found.(tftypes.Value)
	return at, ok
}

// emptyValue returns the null, or the unknown, of a type.
func emptyValue(ctx context.Context, t attr.Type, unknown bool, diags *diag.Diagnostics) attr.Value {
	var raw any
	if unknown {
		raw = tftypes.UnknownValue
	}
	value, err := t.ValueFromTerraform(ctx, tftypes.NewValue(t.TerraformType(ctx), raw))
	if err != nil {
		diags.Append(internalError(err))
	}
	return value
}

// isFullyKnown reports whether neither a value nor anything in it is unknown.
func isFullyKnown(ctx context.Context, values ...attr.Value) bool {
	for _, value := range values {
		raw, err := value.ToTerraformValue(ctx)
		if err != nil || !raw.IsFullyKnown() {
			return false
		}
	}
	return true
}
