package inventory

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// AvailableReplicas is the data source ioneth_caas_available_replicas.
type AvailableReplicas struct{ source }

var _ datasource.DataSourceWithConfigure = (*AvailableReplicas)(nil)

// NewAvailableReplicas makes the data source; Configure gives it its session.
func NewAvailableReplicas() datasource.DataSource { return &AvailableReplicas{} }

type replicasModel struct {
	HardwareID       types.Int64  `tfsdk:"hardware_id"`
	GPUsPerContainer types.Int64  `tfsdk:"gpus_per_container"`
	Locations        []replicaRow `tfsdk:"locations"`
}

type replicaRow struct {
	locationRow
	AvailableReplicas int64 `tfsdk:"available_replicas"`
}

// Metadata implements datasource.DataSource.
func (d *AvailableReplicas) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_available_replicas"
}

// Schema implements datasource.DataSource.
func (d *AvailableReplicas) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	row := locationAttributes()
	row["available_replicas"] = schema.Int64Attribute{
		MarkdownDescription: "Containers that the location has room for now.", Computed: true,
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Room for containers on a kind of hardware, in each location.",
		Attributes: map[string]schema.Attribute{
			"hardware_id":        hardwareIDAttribute(),
			"gpus_per_container": gpusAttribute(),
			"locations": schema.ListNestedAttribute{
				MarkdownDescription: "Locations, ordered by `id`. Those without room are among them, with 0, as far as the API lists them.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: row},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *AvailableReplicas) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m replicasModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client := d.client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	m.GPUsPerContainer = gpusOrDefault(m.GPUsPerContainer)
	ctx, cancel := d.session.ReadContext(ctx)
	defer cancel()
	list, err := client.AvailableReplicas(ctx, m.HardwareID.ValueInt64(), m.GPUsPerContainer.ValueInt64())
	if err != nil {
		resp.Diagnostics.Append(notRead("Available replicas not read", err,
			"The data source ioneth_caas_hardware lists the hardware that there is, and how many GPUs a container can have on it.")...)
		return
	}
	m.Locations = make([]replicaRow, len(list))
	for i, a := range list {
		m.Locations[i] = replicaRow{locationRow: newLocationRow(a.Location), AvailableReplicas: int64(a.AvailableReplicas)}
	}
	slices.SortFunc(m.Locations, func(a, b replicaRow) int { return cmp.Compare(a.ID, b.ID) })
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
