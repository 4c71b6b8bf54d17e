package inventory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Hardware is the data source ioneth_caas_hardware.
type Hardware struct{ source }

var _ datasource.DataSourceWithConfigure = (*Hardware)(nil)

// NewHardware makes the data source; Configure gives it its session.
func NewHardware() datasource.DataSource { return &Hardware{} }

type hardwareModel struct {
	Name     types.String  `tfsdk:"name"`
	Hardware []hardwareRow `tfsdk:"hardware"`
}

type hardwareRow struct {
	HardwareID          int64  `tfsdk:"hardware_id"`
	HardwareName        string `tfsdk:"hardware_name"`
	BrandName           string `tfsdk:"brand_name"`
	MaxGPUsPerContainer int64  `tfsdk:"max_gpus_per_container"`
	Available           int64  `tfsdk:"available"`
}

// Metadata implements datasource.DataSource.
func (d *Hardware) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_hardware"
}

// Schema implements datasource.DataSource.
func (d *Hardware) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Kinds of hardware that deployments can have. Those with a regional id, which is a text, are left out: deployments do not take them.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the hardware to keep, whole and in any letter case. With a name that no hardware has, `hardware` is empty.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"hardware": schema.ListNestedAttribute{
				MarkdownDescription: "Kinds of hardware, ordered by `hardware_id`.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"hardware_id":            schema.Int64Attribute{MarkdownDescription: "Id of the hardware.", Computed: true},
					"hardware_name":          schema.StringAttribute{MarkdownDescription: "Name of the hardware.", Computed: true},
					"brand_name":             schema.StringAttribute{MarkdownDescription: "Maker of the hardware.", Computed: true},
					"max_gpus_per_container": schema.Int64Attribute{MarkdownDescription: "Most GPUs that one container can have.", Computed: true},
					"available":              schema.Int64Attribute{MarkdownDescription: "Number available now.", Computed: true},
				}},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *Hardware) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hardwareModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client := d.client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := d.session.ReadContext(ctx)
	defer cancel()
	list, err := client.Hardware(ctx)
	if err != nil {
		resp.Diagnostics.Append(notRead("Hardware not read", err, "Run the command again.")...)
		return
	}
	m.Hardware = hardwareRows(list, m.Name)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// hardwareRows are the rows of that name, of any when it is null.
func hardwareRows(list []caas.Hardware, name types.String) []hardwareRow {
	rows := []hardwareRow{} // not nil: nothing found is an empty list
	for _, h := range list {
		if !name.IsNull() && !strings.EqualFold(string(h.HardwareName), name.ValueString()) {
			continue
		}
		rows = append(rows, hardwareRow{
			HardwareID: int64(h.HardwareID), HardwareName: string(h.HardwareName), BrandName: string(h.BrandName),
			MaxGPUsPerContainer: int64(h.MaxGPUsPerContainer), Available: int64(h.Available),
		})
	}
	slices.SortFunc(rows, func(a, b hardwareRow) int { return cmp.Compare(a.HardwareID, b.HardwareID) })
	return rows
}
