package provider

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// deploymentResource is ioneth_caas_deployment.
type deploymentResource struct{ *providerData }

var (
	_ resource.ResourceWithConfigure      = (*deploymentResource)(nil)
	_ resource.ResourceWithIdentity       = (*deploymentResource)(nil)
	_ resource.ResourceWithImportState    = (*deploymentResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*deploymentResource)(nil)
	_ resource.ResourceWithValidateConfig = (*deploymentResource)(nil)
)

func newDeploymentResource() resource.Resource { return &deploymentResource{} }

func (r *deploymentResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_deployment"
}

func (r *deploymentResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.providerData = providerDataOf(req.ProviderData, &resp.Diagnostics)
}

// Create buys the deployment and saves its ID before anything else can fail, so
// that a failed wait leaves a tainted deployment, not a lost one.
func (r *deploymentResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan deploymentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	config := configModel(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	spec := plan.expand(ctx, config, &resp.Diagnostics)
	ctx, cancel := r.withTimeout(ctx, plan.Timeouts.Create, createTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	r.service.Redact(spec)
	if spec.Name == "" {
		spec.Name = deployment.NewName(plan.NamePrefix.ValueString())
		plan.ResourcePrivateName = types.StringValue(spec.Name)
	}

	id, err := r.service.Create(ctx, spec)
	if err != nil {
		resp.Diagnostics.Append(createError(spec, !plan.NamePrefix.IsNull(), r.service.Destroyed(spec.Name), err)...)
		return
	}
	saveCreated(ctx, id, spec.Name, req, resp)

	d, err := r.service.Wait(ctx, id, plan.WaitForRunning.ValueBool())
	if d != nil {
		plan.DeploymentID = types.StringValue(id)
		plan.flatten(ctx, d, &resp.Diagnostics)
		resp.Diagnostics.Append(setState(ctx, &resp.State, &plan, req.Plan.Raw)...)
	}
	resp.Diagnostics.Append(waitDiagnostics(id, d, plan.WaitForRunning.ValueBool(), err)...)
	resp.Diagnostics.Append(hoursWarning(id, d, spec.Hours)...)
}

// saveCreated writes what is known right after the purchase.
func saveCreated(ctx context.Context, id, name string, req resource.CreateRequest, resp *resource.CreateResponse) {
	raw, err := resolveUnknown(req.Plan.Raw, tftypes.NewValue(req.Plan.Raw.Type(), nil))
	if err != nil {
		resp.Diagnostics.Append(internalError(err))
	}
	resp.State.Raw = raw
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deployment_id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, namePath, name)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("deployment_id"), id)...)
}

// setState writes the model as the result of an apply: what the plan knew stays as
// planned, because Terraform reports anything else as a failure. The next refresh
// shows what the API returns differently.
func setState(ctx context.Context, state *tfsdk.State, m *deploymentModel, planned tftypes.Value) diag.Diagnostics {
	diags := state.Set(ctx, m)
	raw, err := resolveUnknown(planned, state.Raw)
	if err != nil {
		diags.Append(internalError(err))
		return diags
	}
	state.Raw = raw
	return diags
}

// errUnlisted is why a deployment cannot be imported although the API knows it.
var errUnlisted = errors.New("the API's list does not show the deployment, so its name is not known")

// Read updates the state to what the API returns.
func (r *deploymentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state deploymentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Before anything else, because a read without an identity is an error.
	id, imported := state.DeploymentID.ValueString(), state.ResourcePrivateName.IsNull()
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("deployment_id"), id)...)
	if resp.Diagnostics.HasError() || !r.service.Configured() {
		return
	}
	ctx, cancel := r.service.WithTimeout(ctx, readTimeout)
	defer cancel()
	r.service.Redact(state.expand(ctx, nil, &resp.Diagnostics))
	prior := state

	d, err := r.service.Read(ctx, id)
	switch {
	case errors.Is(err, deployment.ErrNotFound) && state.status() == caas.StatusCompleted && !state.RecreateWhenEnded.ValueBool():
		return // that the API forgets an ended deployment is no reason to buy it again
	case errors.Is(err, deployment.ErrNotFound):
		if !imported { // of an import Terraform says so itself
			resp.Diagnostics.Append(notFoundWarning(&state)...)
		}
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.Append(withDestroyHint(readError(id, imported, err))...)
		return
	case d.Status == caas.StatusDestroyed, d.Status == caas.StatusCompleted && state.RecreateWhenEnded.ValueBool():
		resp.State.RemoveResource(ctx)
		return
	}
	state.flatten(ctx, d, &resp.Diagnostics)
	if imported {
		resp.Diagnostics.Append(saveFlag(ctx, resp.Private, importedKey, true)...)
		if state.ResourcePrivateName.IsNull() {
			resp.Diagnostics.Append(withDestroyHint(readError(id, imported, errors.Join(append(d.Unread, errUnlisted)...)))...)
			return
		}
	}
	r.service.RememberOwned(state.ResourcePrivateName.ValueString(), id)
	spec := state.expand(ctx, nil, &resp.Diagnostics)
	r.rememberRead(state.replacedBy(spec))
	due := spec.Renewal.Due(d, state.paidHours()) > 0
	if due != loadFlag(ctx, req.Private, renewalKey) {
		resp.Diagnostics.Append(saveFlag(ctx, resp.Private, renewalKey, due)...)
	}
	resp.Diagnostics.Append(unreadWarnings(id, d, keptInState)...)
	if !reflect.DeepEqual(state, prior) { // most refreshes change nothing, and Set is slow
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// Update changes the deployment in place. When a step fails, the state has the
// steps before it, so that the next apply continues from there.
func (r *deploymentResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state deploymentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	config := configModel(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.DeploymentID.ValueString()
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("deployment_id"), id)...)
	resp.Diagnostics.Append(saveFlag(ctx, resp.Private, importedKey, false)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, replacedKey, nil)...)
	had, want := state.expand(ctx, nil, &resp.Diagnostics), plan.expand(ctx, config, &resp.Diagnostics)
	if plan.ResourcePrivateName.IsUnknown() { // the name does not start with a new prefix
		want.Name = deployment.NewName(plan.NamePrefix.ValueString())
		plan.ResourcePrivateName = types.StringValue(want.Name)
	}
	ctx, cancel := r.withTimeout(ctx, plan.Timeouts.Update, updateTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	change := deployment.Diff(had, want)
	// Under ignore_changes only the plan hides a write-only value: what it did not show
	// as a change is not sent.
	if !plan.Status.IsUnknown() {
		change.Patch = caas.UpdateRequest{}
	} else if !plan.SecretEnvKeys.IsUnknown() {
		change.Patch.SecretEnvVariables = caas.Change[map[string]string]{}
	}
	change.Renew = want.Renewal != nil && loadFlag(ctx, req.Private, renewalKey)
	if change.Empty() {
		raw, err := resolveUnknown(req.Plan.Raw, req.State.Raw)
		if err != nil {
			resp.Diagnostics.Append(internalError(err))
		}
		resp.State.Raw = raw
		return
	}
	r.service.Redact(had, want)

	d, applied, err := r.service.Update(ctx, id, want, change, state.before(), plan.WaitForRunning.ValueBool())
	result := plan
	result.computedModel = state.computedModel // what cannot be read keeps its value
	if err != nil {
		result = state.withApplied(&plan, applied)
	}
	result.PaidHours = state.paidHoursAfter(applied)
	if d != nil {
		result.flatten(ctx, d, &resp.Diagnostics)
	}
	if err != nil {
		resp.Diagnostics.Append(resp.State.Set(ctx, &result)...)
		resp.Diagnostics.Append(updateError(id, d, applied, err)...)
		return
	}
	resp.Diagnostics.Append(saveFlag(ctx, resp.Private, renewalKey, false)...)
	resp.Diagnostics.Append(setState(ctx, &resp.State, &result, req.Plan.Raw)...)
	resp.Diagnostics.Append(unreadWarnings(id, d, keptInState)...)
	resp.Diagnostics.Append(lateHoursWarning(id, d, applied)...)
}

// Delete destroys the deployment.
func (r *deploymentResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state deploymentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := r.withTimeout(ctx, state.Timeouts.Delete, deleteTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.DeploymentID.ValueString()
	if last, err := r.service.Destroy(ctx, id, state.ResourcePrivateName.ValueString()); err != nil {
		resp.Diagnostics.Append(destroyError(id, last, err)...)
	}
}

// withTimeout limits an operation by the timeout of the configuration.
func (r *deploymentResource) withTimeout(
	ctx context.Context, configured func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), otherwise time.Duration, diags *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	timeout, timeoutDiags := configured(ctx, otherwise)
	diags.Append(timeoutDiags...)
	return r.service.WithTimeout(ctx, timeout)
}
