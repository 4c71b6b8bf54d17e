package provider

import (
	"cmp"
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// deploymentListResource is the list resource ioneth_caas_deployment, for
// terraform query.
type deploymentListResource struct{ *providerData }

var _ list.ListResourceWithConfigure = (*deploymentListResource)(nil)

func newDeploymentListResource() list.ListResource { return &deploymentListResource{} }

type deploymentListModel struct {
	Status types.String `tfsdk:"status"`
}

func (l *deploymentListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_deployment"
}

func (l *deploymentListResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.providerData = providerDataOf(req.ProviderData, &resp.Diagnostics)
}

func (l *deploymentListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Deployments of the account, for `terraform query`. Requires Terraform 1.14 or later. " +
			"The results do not contain what the API does not return: `args`, registry credentials and secret values. " +
			"Without `limit` in the list block Terraform stops after 100 results without a warning.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: statusFilter + " Defaults to all that can be imported, which are all except `destroyed`.",
				Optional:            true,
				Validators:          notEmpty(),
			},
		},
	}
}

// List implements list.ListResource.
func (l *deploymentListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var m deploymentListModel
	diags := req.Config.Get(ctx, &m)
	if !l.requireConfigured(&diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	status := expandStatus(m.Status)
	stream.Results = func(push func(list.ListResult) bool) {
		ctx, cancel := l.service.WithTimeout(ctx, readTimeout)
		defer cancel()
		items, listErr := l.items(ctx, status, req.Limit)
		results, err := l.results(ctx, req, items)
		for _, result := range results {
			if result != nil && !push(*result) {
				return
			}
		}
		switch {
		case err != nil:
			push(list.ListResult{Diagnostics: listError(err, "")})
		case listErr != nil:
			push(list.ListResult{Diagnostics: listError(listErr, status)})
		}
	}
}

// items returns the deployments of a status, or those that can be imported when it
// is ""; at most limit unless that is 0. With an error it returns those before it.
func (l *deploymentListResource) items(ctx context.Context, status caas.Status, limit int64) ([]caas.DeploymentItem, error) {
	var items []caas.DeploymentItem
	for item, err := range l.service.List(ctx, status) {
		if err != nil {
			return items, err
		}
		// It is not documented what the API does with a status that it does not know.
		if item.Status == status || status == "" && item.Status != caas.StatusDestroyed {
			items = append(items, item)
		}
		if limit > 0 && int64(len(items)) == limit {
			break
		}
	}
	return items, nil
}

// concurrentReads is how many deployments are read at the same time.
const concurrentReads = 8

// results reads the deployments at the same time and returns them in order. A
// result is nil when the deployment was not found, or not read before an error.
func (l *deploymentListResource) results(ctx context.Context, req list.ListRequest, items []caas.DeploymentItem) ([]*list.ListResult, error) {
	results := make([]*list.ListResult, len(items))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(concurrentReads)
	for i, item := range items {
		g.Go(func() (err error) {
			if ctx.Err() == nil { // nothing is read after an error
				results[i], err = l.result(ctx, req, item)
			}
			return err
		})
	}
	return results, g.Wait()
}

// result returns a deployment as Terraform lists it; when the resource is
// requested, as an import would return it. It is nil for one that is not found.
func (l *deploymentListResource) result(ctx context.Context, req list.ListRequest, item caas.DeploymentItem) (*list.ListResult, error) {
	result := req.NewListResult(ctx)
	result.DisplayName = cmp.Or(item.Name, item.ID)
	result.Diagnostics.Append(result.Identity.SetAttribute(ctx, path.Root("deployment_id"), item.ID)...)
	if !req.IncludeResource {
		return &result, nil
	}
	d, err := l.service.ReadItem(ctx, item)
	switch {
	case errors.Is(err, deployment.ErrNotFound):
		return nil, nil //nolint:nilnil // it ended since the list was read
	case err != nil:
		return nil, err
	}
	d.Name = cmp.Or(item.Name, d.Name)
	// The model is read from the resource, because the zero value of timeouts has no
	// type and can't be written.
	var m deploymentModel
	result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("deployment_id"), item.ID)...)
	result.Diagnostics.Append(result.Resource.Get(ctx, &m)...)
	m.flatten(ctx, d, &result.Diagnostics)
	result.Diagnostics.Append(unreadWarnings(item.ID, d, attributesNull)...)
	result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	return &result, nil
}
