package provider

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// newHardwareDataSource returns the data source ioneth_caas_hardware.
func newHardwareDataSource() datasource.DataSource {
	return &dataSource[hardwareListModel]{name: "caas_hardware", schema: hardwareSchema, read: readHardware}
}

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

func hardwareSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Hardware types for deployments. Regional hardware types, whose ID is a string, are omitted, because this provider cannot deploy them.",
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

func readHardware(ctx context.Context, p *providerData, m *hardwareListModel) diag.Diagnostics {
	hardware, err := p.service.Client().Hardware(ctx)
	if err != nil {
		return lookupError(summaryHardwareError, err, "")
	}
	m.Hardware = flattenHardware(hardware, m.Name)
	return nil
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
