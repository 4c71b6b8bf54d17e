package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// containersDataSource is the data source ioneth_caas_containers.
type containersDataSource struct{ dataSource }

var _ datasource.DataSourceWithConfigure = (*containersDataSource)(nil)

func newContainersDataSource() datasource.DataSource { return &containersDataSource{} }

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

// Metadata implements datasource.DataSource.
func (d *containersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_containers"
}

// Schema implements datasource.DataSource.
func (d *containersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
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
	attributes := map[string]schema.Attribute{}
	if rows, ok := computedAttributes()["containers"].(resourceschema.ListNestedAttribute); ok {
		attributes = readOnly(rows.NestedObject.Attributes)
	}
	attributes["hardware"] = computedString("Name of the hardware type.")
	attributes["brand_name"] = computedString("Manufacturer of the hardware.")
	attributes["created_at"] = computedString("Time at which the container was created, in RFC 3339 format.")
	attributes["uptime_percent"] = computedFloat64("Share of its time that the container was up, in percent.")
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

// Read implements datasource.DataSource.
func (d *containersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m containersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if !d.requireConfigured(&resp.Diagnostics) {
		return
	}
	ctx, cancel := d.service.WithTimeout(ctx, readTimeout)
	defer cancel()
	id := m.DeploymentID.ValueString()
	containers, err := d.service.Client().Containers(ctx, id)
	switch {
	case caas.IsNotFound(err):
		resp.Diagnostics.Append(withDestroyHint(diag.Diagnostics{noDeploymentError(path.Root("deployment_id"), fmt.Sprintf("ID %q", id), err)})...)
		return
	case err != nil:
		resp.Diagnostics.Append(lookupError(summaryContainersError, err)...)
		return
	}
	m.Containers = flattenContainerDetails(containers)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// flattenContainerDetails returns containers in order of their IDs.
func flattenContainerDetails(containers []caas.Container) []containerDetailModel {
	rows := make([]containerDetailModel, len(containers))
	for i, c := range sortedContainers(containers) {
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
