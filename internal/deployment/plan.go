package deployment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// ModifyPlan says at plan what can't be done at apply and what the apply costs,
// and keeps the computed attributes that the plan leaves as they are.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state, config model
	if req.Plan.Raw.IsNull() {
		if diags := req.State.Get(ctx, &state); !diags.HasError() {
			resp.Diagnostics.Append(r.planDestroy(&state)...)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if req.State.Raw.IsNull() {
		own := readPredecessor(ctx, req.Private, &resp.Diagnostics)
		if !resp.Diagnostics.HasError() {
			r.planNew(ctx, &plan, &config, own, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	own := state.predecessor(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(own.store(ctx, resp.Private)...)
	switch {
	case plan.replaces(ctx, &state, &resp.Diagnostics):
		// Terraform plans the new deployment in a second call and drops the warnings
		// of that call, so this one has them all.
		r.planNew(ctx, &plan, &config, own, &resp.Diagnostics)
		return
	case plan.RecreateWhenEnded.ValueBool() && caas.Status(state.Status.ValueString()).Ended():
		// Read keeps an ended deployment until it has seen recreate_when_ended in
		// the state, so when that was switched on just now it is replaced here.
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("recreate_when_ended"))
		r.planNew(ctx, &plan, &config, own, &resp.Diagnostics)
		return
	}
	r.planInPlace(ctx, &plan, &state, &config, req, resp)
}

// ended tells that the deployment runs no more and can't be changed. One that
// failed before it ever ran can, or whose end the API has not set: a container
// that does not start is to be mended in place, which costs nothing (reference).
func (m *model) ended() bool {
	status := caas.Status(m.Status.ValueString())
	return status.Ended() && (status != caas.StatusFailed || m.StartedAt.ValueString() != "" && m.FinishedAt.ValueString() != "")
}

// planNew checks a deployment that is to be bought. own is the deployment that it
// replaces, if any.
func (r *Resource) planNew(ctx context.Context, plan, config *model, own predecessor, diags *diag.Diagnostics) {
	if name := plan.ResourcePrivateName; !name.IsUnknown() {
		diags.Append(r.claims.claim(name.ValueString(), own.ID)...)
		if own.ID == "" {
			own = r.claims.adopt(name.ValueString())
		}
	}
	if !r.PlanChecks || r.Client == nil || diags.HasError() {
		return
	}
	wanted, d := plan.definition(ctx, nil)
	wanted.readWriteOnly(ctx, config, diags)
	diags.Append(d...)
	if diags.HasError() {
		return
	}
	r.Client.Conceal(wanted.secrets()...)
	c := plan.container(ctx, diags)
	known := planChecks{name: !plan.ResourcePrivateName.IsUnknown()}
	known.capacity = fullyKnown(ctx, plan.LocationIDs) && !plan.HardwareID.IsUnknown() && !plan.GPUsPerContainer.IsUnknown() && !c.ReplicaCount.IsUnknown()
	known.price = known.capacity && !plan.DurationHours.IsUnknown() && !plan.MaxCostUSDC.IsUnknown()
	diags.Append(r.planDeployment(ctx, wanted, own, known)...)
	if own.Status == string(caas.StatusRunning) && !diags.HasError() {
		diags.Append(forfeits(own))
	}
	diags.Append(wanted.warnOfDollars(definition{})...)
	if plan.registry(ctx, diags).ImageURL.IsNull() {
		diags.Append(noImage())
	}
}

// planInPlace checks a change in place, and sets the computed attributes of the plan.
func (r *Resource) planInPlace(ctx context.Context, plan, state, config *model, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	if name := plan.ResourcePrivateName; !name.IsUnknown() && !state.ended() {
		diags.Append(r.claims.claim(name.ValueString(), state.DeploymentID.ValueString())...)
	}
	if lowered(plan.DurationHours, state.DurationHours) {
		diags.AddAttributeError(path.Root("duration_hours"), "Duration can't be lowered", fmt.Sprintf(
			"%d hours are paid for and duration_hours is lowered to %d: hours are paid up front and can't be given back one by one. "+
				"Write duration_hours = %d or more. To end the deployment early, destroy it, with this put back or with terraform destroy -refresh=false: "+
				"unused time is refunded to the minute, but for the first hour.",
			state.DurationHours.ValueInt64(), plan.DurationHours.ValueInt64(), state.DurationHours.ValueInt64()))
	}
	planForeignSecrets(ctx, state, config, resp)
	kind := plan.changeFrom(ctx, state, config, diags)
	if diags.HasError() {
		return
	}
	if kind != untouched && state.ended() {
		diags.Append(endedAndChanged(state))
		return
	}
	planned, d := planComputed(kind, resp.Plan.Raw, req.Config.Raw, req.State.Raw)
	resp.Plan.Raw = planned
	diags.Append(d...)
	if kind != untouched && r.PlanChecks && r.Client != nil {
		r.checkInPlace(ctx, plan, state, config, diags)
	}
}

func lowered(plan, state types.Int64) bool {
	return !plan.IsUnknown() && !state.IsNull() && plan.ValueInt64() < state.ValueInt64()
}

// kind is how deep a change goes.
type kind int

const (
	untouched kind = iota // nothing goes to the API
	renamed
	extended
	redefined // the container definition changes, or may
)

// changeFrom tells how deep the plan's change goes. What is not known yet may
// change.
func (m *model) changeFrom(ctx context.Context, state, config *model, diags *diag.Diagnostics) kind {
	defined := []attr.Value{m.ResourcePrivateName, m.DurationHours}
	for _, value := range append(defined, m.ContainerConfig, m.RegistryConfig) {
		if !fullyKnown(ctx, value) || !fullyKnown(ctx, config.ContainerConfig) || !fullyKnown(ctx, config.RegistryConfig) {
			return redefined
		}
	}
	wanted, d := m.definition(ctx, config)
	diags.Append(d...)
	had, d := state.definition(ctx, nil)
	diags.Append(d...)
	switch c := had.to(wanted, state.secretKeys(ctx)); {
	case c.patches():
		return redefined
	case c.extend:
		return extended
	case c.rename:
		return renamed
	default:
		return untouched
	}
}

// fullyKnown tells that neither the value nor anything in it is unknown.
func fullyKnown(ctx context.Context, value attr.Value) bool {
	raw, err := value.ToTerraformValue(ctx)
	return err == nil && raw.IsFullyKnown()
}

// planForeignSecrets shows secret variables that were added or removed elsewhere:
// write-only values are in no state, so their names are held against the names
// that the API tells.
func planForeignSecrets(ctx context.Context, state, config *model, resp *resource.ModifyPlanResponse) {
	wo, keys := config.container(ctx, &resp.Diagnostics).SecretEnvVariablesWO, state.secretKeys(ctx)
	if wo.IsNull() || wo.IsUnknown() || keys == nil {
		return
	}
	wanted := make(map[string]string, len(wo.Elements()))
	names := make([]attr.Value, 0, len(wo.Elements()))
	for name := range wo.Elements() {
		wanted[name] = ""
		names = append(names, types.StringValue(name))
	}
	if !sameNames(wanted, keys) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("secret_env_keys"), types.SetValueMust(types.StringType, names))...)
	}
}

// noImage warns of a deployment without an image: the API takes it (seed).
func noImage() diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(attributePaths["image_url"], "Deployment without an image",
		"registry_config has no image_url. The API takes that, but there is nothing to run: "+
			"write the full path of an image, such as image_url = \"ghcr.io/org/image:tag\".")
}

// endedAndChanged is the error for a change to a deployment that runs no more.
func endedAndChanged(state *model) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Deployment has ended and can't be changed", fmt.Sprintf(
		"The deployment %s is %s%s, so there is nothing left to change in place. To run it again with this configuration, and pay for it anew, "+
			"write recreate_when_ended = true, or run terraform apply -replace=ADDRESS with the address of this resource. "+
			"To leave it as it is, undo the change.",
		state.DeploymentID.ValueString(), state.Status.ValueString(), since(state.FinishedAt)))
}

// since is " since <moment>", or nothing.
func since(at types.String) string {
	if at.ValueString() == "" {
		return ""
	}
	return " since " + at.ValueString()
}
