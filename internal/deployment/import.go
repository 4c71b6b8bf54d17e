package deployment

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// ImportState takes over a deployment by its id, its name, or its identity. Read
// fills in the rest.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	at := path.Root("deployment_id")
	if strings.TrimSpace(req.ID) == "" && (req.Identity == nil || req.Identity.Raw.IsNull()) {
		resp.Diagnostics.AddError("No id to import", "The id is empty. Give the deployment_id or the name of the deployment; an unset variable of a shell is empty too.")
		return
	}
	if r.Client == nil {
		// What is not read can't be compared: Terraform would plan to replace it.
		resp.Diagnostics.Append(diagnose.ConfigurationUnknown())
		return
	}
	if req.ID == "" {
		resource.ImportStatePassthroughWithIdentity(ctx, at, at, req, resp)
		return
	}
	if uuid.MatchString(req.ID) {
		// In lower case, as the API tells ids: an identity may not change later.
		id := strings.ToLower(req.ID)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, at, id)...)
		resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, at, id)...)
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, readTimeout)
	defer cancel()
	live, ended, err := r.namesakes(ctx, req.ID)
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnose.Failure{
			Summary: "Deployment not looked up", Err: err, State: "Nothing was imported.", Next: "Run the command again, or import by deployment_id.",
		}.Diagnostics()...)
		return
	case len(live) > 1:
		resp.Diagnostics.AddError("Several deployments have the name", diagnose.Paragraphs(
			areLive(req.ID, live), "Import the one that is meant by its deployment_id."))
		return
	case len(live) == 0 && ended == nil:
		resp.Diagnostics.AddError("No deployment of that name", fmt.Sprintf(
			"%q is no deployment_id, which is a UUID, and the account has no deployment of that name. "+
				"The data source ioneth_caas_deployments lists those that it has.", req.ID))
		return
	case len(live) == 0 && ended.Status == caas.StatusDestroyed:
		resp.Diagnostics.AddError("Deployment is destroyed", fmt.Sprintf(
			"The deployment %q (%s) is destroyed and can't be imported. Remove the import, and an apply makes a new one.", req.ID, ended.ID))
		return
	case len(live) == 0:
		live = []string{string(ended.ID)}
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, at, live[0])...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, at, live[0])...)
}
