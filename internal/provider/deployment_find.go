package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// findByName returns the deployments of a name, at least one: first the one that has
// not ended. Several that have not ended are an error, because any of them may be
// meant; choose says how to choose one. what is how the configuration, at the path
// at, names the deployment.
func (p *providerData) findByName(ctx context.Context, name string, at path.Path, what, choose string) ([]caas.DeploymentItem, diag.Diagnostics) {
	items, err := p.service.Find(ctx, name)
	if err != nil {
		return nil, listError(err, "")
	}
	if len(items) == 0 {
		return nil, noDeploymentError(at, what, nil)
	}
	var live []string
	for _, item := range items {
		if !item.Status.Ended() {
			live = append(live, item.ID)
		}
	}
	if len(live) > 1 {
		slices.Sort(live)
		return nil, errorAt(at, summarySeveralDeployments, fmt.Sprintf(
			"%d deployments that have not ended have the name %q: %s.", len(live), name, strings.Join(live, ", ")), choose)
	}
	return items, nil
}

// noDeploymentError is for a deployment that the account does not have. what is
// how the configuration names it; err is the API's 404, nil without one.
func noDeploymentError(at path.Path, what string, err error) diag.Diagnostics {
	return notFoundError(at, fmt.Sprintf("The account has no deployment with the %s.", what), err)
}

// noContainersError is for a deployment whose containers the API does not find. That
// is its answer to an unknown ID, and possibly for a deployment that has none yet.
func noContainersError(id string, err error) diag.Diagnostics {
	return notFoundError(path.Root("deployment_id"), fmt.Sprintf(
		"The API does not find containers of the deployment %q: the account has no deployment with this ID, or the deployment has no containers yet.", id), err)
}

// notFoundError is for a deployment that was not found. err is the API's 404, nil
// without one.
func notFoundError(at path.Path, text string, err error) diag.Diagnostics {
	request := ""
	var apiErr *caas.Error
	if errors.As(err, &apiErr) {
		request = apiErr.Where()
	}
	return errorAt(at, summaryNoDeployment, text,
		"Use the data source ioneth_caas_deployments to list the account's deployments.", request)
}

// listError explains a list of deployments that could not be read. status is the
// status of its query, "" for all.
func listError(err error, status caas.Status) diag.Diagnostics {
	correct := ""
	if status != "" {
		correct = "Set status to one that the API accepts, or remove it to read all deployments."
	}
	return lookupError(summaryListError, err, correct)
}

// statusFilter describes the attribute status of a filter, in front of its default.
const statusFilter = "Status of the deployments, in any letter case: `deployment requested`, `running`, `completed`, " +
	"`failed`, `termination requested` or `destroyed`."

// expandStatus returns the status of a filter as the API returns it, "" for all.
func expandStatus(filter types.String) caas.Status {
	return caas.Status(strings.ToLower(filter.ValueString()))
}
