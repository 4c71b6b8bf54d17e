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

// newAvailableReplicasDataSource returns the data source ioneth_caas_available_replicas.
func newAvailableReplicasDataSource() datasource.DataSource {
	return &dataSource[availableReplicasModel]{name: "caas_available_replicas", schema: availableReplicasSchema, read: readAvailableReplicas}
}

type availableReplicasModel struct {
	HardwareID       types.Int64         `tfsdk:"hardware_id"`
	GPUsPerContainer types.Int64         `tfsdk:"gpus_per_container"`
	Locations        []availabilityModel `tfsdk:"locations"`
}

type availabilityModel struct {
	locationModel
	AvailableReplicas types.Int64 `tfsdk:"available_replicas"`
}

func availableReplicasSchema() schema.Schema {
	row := locationAttributes()
	row["available_replicas"] = computedInt64("Number of containers for which the location has capacity now.")
	return schema.Schema{
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

func readAvailableReplicas(ctx context.Context, p *providerData, m *availableReplicasModel) diag.Diagnostics {
	m.GPUsPerContainer = gpusOrDefault(m.GPUsPerContainer)
	rows, err := p.service.Client().AvailableReplicas(ctx, m.HardwareID.ValueInt64(), m.GPUsPerContainer.ValueInt64())
	if err != nil {
		return lookupError(summaryReplicasError, err,
			"Use the data source ioneth_caas_hardware to look up hardware IDs and how many GPUs a container can have.")
	}
	m.Locations = flattenAvailability(rows)
	return nil
}

// flattenAvailability returns the locations in order of their IDs.
func flattenAvailability(rows []caas.Availability) []availabilityModel {
	locations := make([]availabilityModel, len(rows))
	for i, row := range slices.SortedFunc(slices.Values(rows), func(a, b caas.Availability) int { return cmp.Compare(a.ID, b.ID) }) {
		locations[i] = availabilityModel{flattenLocation(row.Location), types.Int64Value(int64(row.AvailableReplicas))}
	}
	return locations
}
