package deployment

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// predecessor is the deployment that a resource has now, as the plan of its
// replacement needs it: Terraform plans the new deployment in a call without prior
// state. The zero value is no deployment.
type predecessor struct {
	ID        string  `json:"deployment_id"`
	Name      string  `json:"resource_private_name"`
	Status    string  `json:"status"`
	EndsAt    string  `json:"ends_at"`
	Hardware  int64   `json:"hardware_id"`
	Locations []int64 `json:"location_ids"`
	Replicas  int64   `json:"replica_count"`
}

// predecessorKey is the private state's key of the predecessor.
const predecessorKey = "predecessor"

// privateState is the part of a resource's state that only the provider sees.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// predecessor returns the deployment of the state.
func (m *model) predecessor(ctx context.Context, diags *diag.Diagnostics) predecessor {
	d, more := m.definition(ctx, nil)
	diags.Append(more...)
	return predecessor{
		ID: m.DeploymentID.ValueString(), Name: d.name, Status: m.Status.ValueString(), EndsAt: m.EndsAt.ValueString(),
		Hardware: d.hardware, Locations: d.locations, Replicas: d.replicas,
	}
}

// ended reports whether the deployment has reached a final status.
func (p predecessor) ended() bool { return caas.Status(p.Status).Ended() }

// readPredecessor returns what the plan call before this one stored; the zero
// value when there was none.
func readPredecessor(ctx context.Context, private privateState, diags *diag.Diagnostics) predecessor {
	var p predecessor
	raw, more := private.GetKey(ctx, predecessorKey)
	diags.Append(more...)
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &p); err != nil {
			diags.AddError("Invalid private state", "The provider stored "+predecessorKey+" in the private state and cannot read it: "+err.Error())
		}
	}
	return p
}

// store puts the predecessor where the next plan call of the same resource finds
// it. Every plan call with a prior state does this: a forced replacement
// (-replace) looks like any other plan in its first call.
func (p predecessor) store(ctx context.Context, private privateState) diag.Diagnostics {
	raw, err := json.Marshal(p)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Error writing private state", err.Error())}
	}
	return private.SetKey(ctx, predecessorKey, raw)
}
