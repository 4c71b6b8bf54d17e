package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// availableReplicasDataSource is the data source ioneth_caas_available_replicas.
type availableReplicasDataSource struct{ dataSource }

var _ datasource.DataSourceWithConfigure = (*availableReplicasDataSource)(nil)

func newAvailableReplicasDataSource() datasource.DataSource { return &availableReplicasDataSource{} }

type availableReplicasModel struct {
	HardwareID       types.Int64         `tfsdk:"hardware_id"`
	GPUsPerContainer types.Int64         `tfsdk:"gpus_per_container"`
	Locations        []availabilityModel `tfsdk:"locations"`
}

type availabilityModel struct {
	locationModel
	AvailableReplicas types.Int64 `tfsdk:"available_replicas"`
}

// Metadata implements datasource.DataSource.
func (d *availableReplicasDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_available_replicas"
}

// Schema implements datasource.DataSource.
func (d *availableReplicasDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	row := locationAttributes()
	row["available_replicas"] = computedInt64("Number of containers for which the location has capacity now.")
	resp.Schema = schema.Schema{
		MarkdownDescription: "Capacity for containers on a hardware type, by location.",
		Attributes: map[string]schema.Attribute{
			"hardware_id":        hardwareIDAttribute(),
			"gpus_per_container": gpusPerContainerAttribute(),
			"locations": schema.ListNestedAttribute{
				MarkdownDescription: "Locations that the API returns for the hardware type, ordered by `id`. Locations without capacity have 0 `available_replicas`.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: row},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *availableReplicasDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m availableReplicasModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if !d.requireConfigured(&resp.Diagnostics) {
		return
	}
	m.GPUsPerContainer = gpusOrDefault(m.GPUsPerContainer)
	ctx, cancel := d.service.WithTimeout(ctx, readTimeout)
	defer cancel()
	rows, err := d.service.Client().AvailableReplicas(ctx, m.HardwareID.ValueInt64(), m.GPUsPerContainer.ValueInt64())
	if err != nil {
		resp.Diagnostics.Append(queryError(summaryReplicasError, err,
			"Use the data source ioneth_caas_hardware to look up hardware IDs and how many GPUs a container can have.")...)
		return
	}
	m.Locations = flattenAvailability(rows)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// flattenAvailability returns the locations in order of their IDs.
func flattenAvailability(rows []caas.Availability) []availabilityModel {
	locations := make([]availabilityModel, len(rows))
	for i, row := range slices.SortedFunc(slices.Values(rows), func(a, b caas.Availability) int { return cmp.Compare(a.ID, b.ID) }) {
		locations[i] = availabilityModel{flattenLocation(row.Location), types.Int64Value(int64(row.AvailableReplicas))}
	}
	return locations
}
