package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// newDeploymentsDataSource returns the data source ioneth_caas_deployments.
func newDeploymentsDataSource() datasource.DataSource {
	return &dataSource[deploymentsModel]{name: "caas_deployments", schema: deploymentsSchema, read: readDeployments}
}

type deploymentsModel struct {
	Status      types.String          `tfsdk:"status"`
	Deployments []deploymentItemModel `tfsdk:"deployments"`
}

// deploymentItemModel is everything that the API's list returns of a deployment.
type deploymentItemModel struct {
	DeploymentID            types.String  `tfsdk:"deployment_id"`
	Name                    types.String  `tfsdk:"name"`
	Status                  types.String  `tfsdk:"status"`
	CreatedAt               types.String  `tfsdk:"created_at"`
	HardwareName            types.String  `tfsdk:"hardware_name"`
	BrandName               types.String  `tfsdk:"brand_name"`
	HardwareQuantity        types.Int64   `tfsdk:"hardware_quantity"`
	CompletedPercent        types.Float64 `tfsdk:"completed_percent"`
	ComputeMinutesServed    types.Float64 `tfsdk:"compute_minutes_served"`
	ComputeMinutesRemaining types.Float64 `tfsdk:"compute_minutes_remaining"`
	Served                  types.String  `tfsdk:"served"`
	Remaining               types.String  `tfsdk:"remaining"`
}

func deploymentsSchema() schema.Schema {
	item := volatileAttributes("0")
	computed := readOnly(computedAttributes())
	for _, name := range []string{"deployment_id", "status", "created_at", "hardware_name", "brand_name"} {
		item[name] = computed[name]
	}
	item["name"] = computedString("Name of the deployment. An ended deployment may have the name of another one.")
	item["hardware_quantity"] = computedInt64("Quantity of the hardware, as the API returns it.")
	item["served"] = computedString("Prepaid time that has been served, as text such as `2h 5m`.")
	item["remaining"] = computedString("Prepaid time that remains, as text such as `2h 5m`.")
	return schema.Schema{
		MarkdownDescription: "Deployments of the account, including those that have ended.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: statusFilter + " Defaults to all.",
				Optional:            true,
				Validators:          notEmpty(),
			},
			"deployments": schema.ListNestedAttribute{
				MarkdownDescription: "Deployments, ordered by `created_at`, newest first.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: item},
			},
		},
	}
}

func readDeployments(ctx context.Context, p *providerData, m *deploymentsModel) diag.Diagnostics {
	status := expandStatus(m.Status)
	var items []caas.DeploymentItem
	for item, err := range p.service.List(ctx, status) {
		if err != nil {
			return listError(err, status)
		}
		// It is not documented what the API does with a status that it does not know.
		if status == "" || item.Status == status {
			items = append(items, item)
		}
	}
	m.Deployments = flattenItems(items)
	return nil
}

// flattenItems returns the deployments in an order that does not depend on the
// API's.
func flattenItems(items []caas.DeploymentItem) []deploymentItemModel {
	slices.SortFunc(items, func(a, b caas.DeploymentItem) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt.Time), cmp.Compare(a.ID, b.ID))
	})
	rows := make([]deploymentItemModel, len(items))
	for i, item := range items {
		rows[i] = deploymentItemModel{
			DeploymentID: types.StringValue(item.ID), Name: types.StringValue(item.Name),
			Status: types.StringValue(string(item.Status)), CreatedAt: stringOrNull(item.CreatedAt.RFC3339()),
			HardwareName: stringOrNull(item.HardwareName), BrandName: stringOrNull(item.BrandName),
			HardwareQuantity:        types.Int64Value(int64(item.HardwareQuantity)),
			CompletedPercent:        types.Float64Value(float64(item.CompletedPercent)),
			ComputeMinutesServed:    types.Float64Value(float64(item.ComputeMinutesServed)),
			ComputeMinutesRemaining: types.Float64Value(float64(item.ComputeMinutesRemaining)),
			Served:                  stringOrNull(item.Served), Remaining: stringOrNull(item.Remaining),
		}
	}
	return rows
}
