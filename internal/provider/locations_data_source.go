package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// newLocationsDataSource returns the data source ioneth_caas_locations.
func newLocationsDataSource() datasource.DataSource {
	return &dataSource[locationsModel]{name: "caas_locations", schema: locationsSchema, read: readLocations}
}

type locationsModel struct {
	Locations []locationModel `tfsdk:"locations"`
}

func locationsSchema() schema.Schema {
	return schema.Schema{
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

func readLocations(ctx context.Context, p *providerData, m *locationsModel) diag.Diagnostics {
	locations, err := p.service.Client().Locations(ctx)
	if err != nil {
		return lookupError(summaryLocationsError, err, "")
	}
	m.Locations = flattenLocations(locations)
	return nil
}
