package deployment

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// ListResource is the list resource ioneth_caas_deployment, for terraform query.
type ListResource struct{ *Session }

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// NewListResource makes the list resource; Configure gives it its session.
func NewListResource() list.ListResource { return &ListResource{} }

type queryModel struct {
	Status types.String `tfsdk:"status"`
}

// Metadata implements list.ListResource.
func (l *ListResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

// Configure implements list.ListResourceWithConfigure.
func (l *ListResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.Session = sessionOf(req.ProviderData, &resp.Diagnostics)
}

// ListResourceConfigSchema implements list.ListResource.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Deployments of the account, for `terraform query`, which needs Terraform 1.14 or later. " +
			"What the API never tells is in no result: arguments, the registry's credentials and secret values. " +
			"Without a `limit` in its list block Terraform stops after 100 and does not say so.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "Status of the deployments to list, in any letter case: `deployment requested`, `running`, `completed`, " +
					"`failed`, `termination requested` or `destroyed`. Default: all that can be imported, which are all but the destroyed.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
		},
	}
}

// List implements list.ListResource.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var query queryModel
	diags := req.Config.Get(ctx, &query)
	if l.Session == nil || l.Client == nil {
		diags.Append(diagnose.ConfigurationUnknown())
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	status := caas.Status(strings.ToLower(query.Status.ValueString()))
	stream.Results = func(push func(list.ListResult) bool) {
		ctx, cancel := l.ReadContext(ctx)
		defer cancel()
		items, listErr := l.items(ctx, status, req.Limit)
		results, err := l.results(ctx, req, items)
		for _, result := range results {
			if result != nil && !push(*result) {
				return
			}
		}
		if err = errors.Join(err, listErr); err != nil {
			push(list.ListResult{Diagnostics: notListed(err)})
		}
	}
}

// items returns the deployments with a status, or those that can be imported when
// status is empty; limit of them at most unless it is 0. It returns those that it
// has read with an error too.
func (l *ListResource) items(ctx context.Context, status caas.Status, limit int64) ([]caas.DeploymentItem, error) {
	var items []caas.DeploymentItem
	for item, err := range l.Client.Deployments(ctx, status) {
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

// readAhead is the number of deployments that are read concurrently.
const readAhead = 8

// results reads the deployments concurrently and returns them in order. A result
// is nil when its deployment was not found any more, or not read before an error.
func (l *ListResource) results(ctx context.Context, req list.ListRequest, items []caas.DeploymentItem) ([]*list.ListResult, error) {
	results := make([]*list.ListResult, len(items))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readAhead)
	for i, item := range items {
		g.Go(func() (err error) {
			if ctx.Err() == nil { // else the first error ends it
				results[i], err = l.result(ctx, req, item)
			}
			return err
		})
	}
	return results, g.Wait()
}

// result returns a deployment as Terraform lists it, with the resource on request,
// as an import would return it. It returns nil when it is not found any more.
func (l *ListResource) result(ctx context.Context, req list.ListRequest, item caas.DeploymentItem) (*list.ListResult, error) {
	id := string(item.ID)
	result := req.NewListResult(ctx)
	result.DisplayName = cmp.Or(string(item.Name), id)
	result.Diagnostics.Append(result.Identity.SetAttribute(ctx, path.Root("deployment_id"), id)...)
	if !req.IncludeResource {
		return &result, nil
	}
	seen, err := l.describe(ctx, id, string(item.Name))
	switch {
	case caas.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	// By way of the resource itself: a model begun here would lack the types of
	// what is null in it, such as timeouts.
	var m model
	result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root("deployment_id"), id)...)
	result.Diagnostics.Append(result.Resource.Get(ctx, &m)...)
	result.Diagnostics.Append(m.read(ctx, *seen)...)
	result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	return &result, nil
}
