package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
)

// locationsDataSource is the data source ioneth_caas_locations.
type locationsDataSource struct{ dataSource }

var _ datasource.DataSourceWithConfigure = (*locationsDataSource)(nil)

func newLocationsDataSource() datasource.DataSource { return &locationsDataSource{} }

type locationsModel struct {
	Locations []locationModel `tfsdk:"locations"`
}

// Metadata implements datasource.DataSource.
func (d *locationsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_locations"
}

// Schema implements datasource.DataSource.
func (d *locationsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Locations in which containers can run. Use `ioneth_caas_available_replicas` to check capacity.",
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
func (d *locationsDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	if !d.requireConfigured(&resp.Diagnostics) {
		return
	}
	ctx, cancel := d.service.WithTimeout(ctx, readTimeout)
	defer cancel()
	locations, err := d.service.Client().Locations(ctx)
	if err != nil {
		resp.Diagnostics.Append(lookupError(summaryLocationsError, err)...)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &locationsModel{Locations: flattenLocations(locations)})...)
}
