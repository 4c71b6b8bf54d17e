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

// errNameUnknown is within the error of a name whose availability could not be
// checked.
var errNameUnknown = errors.New("failed to check whether the name is available")

// holder says who has a name: nobody when it is free, else the deployment by, nil
// when the list does not show it.
type holder struct {
	free bool
	by   *caas.DeploymentItem
}

// holder checks whether a name is available and, when it is not, which deployment
// has it.
func (s *Session) holder(ctx context.Context, name string) (holder, error) {
	var h holder
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
	case checkErr == nil: // taken; the list only shows by which
	case listErr != nil:
		return h, fmt.Errorf("%w: %w", errNameUnknown, checkErr)
	default: // the check is not in the reference, so the list decides
		h.free = by == nil || by.Status.Ended()
	}
	h.by = by
	return h, nil
}

// plannedHolder is holder, called once per name and process.
func (s *Session) plannedHolder(ctx context.Context, name string) (holder, error) {
	return s.holders.get(ctx, s.Clock, name, func(ctx context.Context) (holder, error) { return s.holder(ctx, name) })
}

// checkName fails when a name is taken, before anything is bought: after a lost
// reply the name is the only way to find the deployment, so nobody else may have
// it. It always calls the API, as the plan's answer may be old.
func (s *Session) checkName(ctx context.Context, name string) diag.Diagnostics {
	h, err := s.holder(ctx, name)
	// A replacement has destroyed the old deployment by now, so failing here would
	// leave nothing that runs.
	for (err != nil || !h.free) && s.claims.justReleased(name, s.Clock.Now()) {
		if s.Clock.Sleep(ctx, shortestPoll) != nil {
			err = endOf(ctx)
			break
		}
		h, err = s.holder(ctx, name)
	}
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

// planName reports at plan what checkName would report at apply. The name may be
// that of own, which the plan replaces.
func (s *Session) planName(ctx context.Context, name string, own predecessor) diag.Diagnostics {
	h, err := s.plannedHolder(ctx, name)
	if caas.IsUnauthorized(err) { // the apply would fail in the same way
		return diagnose.Failure{Summary: "Credential refused", Err: err}.Diagnostics()
	}
	if err != nil {
		return diag.Diagnostics{diagnose.Failure{
			Summary: "Name of the deployment not checked", Err: err, State: "Whether the name is available shows at apply.",
		}.Warning()}
	}
	isOwn := own.ID != "" && (h.by == nil || string(h.by.ID) == own.ID)
	switch {
	case h.free, s.claims.justReleased(name, s.Clock.Now()): // Create waits for the name
		return nil
	case isOwn && (h.by == nil || !h.by.Status.Ended()): // one that has ended keeps its name when it is replaced
		return nil
	default:
		return diag.Diagnostics{nameTaken(name, h.by)}
	}
}

// planRename reports at plan that a deployment cannot be renamed. A rename buys
// nothing, so the error does not suggest to import the other deployment instead.
func (s *Session) planRename(ctx context.Context, name string) diag.Diagnostics {
	h, err := s.plannedHolder(ctx, name)
	if err != nil || h.free || h.by == nil {
		return s.planName(ctx, name, predecessor{})
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
			"If it is this resource's own deployment: with create_before_destroy both would have the same name at the same time, so remove create_before_destroy; "+
			"and when the resource is tainted, run without -refresh=false, which hides the deployment from the provider.\n\n"+
			"If it is another one, set another resource_private_name, or import that deployment instead of buying a new one:\n\n"+
			"import {\n  to = ioneth_caas_deployment.NAME\n  id = %q\n}", name, by.ID, by.Status, string(by.ID)))
}
