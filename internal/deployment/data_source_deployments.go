package deployment

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// ListDataSource is the data source ioneth_caas_deployments.
type ListDataSource struct{ source }

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

// NewListDataSource makes the data source; Configure gives it its session.
func NewListDataSource() datasource.DataSource { return &ListDataSource{} }

type listModel struct {
	Status      types.String `tfsdk:"status"`
	Deployments []itemRow    `tfsdk:"deployments"`
}

// itemRow is everything that the list tells of a deployment.
type itemRow struct {
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

// Metadata implements datasource.DataSource.
func (d *ListDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_deployments"
}

// Schema implements datasource.DataSource.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	row := readOnlyAttributes(computedAttributes(), "deployment_id", "status", "created_at", "hardware_name", "brand_name")
	maps.Copy(row, volatileAttributes())
	row["name"] = schema.StringAttribute{MarkdownDescription: "Name of the deployment. An ended one may bear the name of another.", Computed: true}
	row["hardware_quantity"] = schema.Int64Attribute{MarkdownDescription: "Quantity of the hardware, as the API counts it.", Computed: true}
	row["served"] = schema.StringAttribute{MarkdownDescription: "Time that is over, in words.", Computed: true}
	row["remaining"] = schema.StringAttribute{MarkdownDescription: "Time that is left, in words.", Computed: true}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Deployments of the account, those that have ended too.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				MarkdownDescription: "Status of the deployments to keep, in any letter case: `deployment requested`, `running`, `completed`, " +
					"`failed`, `termination requested` or `destroyed`. Default: all.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"deployments": schema.ListNestedAttribute{
				MarkdownDescription: "Deployments, the newest first.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: row},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *ListDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if !d.ready(&resp.Diagnostics) {
		return
	}
	ctx, cancel := d.ReadContext(ctx)
	defer cancel()
	status := caas.Status(strings.ToLower(m.Status.ValueString()))
	var items []caas.DeploymentItem
	for item, err := range d.Client.Deployments(ctx, status) {
		if err != nil {
			resp.Diagnostics.Append(notListed(err)...)
			return
		}
		// Nobody says what the API does with a status that it does not know.
		if status == "" || item.Status == status {
			items = append(items, item)
		}
	}
	m.Deployments = itemRows(items)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// notListed explains a list that could not be read. Of its query only the status
// comes from a configuration.
func notListed(err error) diag.Diagnostics {
	f := diagnose.Failure{Summary: "Deployments not read", Err: err, Next: "Run the command again."}
	f.Locate = func(loc []string) (path.Path, bool) { return path.Root("status"), slices.Contains(loc, "status") }
	var apiErr *caas.Error
	if errors.As(err, &apiErr) && len(apiErr.Problems) > 0 {
		f.Next = "Write a status that the API knows, or leave status out for all deployments."
	}
	return f.Diagnostics()
}

// itemRows are the deployments in an order that does not depend on the API's.
func itemRows(items []caas.DeploymentItem) []itemRow {
	slices.SortFunc(items, func(a, b caas.DeploymentItem) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt.Time), cmp.Compare(a.ID, b.ID))
	})
	rows := make([]itemRow, len(items))
	for i, item := range items {
		rows[i] = itemRow{
			DeploymentID: types.StringValue(string(item.ID)), Name: types.StringValue(string(item.Name)),
			Status: types.StringValue(string(item.Status)), CreatedAt: textOrNull(item.CreatedAt.RFC3339()),
			HardwareName: textOrNull(string(item.HardwareName)), BrandName: textOrNull(string(item.BrandName)),
			HardwareQuantity:        types.Int64Value(int64(item.HardwareQuantity)),
			CompletedPercent:        types.Float64Value(float64(item.CompletedPercent)),
			ComputeMinutesServed:    types.Float64Value(float64(item.ComputeMinutesServed)),
			ComputeMinutesRemaining: types.Float64Value(float64(item.ComputeMinutesRemaining)),
			Served:                  textOrNull(string(item.Served)), Remaining: textOrNull(string(item.Remaining)),
		}
	}
	return rows
}
