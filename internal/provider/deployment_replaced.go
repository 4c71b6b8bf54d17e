package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// replacedDeployment is the deployment that a plan replaces.
type replacedDeployment struct {
	ID          string      `json:"deployment_id"`
	Name        string      `json:"resource_private_name"`
	Status      caas.Status `json:"status"`
	EndsAt      string      `json:"ends_at"`
	HardwareID  int64       `json:"hardware_id"`
	LocationIDs []int64     `json:"location_ids"`
	Replicas    int64       `json:"replica_count"`
}

// replacedBy returns the deployment of a state, as what a plan may replace.
func (m *deploymentModel) replacedBy(spec deployment.Spec) *replacedDeployment {
	return &replacedDeployment{
		ID: m.DeploymentID.ValueString(), Name: spec.Name, Status: m.status(), EndsAt: m.EndsAt.ValueString(),
		HardwareID: spec.HardwareID, LocationIDs: spec.LocationIDs, Replicas: spec.Replicas,
	}
}

// isLive reports whether the replacement ends something that is paid for.
func (r *replacedDeployment) isLive() bool { return r != nil && deployment.Live(r.Status) }

// isRunning reports whether the replacement stops something that runs.
func (r *replacedDeployment) isRunning() bool { return r != nil && r.Status == caas.StatusRunning }

// freed returns what the end of a running deployment frees, nil when nothing.
func (r *replacedDeployment) freed() *deployment.Spec {
	if !r.isRunning() {
		return nil
	}
	return &deployment.Spec{HardwareID: r.HardwareID, LocationIDs: r.LocationIDs, Replicas: r.Replicas}
}

func saveReplaced(ctx context.Context, private privateState, r *replacedDeployment) diag.Diagnostics {
	raw, err := json.Marshal(r)
	if err != nil {
		return diag.Diagnostics{internalError(err)}
	}
	return private.SetKey(ctx, replacedKey, raw)
}

// loadReplaced returns the deployment that the first plan call of a replacement
// saved, nil when there was none.
func loadReplaced(ctx context.Context, private privateState) *replacedDeployment {
	raw, diags := private.GetKey(ctx, replacedKey)
	var r replacedDeployment
	if diags.HasError() || len(raw) == 0 || json.Unmarshal(raw, &r) != nil || r.ID == "" {
		return nil
	}
	return &r
}
