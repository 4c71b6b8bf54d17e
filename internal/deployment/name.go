package deployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// errNameUnknown is within the error of a name that could not be checked.
var errNameUnknown = errors.New("whether the name is free could not be found out")

// holder is who has a name: nobody, or the deployment by, nil where the list does
// not show it.
type holder struct {
	free  bool
	by    *caas.DeploymentItem
	asked time.Time
}

// freshName is how long the answer that a name is free holds for a purchase:
// Terraform plans each deployment once more right before it creates it.
const freshName = 5 * time.Second

// holder asks whether a name is free and, if not, which deployment has it.
func (s *Session) holder(ctx context.Context, name string) (holder, error) {
	return s.holders.get(name, func() (holder, error) {
		h := holder{asked: s.Clock.Now()}
		free, checkErr := s.Client.NameAvailable(ctx, name)
		if checkErr == nil && free {
			h.free = true
			return h, nil
		}
		if caas.IsUnauthorized(checkErr) || ctx.Err() != nil {
			return h, checkErr
		}
		by, listErr := s.byName(ctx, name, time.Time{})
		switch {
		case checkErr == nil: // taken; the list only says by whom
		case listErr != nil:
			return h, fmt.Errorf("%w: %w", errNameUnknown, checkErr)
		default: // the check is not in the reference, so the list must do
			h.free = by == nil || by.Status.Ended()
		}
		h.by = by
		return h, nil
	})
}

// checkName refuses a name that is taken, before anything is bought: the name is
// the only handle on a purchase whose answer gets lost, so it must be ours alone.
func (s *Session) checkName(ctx context.Context, name string) diag.Diagnostics {
	h, err := s.holder(ctx, name)
	if err != nil || !h.free || s.Clock.Now().Sub(h.asked) > freshName {
		s.holders.forget(name)
		h, err = s.holder(ctx, name)
	}
	// Of a replacement the old one is gone by now: to fail here would leave nothing.
	for err == nil && !h.free && s.handovers.justFreed(name, s.Clock.Now()) {
		if s.Clock.Sleep(ctx, shortestPoll) != nil {
			err = endOf(ctx)
			break
		}
		s.holders.forget(name)
		h, err = s.holder(ctx, name)
	}
	s.holders.forget(name) // it is about to be taken
	switch {
	case err != nil:
		return diagnose.Failure{
			Summary: "Name of the deployment not checked", Err: err,
			State: "Nothing was bought.", Next: "Run terraform apply again.", Locate: locate,
		}.Diagnostics()
	case !h.free:
		return diag.Diagnostics{nameTaken(name, h.by)}
	default:
		return nil
	}
}

// claim keeps a name for one create: of two at the same time each would find it
// free, and after a lost answer each would take what is found for its own.
func (s *Session) claim(name string) (release func(), diags diag.Diagnostics) {
	if _, claimed := s.claimed.LoadOrStore(name, nil); claimed {
		diags.AddAttributeError(path.Root("resource_private_name"), "Name of the deployment is taken", fmt.Sprintf(
			"Another resource of this configuration is deploying %q in the same apply. Nothing was bought for this one. "+
				"Give each a resource_private_name of its own.", name))
		return func() {}, diags
	}
	return func() { s.claimed.Delete(name) }, nil
}

// ours tells whether the name's holder is a deployment of the state.
func (s *Session) ours(name string, by *caas.DeploymentItem) bool {
	own, ok := s.ownNamed(name)
	return ok && (by == nil || string(by.ID) == own.ID)
}

// planName says at plan what checkName would say at apply. The name may be held
// by the resource's own deployment, which the plan replaces.
func (s *Session) planName(ctx context.Context, name string) diag.Diagnostics {
	h, err := s.holder(ctx, name)
	if caas.IsUnauthorized(err) { // an apply would fail by it as surely
		return diagnose.Failure{Summary: "Credential refused", Err: err}.Diagnostics()
	}
	if err != nil {
		return diag.Diagnostics{diagnose.Failure{
			Summary: "Name of the deployment not checked", Err: err, State: "Whether the name is free shows at apply.",
		}.Warning()}
	}
	// One that has ended is not ended once more by its replacement, which would
	// free the name.
	if h.free || s.ours(name, h.by) && (h.by == nil || !h.by.Status.Ended()) {
		return nil
	}
	return diag.Diagnostics{nameTaken(name, h.by)}
}

// planRename says at plan that a deployment can't be given a name. It buys
// nothing, so there is nothing to take over instead.
func (s *Session) planRename(ctx context.Context, name string) diag.Diagnostics {
	h, err := s.holder(ctx, name)
	if err != nil || h.free || h.by == nil {
		return s.planName(ctx, name)
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("resource_private_name"), "Name of the deployment is taken", fmt.Sprintf(
		"The name %q is held by the deployment %s, which is %s. Choose another resource_private_name, or rename or destroy that one first.",
		name, h.by.ID, h.by.Status))}
}

// nameTaken is the error for a name that another deployment holds.
func nameTaken(name string, by *caas.DeploymentItem) diag.Diagnostic {
	at := path.Root("resource_private_name")
	const summary = "Name of the deployment is taken"
	if by == nil {
		return diag.NewAttributeErrorDiagnostic(at, summary, fmt.Sprintf(
			"The API says that the name %q is taken, and its list of deployments does not show by which. Nothing was bought. "+
				"Choose another resource_private_name.", name))
	}
	if by.Status.Ended() {
		return diag.NewAttributeErrorDiagnostic(at, summary, fmt.Sprintf(
			"The name %q is still held by the deployment %s, which is %s. Nothing was bought. "+
				"Choose another resource_private_name, or remove that deployment in io.net's web console first.", name, by.ID, by.Status))
	}
	return diag.NewAttributeErrorDiagnostic(at, summary, fmt.Sprintf(
		"The name %q is held by the deployment %s, which is %s. Nothing was bought. "+
			"Is it this resource's own, to be replaced with create_before_destroy? Then remove create_before_destroy: "+
			"a name can't be held twice, so the old deployment has to end first. "+
			"Is it another? Then choose another resource_private_name, or take that deployment over instead of buying one:\n\n"+
			"import {\n  to = ioneth_caas_deployment.NAME\n  id = %q\n}", name, by.ID, by.Status, string(by.ID)))
}
