// Package deployment is ioneth_caas_deployment: the resource and what else
// Terraform can do with a deployment.
//
// A configuration becomes a definition, in plain Go, at the edge (definition.go);
// what the API tells becomes state in one place (live.go); one function waits
// (wait.go), one makes the purchase (buy.go), and one file holds what users read
// when an operation fails (explain.go).
package deployment

import (
	"context"
	"reflect"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"golang.org/x/sync/errgroup"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// How long an operation may take where the configuration does not say; reads
// have no timeout of their own in Terraform.
const (
	createTimeout = 45 * time.Minute
	updateTimeout = 30 * time.Minute
	deleteTimeout = 20 * time.Minute
	readTimeout   = 5 * time.Minute
)

const typeName = "ioneth_caas_deployment"

// Resource is ioneth_caas_deployment.
type Resource struct {
	*Session
}

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// NewResource makes the resource; Configure gives it its session.
func NewResource() resource.Resource { return &Resource{} }

// Metadata implements resource.Resource.
func (r *Resource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

// Configure implements resource.ResourceWithConfigure.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.Session = sessionOf(req.ProviderData, &resp.Diagnostics)
}

// Create buys the deployment and puts its id into state before anything else can
// fail, so that a wait that fails leaves a tainted deployment, not a lost one.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	wanted, diags := plan.definition(ctx, &config)
	resp.Diagnostics.Append(diags...)
	saved, diags := nullUnknowns(req.Plan.Raw)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := r.within(ctx, plan.Timeouts.Create, createTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	r.Client.Conceal(wanted.secrets()...)

	release, diags := r.claims.reserve(wanted.name)
	defer release()
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(r.checkName(ctx, wanted.name)...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(r.holdToBudget(ctx, purchase{definition: wanted})...); resp.Diagnostics.HasError() {
		return
	}
	id, err := r.buy(ctx, wanted)
	if err != nil {
		resp.Diagnostics.Append(notDeployed(wanted, err)...)
		return
	}
	r.claims.created(wanted.name, id)
	resp.State.Raw = saved
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deployment_id"), id)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("deployment_id"), id)...)

	seen, err := r.follow(ctx, watch{id: id, newcomer: true, running: plan.WaitForRunning.ValueBool()})
	if seen != nil {
		resp.Diagnostics.Append(updateState(ctx, &resp.State, req.Plan.Raw, *seen)...)
	}
	if err != nil {
		resp.Diagnostics.Append(notRunning(id, seen, err)...)
	}
}

// Read brings the state to what the API tells.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Also where nothing can be asked: a read without an identity is an error.
	id := state.DeploymentID.ValueString()
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("deployment_id"), id)...)
	if resp.Diagnostics.HasError() || r.Client == nil {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, readTimeout)
	defer cancel()
	known, diags := state.definition(ctx, nil)
	resp.Diagnostics.Append(diags...)
	r.Client.Conceal(known.secrets()...)

	seen, nameErr, err := r.look(ctx, id, r.name)
	switch {
	case caas.IsNotFound(err):
		if err := r.gone(ctx, id, err); err != nil {
			resp.Diagnostics.Append(notRead(id, err)...)
			return
		}
		if state.ended() && !state.RecreateWhenEnded.ValueBool() {
			// Forgotten after its end, which is no more reason to buy it anew.
			resp.Diagnostics.Append(hasEnded(&state))
			return
		}
		if !state.ResourcePrivateName.IsNull() { // else it is an import, of which Terraform says so
			resp.Diagnostics.Append(isGone(&state))
		}
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.Append(notRead(id, err)...)
		return
	case seen.Status == caas.StatusDestroyed:
		resp.State.RemoveResource(ctx)
		return
	case seen.Status.Ended() && state.RecreateWhenEnded.ValueBool():
		resp.State.RemoveResource(ctx)
		return
	case nameErr != nil && state.ResourcePrivateName.IsNull(): // imported just now
		resp.Diagnostics.Append(notRead(id, nameErr)...)
		return
	case nameErr != nil:
		resp.Diagnostics.Append(nameNotRead(id, nameErr))
	}
	prior := state
	resp.Diagnostics.Append(state.read(ctx, *seen)...)
	if seen.Status.Ended() {
		resp.Diagnostics.Append(hasEnded(&state))
	}
	r.claims.remember(state.predecessor(ctx, &resp.Diagnostics))
	if !reflect.DeepEqual(state, prior) { // most refreshes change nothing, and Set is slow
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// look reads a deployment, its containers and its name at the same time. That
// the name could not be read is told apart, as there is much without it.
func (s *Session) look(ctx context.Context, id string, name func(context.Context, string) (string, error)) (seen *live, nameErr, err error) {
	seen = &live{}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { seen.Deployment, err = s.Client.Deployment(gctx, id); return err })
	g.Go(func() (err error) { seen.containers, err = s.containers(gctx, id); return err })
	g.Go(func() error { seen.name, nameErr = name(gctx, id); return nil })
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	return seen, nameErr, nil
}

// Delete destroys the deployment and returns once its name is free.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := r.within(ctx, state.Timeouts.Delete, deleteTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	known, diags := state.definition(ctx, nil)
	resp.Diagnostics.Append(diags...)
	r.Client.Conceal(known.secrets()...)
	id := state.DeploymentID.ValueString()
	if last, err := r.destroy(ctx, id); err != nil {
		resp.Diagnostics.Append(notDestroyed(id, last, err)...)
		return
	}
	r.claims.release(known.name, id, r.Clock.Now())
}

// destroy ends a deployment, unless it has ended already, and returns the last
// status seen.
func (s *Session) destroy(ctx context.Context, id string) (caas.Status, error) {
	d, err := s.Client.Deployment(ctx, id)
	switch {
	case caas.IsNotFound(err):
		return "", s.gone(ctx, id, err)
	case err != nil:
		return "", err
	case d.Status.Ended():
		return d.Status, nil
	}
	if d.Status != caas.StatusTerminationRequested {
		if err := s.Client.Destroy(ctx, id); err != nil && !s.ending(ctx, id) {
			return d.Status, err
		}
	}
	return s.untilEnded(ctx, id)
}

// ending tells whether a deployment is on its way out in spite of a failed
// destroy: the call may have landed and its answer been lost.
func (s *Session) ending(ctx context.Context, id string) bool {
	d, err := s.Client.Deployment(ctx, id)
	return caas.IsNotFound(err) && s.gone(ctx, id, err) == nil || err == nil && (d.Status.Ended() || d.Status == caas.StatusTerminationRequested)
}

// within bounds an operation by the timeout that the configuration gives it.
func (s *Session) within(
	ctx context.Context, given func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), otherwise time.Duration, diags *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	timeout, d := given(ctx, otherwise)
	diags.Append(d...)
	return s.Clock.WithTimeout(ctx, timeout)
}
