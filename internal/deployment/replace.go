package deployment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
)

// What can't be changed in place replaces the deployment, unless the state does
// not hold it: after an import of which the API told not all. A replacement is
// paid for anew, so it needs more than not knowing.
const replaced = "a change replaces the deployment"

func replacedInt64() planmodifier.Int64 {
	return int64planmodifier.RequiresReplaceIf(func(_ context.Context, req planmodifier.Int64Request, resp *int64planmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = moved(req.PlanValue, req.StateValue)
	}, replaced, replaced)
}

func replacedSet() planmodifier.Set {
	return setplanmodifier.RequiresReplaceIf(func(_ context.Context, req planmodifier.SetRequest, resp *setplanmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = moved(req.PlanValue, req.StateValue)
	}, replaced, replaced)
}

func moved(plan, state attr.Value) bool { return !state.IsNull() && !plan.Equal(state) }

// replaces tells whether the plan has to make another deployment: hardware,
// locations, replicas and GPUs can't be changed in place. The schema's own word
// for it is not to be seen here.
func (m *model) replaces(ctx context.Context, state *model, diags *diag.Diagnostics) bool {
	return moved(m.HardwareID, state.HardwareID) || moved(m.LocationIDs, state.LocationIDs) ||
		moved(m.GPUsPerContainer, state.GPUsPerContainer) ||
		moved(m.container(ctx, diags).ReplicaCount, state.container(ctx, diags).ReplicaCount)
}
