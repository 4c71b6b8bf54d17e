package inventory

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
)

// Locations is the data source ioneth_caas_locations.
type Locations struct{ source }

var _ datasource.DataSourceWithConfigure = (*Locations)(nil)

// NewLocations makes the data source; Configure gives it its session.
func NewLocations() datasource.DataSource { return &Locations{} }

type locationsModel struct {
	Locations []locationRow `tfsdk:"locations"`
}

// Metadata implements datasource.DataSource.
func (d *Locations) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_locations"
}

// Schema implements datasource.DataSource.
func (d *Locations) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Locations in which containers can run. Which of them have room for a kind of hardware, `ioneth_caas_available_replicas` tells.",
		Attributes: map[string]schema.Attribute{
			"locations": schema.ListNestedAttribute{
				MarkdownDescription: "Locations, ordered by `id`.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: locationAttributes()},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *Locations) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	client := d.client(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := d.session.ReadContext(ctx)
	defer cancel()
	list, err := client.Locations(ctx)
	if err != nil {
		resp.Diagnostics.Append(notRead("Locations not read", err, "Run the command again.")...)
		return
	}
	m := locationsModel{Locations: make([]locationRow, len(list))}
	for i, l := range list {
		m.Locations[i] = newLocationRow(l)
	}
	slices.SortFunc(m.Locations, func(a, b locationRow) int { return cmp.Compare(a.ID, b.ID) })
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
