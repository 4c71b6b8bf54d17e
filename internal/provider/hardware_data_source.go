package provider

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// hardwareDataSource is the data source ioneth_caas_hardware.
type hardwareDataSource struct{ dataSource }

var _ datasource.DataSourceWithConfigure = (*hardwareDataSource)(nil)

func newHardwareDataSource() datasource.DataSource { return &hardwareDataSource{} }

type hardwareListModel struct {
	Name     types.String    `tfsdk:"name"`
	Hardware []hardwareModel `tfsdk:"hardware"`
}

type hardwareModel struct {
	HardwareID          types.Int64  `tfsdk:"hardware_id"`
	HardwareName        types.String `tfsdk:"hardware_name"`
	BrandName           types.String `tfsdk:"brand_name"`
	MaxGPUsPerContainer types.Int64  `tfsdk:"max_gpus_per_container"`
	Available           types.Int64  `tfsdk:"available"`
}

// Metadata implements datasource.DataSource.
func (d *hardwareDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_hardware"
}

// Schema implements datasource.DataSource.
func (d *hardwareDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Hardware types for deployments. Regional hardware types, whose ID is a string, are omitted, because deployments do not accept them.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "Complete name of the hardware type, in any letter case. Defaults to all. `hardware` is empty when no hardware type has the name.",
				Optional:            true,
				Validators:          notEmpty(),
			},
			"hardware": schema.ListNestedAttribute{
				MarkdownDescription: "Hardware types, ordered by `hardware_id`.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"hardware_id":            computedInt64("ID of the hardware type."),
					"hardware_name":          computedString("Name of the hardware type."),
					"brand_name":             computedString("Manufacturer of the hardware."),
					"max_gpus_per_container": computedInt64("Maximum number of GPUs of one container, as the API returns it."),
					"available":              computedInt64("Number of units that are available now, as the API returns it."),
				}},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *hardwareDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hardwareListModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if !d.requireConfigured(&resp.Diagnostics) {
		return
	}
	ctx, cancel := d.service.WithTimeout(ctx, readTimeout)
	defer cancel()
	hardware, err := d.service.Client().Hardware(ctx)
	if err != nil {
		resp.Diagnostics.Append(lookupError(summaryHardwareError, err)...)
		return
	}
	m.Hardware = flattenHardware(hardware, m.Name)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// flattenHardware returns the hardware types of a name, of any when it is null, in
// order of their IDs.
func flattenHardware(hardware []caas.Hardware, name types.String) []hardwareModel {
	rows := []hardwareModel{} // not nil: nothing found is an empty list
	for _, h := range slices.SortedFunc(slices.Values(hardware), func(a, b caas.Hardware) int { return cmp.Compare(a.HardwareID, b.HardwareID) }) {
		if !name.IsNull() && !strings.EqualFold(h.HardwareName, name.ValueString()) {
			continue
		}
		rows = append(rows, hardwareModel{
			HardwareID: types.Int64Value(int64(h.HardwareID)), HardwareName: types.StringValue(h.HardwareName), BrandName: types.StringValue(h.BrandName),
			MaxGPUsPerContainer: types.Int64Value(int64(h.MaxGPUsPerContainer)), Available: types.Int64Value(int64(h.Available)),
		})
	}
	return rows
}
