package deployment

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Update changes a deployment in place: its name, its container definition and
// its duration, each by its own call and only where it changed. Money is spent
// last, when the API has taken the rest. What was done before a call failed is
// in the state, so that the next apply goes on from there.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.DeploymentID.ValueString()
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("deployment_id"), id)...)
	wanted, diags := plan.definition(ctx, &config)
	resp.Diagnostics.Append(diags...)
	had, diags := state.definition(ctx, nil)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := r.within(ctx, plan.Timeouts.Update, updateTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	r.Client.Conceal(append(wanted.secrets(), had.secrets()...)...)

	u := update{Session: r.Session, id: id, had: had, wanted: wanted, change: had.to(wanted, state.secretKeys(ctx))}
	u.watch = watch{id: id, running: plan.WaitForRunning.ValueBool() && u.change.patches(), revived: state.Status.ValueString() == string(caas.StatusFailed)}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, predecessorKey, nil)...) // the plan has used it
	seen, done, err := u.run(ctx)
	if u.unshown {
		resp.Diagnostics.Append(extensionNotShown(id, u.wanted.hours))
	}
	if err != nil {
		partial := state
		partial.takeOver(&plan, done)
		if seen != nil {
			resp.Diagnostics.Append(partial.read(ctx, *seen)...)
		}
		resp.Diagnostics.Append(resp.State.Set(ctx, &partial)...)
		resp.Diagnostics.Append(notUpdated(id, seen, done, err)...)
		return
	}
	raw, diags := preservePlanned(req.Plan.Raw, req.State.Raw)
	resp.Diagnostics.Append(diags...)
	resp.State.Raw = raw
	if seen != nil {
		resp.Diagnostics.Append(updateState(ctx, &resp.State, req.Plan.Raw, *seen)...)
	}
}

// update is one run of an update in place.
type update struct {
	*Session
	id          string
	had, wanted definition
	change      change
	watch       watch
	// unshown is set by run when the API accepted an extension and does not show it
	// yet.
	unshown bool
}

// done says which parts of an update the API has taken.
type done struct{ renamed, patched, extended bool }

// run makes the changes and returns what was seen of the deployment after them,
// nil when nothing had to be asked.
func (u *update) run(ctx context.Context) (*live, done, error) {
	var d done
	if u.change.none() {
		return nil, d, nil
	}
	if u.change.rename {
		if err := u.Client.Rename(ctx, u.id, u.wanted.name); err != nil {
			return nil, d, err
		}
		d.renamed = true // on the API's word, until it is read back
		if err := u.renamed(ctx); err != nil {
			var ignored *notTakenError
			d.renamed = !errors.As(err, &ignored)
			return nil, d, fmt.Errorf("%w: %w", errNotFollowed, err)
		}
	}
	if u.change.patches() {
		if err := u.Client.Update(ctx, u.id, u.change.request); err != nil {
			return nil, d, err
		}
		d.patched = true // as above
		u.watch.ignored = func(api *caas.Deployment) []path.Path { return u.change.ignored(u.wanted, api.ContainerConfig) }
	}
	if u.change.extend {
		if err := u.extend(ctx); err != nil {
			return nil, d, err
		}
		d.extended = true // a successful reply is final: these hours are not bought again
	}
	seen, err := u.follow(ctx, u.watch)
	var ignored *notTakenError
	d.patched = d.patched && !errors.As(err, &ignored)
	if err == nil && d.extended {
		u.awaitHours(ctx, seen)
	}
	if err != nil {
		return seen, d, fmt.Errorf("%w: %w", errNotFollowed, err)
	}
	return seen, d, nil
}

// errNotFollowed is within the error of a change that the API took, and that was
// not seen to come to its good end.
var errNotFollowed = errors.New("the change was taken")

// renamed looks in the list, which alone tells names, whether the new one took.
// A deployment that the list does not hold is taken on the API's word.
func (u *update) renamed(ctx context.Context) error {
	start := u.Clock.Now()
	return u.poll(ctx, func(ctx context.Context) (bool, error) {
		for item, err := range u.Client.Deployments(ctx, "") {
			if err != nil {
				return false, err
			}
			if string(item.ID) != u.id || string(item.Name) == u.wanted.name {
				continue
			}
			if u.Clock.Now().Sub(start) < settlingTime {
				return false, nil
			}
			return true, &notTakenError{[]path.Path{attributePaths["resource_private_name"]}}
		}
		return true, nil
	})
}

// budgetError is a purchase that the budget forbids.
type budgetError struct{ said diag.Diagnostics }

func (e *budgetError) Error() string { return e.said[0].Summary() }

// extend buys the hours between what is paid for, read just before, and what is
// wanted: hours that a failed apply bought, or that were bought outside Terraform,
// are not bought again.
func (u *update) extend(ctx context.Context) error {
	e := extension{Session: u.Session, id: u.id, known: u.had.hours}
	before, _, err := e.paid(ctx)
	if err != nil && !errors.Is(err, errHoursMissing) {
		return err
	}
	hours := u.wanted.hours - before
	if hours <= 0 {
		return nil
	}
	if over := u.holdToBudget(ctx, purchase{definition: u.wanted, more: hours}); over != nil {
		return &budgetError{over}
	}
	return e.buy(ctx, before, hours)
}

// awaitHours waits until the API shows the hours of an accepted extension, for
// settlingTime at most.
func (u *update) awaitHours(ctx context.Context, seen *live) {
	if seen.paidHours() >= u.wanted.hours {
		return
	}
	later, _ := extension{Session: u.Session, id: u.id}.grown(ctx, u.wanted.hours-1, settlingTime)
	if u.unshown = later == nil; !u.unshown {
		seen.Deployment = later
	}
}

// takeOver brings the parts of an update that are done from the plan into the
// state.
func (m *model) takeOver(plan *model, d done) {
	if d.renamed {
		m.ResourcePrivateName = plan.ResourcePrivateName
	}
	if d.extended {
		m.DurationHours = plan.DurationHours
	}
	if d.patched {
		m.ContainerConfig, m.RegistryConfig = plan.ContainerConfig, plan.RegistryConfig
	}
}
