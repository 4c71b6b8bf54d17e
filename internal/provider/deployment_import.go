package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// ImportState imports a deployment by its ID, its name, or its identity. Read adds
// the rest.
func (r *deploymentResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	at := path.Root("deployment_id")
	id := req.ID
	switch {
	case strings.TrimSpace(id) == "" && (req.Identity == nil || req.Identity.Raw.IsNull()):
		resp.Diagnostics.AddError(summaryImportEmpty,
			"The import ID is empty. Give the ID or the name of the deployment. An unset shell variable is empty too.")
		return
	case !r.service.Configured():
		// Without a read Terraform would plan to replace the deployment.
		resp.Diagnostics.Append(configurationUnknownError()...)
		return
	case id == "":
		resource.ImportStatePassthroughWithIdentity(ctx, at, at, req, resp)
		return
	case uuid.MatchString(id):
		id = strings.ToLower(id) // as the API returns it: an identity must not change
	default:
		found, diags := r.importID(ctx, id)
		if resp.Diagnostics.Append(diags...); diags.HasError() {
			return
		}
		id = found
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, at, id)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, at, id)...)
}

// importID returns the ID of the deployment to import by its name.
func (r *deploymentResource) importID(ctx context.Context, name string) (id string, diags diag.Diagnostics) {
	ctx, cancel := r.service.WithTimeout(ctx, readTimeout)
	defer cancel()
	items, diags := r.findByName(ctx, name, path.Empty(), fmt.Sprintf("ID or name %q", name), "Import one of them by its deployment_id.")
	if diags.HasError() {
		return "", diags
	}
	if item := items[0]; item.Status == caas.StatusDestroyed {
		return "", errorAt(path.Empty(), summaryImportDestroyed, fmt.Sprintf(
			"The deployment %s (%q) has been destroyed, so it cannot be imported. Remove the import block, if there is one. The next apply then creates a new deployment.", item.ID, name))
	}
	return items[0].ID, nil
}
