package provider

import (
	"context"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// wholeNumberType is types.Int64Type with errors for users: types.Int64Type
// reports a fraction, or a number beyond 64 bits, as a bug in the provider.
// Its values are those of types.Int64Type.
type wholeNumberType struct{ basetypes.Int64Type }

var _ basetypes.Int64Typable = wholeNumberType{}

// Equal implements attr.Type. Values carry types.Int64Type, so that is equal too.
func (wholeNumberType) Equal(other attr.Type) bool {
	switch other.(type) {
	case wholeNumberType, basetypes.Int64Type:
		return true
	}
	return false
}

// String implements attr.Type.
func (wholeNumberType) String() string { return "wholeNumberType" }

// ValueFromTerraform implements attr.Type. A number that is not a 64-bit integer
// becomes unknown, because an error here would not be on the attribute; Validate
// reports it.
func (t wholeNumberType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	if _, ok := notWhole(in); ok {
		return types.Int64Unknown(), nil
	}
	return t.Int64Type.ValueFromTerraform(ctx, in)
}

// Validate implements xattr.TypeWithValidate, which the framework calls for
// attributes at any depth and for the elements of a set.
func (wholeNumberType) Validate(_ context.Context, in tftypes.Value, at path.Path) (diags diag.Diagnostics) {
	number, ok := notWhole(in)
	if !ok {
		return nil
	}
	if steps := at.Steps(); len(steps) > 0 {
		// Terraform has no path to an element of a set.
		if _, ok := steps[len(steps)-1].(path.PathStepElementKeyValue); ok {
			at = at.ParentPath()
		}
	}
	rule := "must be a whole number"
	if number.IsInt() {
		rule += " of at most 64 bits"
	}
	diags.AddAttributeError(at, summaryNotWholeNumber, fmt.Sprintf("%s %s; got %s.", at, rule, number.Text('g', 20)))
	return diags
}

// notWhole returns the number in a value, and whether it is known and not a
// 64-bit integer.
func notWhole(in tftypes.Value) (*big.Float, bool) {
	number := new(big.Float)
	if in.Type() == nil || !in.Type().Is(tftypes.Number) || !in.IsKnown() || in.IsNull() || in.As(number) != nil {
		return nil, false
	}
	_, accuracy := number.Int64()
	return number, accuracy != big.Exact
}
