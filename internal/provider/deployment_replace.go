package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// What can't be changed in place replaces the deployment, and a replacement is paid
// for again. So it takes a value that is known, that differs, and that the state
// has: an import may lack one.
const replaceDescription = "Changing this forces replacement, when the value is known at plan."

func replaceInt64() planmodifier.Int64 {
	return int64planmodifier.RequiresReplaceIf(func(_ context.Context, req planmodifier.Int64Request, resp *int64planmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = differs(req.PlanValue, req.StateValue)
	}, replaceDescription, replaceDescription)
}

func replaceSet() planmodifier.Set {
	return setplanmodifier.RequiresReplaceIf(func(ctx context.Context, req planmodifier.SetRequest, resp *setplanmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = locationsDiffer(req.PlanValue, req.StateValue, loadFlag(ctx, req.Private, importedKey))
	}, replaceDescription, replaceDescription)
}

// differs reports whether a planned value is known and not that of the state.
func differs(planned, state attr.Value) bool {
	return !planned.IsUnknown() && !state.IsNull() && !planned.Equal(state)
}

// locationsDiffer is differs for locations. After an import the state has those
// that the API returned, which may be fewer than were chosen.
func locationsDiffer(planned, state types.Set, imported bool) bool {
	if isUnknownSet(planned) || !differs(planned, state) {
		return false
	}
	if !imported {
		return true
	}
	for _, id := range state.Elements() {
		if !contains(planned, id) {
			return true
		}
	}
	return false
}

func contains(set types.Set, value attr.Value) bool {
	for _, element := range set.Elements() {
		if element.Equal(value) {
			return true
		}
	}
	return false
}
