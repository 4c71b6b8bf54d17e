package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// newContainersDataSource returns the data source ioneth_caas_containers.
func newContainersDataSource() datasource.DataSource {
	return &dataSource[containersModel]{name: "caas_containers", schema: containersSchema, read: readContainers}
}

type containersModel struct {
	DeploymentID types.String           `tfsdk:"deployment_id"`
	Containers   []containerDetailModel `tfsdk:"containers"`
}

// containerDetailModel is everything that the API returns of a container.
type containerDetailModel struct {
	ContainerID      types.String          `tfsdk:"container_id"`
	DeviceID         types.String          `tfsdk:"device_id"`
	Status           types.String          `tfsdk:"status"`
	PublicURL        types.String          `tfsdk:"public_url"`
	Hardware         types.String          `tfsdk:"hardware"`
	BrandName        types.String          `tfsdk:"brand_name"`
	CreatedAt        types.String          `tfsdk:"created_at"`
	UptimePercent    types.Float64         `tfsdk:"uptime_percent"`
	GPUsPerContainer types.Int64           `tfsdk:"gpus_per_container"`
	Events           []containerEventModel `tfsdk:"events"`
}

type containerEventModel struct {
	Time    types.String `tfsdk:"time"`
	Message types.String `tfsdk:"message"`
}

func containersSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Containers of a deployment and their events.",
		Attributes: map[string]schema.Attribute{
			"deployment_id": schema.StringAttribute{
				MarkdownDescription: "ID of the deployment, a UUID.",
				Required:            true,
				Validators:          notEmpty(),
			},
			"containers": schema.ListNestedAttribute{
				MarkdownDescription: "Containers, ordered by `container_id`. Empty until the deployment has been assigned machines.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: containerDetailAttributes()},
			},
		},
	}
}

// containerDetailAttributes returns the attributes that a container has in the
// resource, and the rest of what the API returns.
func containerDetailAttributes() map[string]schema.Attribute {
	attributes := readOnly(containerAttributes())
	attributes["hardware"] = computedString("Name of the hardware type.")
	attributes["brand_name"] = computedString("Manufacturer of the hardware.")
	attributes["created_at"] = computedString("Time at which the container was created, in RFC 3339 format.")
	attributes["uptime_percent"] = computedFloat64("Share of the time for which the container was up, in percent, as the API returns it.")
	attributes["gpus_per_container"] = computedInt64("Number of GPUs of the container.")
	attributes["events"] = schema.ListNestedAttribute{
		MarkdownDescription: "Events of the container, in the order in which the API returns them.",
		Computed:            true,
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"time":    computedString("Time of the event, in RFC 3339 format."),
			"message": computedString("Message of the event."),
		}},
	}
	return attributes
}

func readContainers(ctx context.Context, p *providerData, m *containersModel) diag.Diagnostics {
	id := m.DeploymentID.ValueString()
	containers, err := p.service.Client().Containers(ctx, id)
	switch {
	case caas.IsNotFound(err):
		return noContainersError(id, err)
	case err != nil:
		return lookupError(summaryContainersError, err, "")
	}
	m.Containers = flattenContainerDetails(containers)
	return nil
}

func flattenContainerDetails(containers []caas.Container) []containerDetailModel {
	rows := make([]containerDetailModel, len(containers))
	for i, c := range containers {
		events := make([]containerEventModel, len(c.Events))
		for j, e := range c.Events {
			events[j] = containerEventModel{Time: stringOrNull(e.Time.RFC3339()), Message: types.StringValue(e.Message)}
		}
		rows[i] = containerDetailModel{
			ContainerID: types.StringValue(c.ContainerID), DeviceID: stringOrNull(c.DeviceID),
			Status: stringOrNull(string(c.Status)), PublicURL: stringOrNull(c.PublicURL),
			Hardware: stringOrNull(c.Hardware), BrandName: stringOrNull(c.BrandName),
			CreatedAt: stringOrNull(c.CreatedAt.RFC3339()), UptimePercent: types.Float64Value(float64(c.UptimePercent)),
			GPUsPerContainer: types.Int64Value(int64(c.GPUsPerContainer)), Events: events,
		}
	}
	return rows
}
