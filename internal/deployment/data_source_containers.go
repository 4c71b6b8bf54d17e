package deployment

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// ContainersDataSource is the data source ioneth_caas_containers.
type ContainersDataSource struct{ source }

var _ datasource.DataSourceWithConfigure = (*ContainersDataSource)(nil)

// NewContainersDataSource makes the data source; Configure gives it its session.
func NewContainersDataSource() datasource.DataSource { return &ContainersDataSource{} }

type containersModel struct {
	DeploymentID types.String      `tfsdk:"deployment_id"`
	Containers   []containerDetail `tfsdk:"containers"`
}

// containerDetail is everything that the API tells of a container.
type containerDetail struct {
	ContainerID      types.String  `tfsdk:"container_id"`
	DeviceID         types.String  `tfsdk:"device_id"`
	Status           types.String  `tfsdk:"status"`
	PublicURL        types.String  `tfsdk:"public_url"`
	Hardware         types.String  `tfsdk:"hardware"`
	BrandName        types.String  `tfsdk:"brand_name"`
	CreatedAt        types.String  `tfsdk:"created_at"`
	UptimePercent    types.Float64 `tfsdk:"uptime_percent"`
	GPUsPerContainer types.Int64   `tfsdk:"gpus_per_container"`
	Events           []eventRow    `tfsdk:"events"`
}

type eventRow struct {
	Time    types.String `tfsdk:"time"`
	Message types.String `tfsdk:"message"`
}

// Metadata implements datasource.DataSource.
func (d *ContainersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_containers"
}

// Schema implements datasource.DataSource.
func (d *ContainersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Containers of a deployment, with what happened to them.",
		Attributes: map[string]schema.Attribute{
			"deployment_id": schema.StringAttribute{
				MarkdownDescription: "Id of the deployment, a UUID.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"containers": schema.ListNestedAttribute{
				MarkdownDescription: "Containers, ordered by `container_id`; none until the deployment has got its machines.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: containerDetailAttributes()},
			},
		},
	}
}

// containerDetailAttributes are those of a container in the resource, and the
// rest of what the API tells.
func containerDetailAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	if rows, ok := computedAttributes()["containers"].(resourceschema.ListNestedAttribute); ok {
		attributes = readOnlyAttributes(rows.NestedObject.Attributes)
	}
	attributes["hardware"] = schema.StringAttribute{MarkdownDescription: "Name of the hardware.", Computed: true}
	attributes["brand_name"] = schema.StringAttribute{MarkdownDescription: "Maker of the hardware.", Computed: true}
	attributes["created_at"] = schema.StringAttribute{MarkdownDescription: "When the container was made, RFC 3339.", Computed: true}
	attributes["uptime_percent"] = schema.Float64Attribute{MarkdownDescription: "How much of its time the container was up, in percent.", Computed: true}
	attributes["gpus_per_container"] = schema.Int64Attribute{MarkdownDescription: "GPUs of the container.", Computed: true}
	attributes["events"] = schema.ListNestedAttribute{
		MarkdownDescription: "What happened to the container, in the API's order.",
		Computed:            true,
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"time":    schema.StringAttribute{MarkdownDescription: "When it happened, RFC 3339.", Computed: true},
			"message": schema.StringAttribute{MarkdownDescription: "What happened.", Computed: true},
		}},
	}
	return attributes
}

// Read implements datasource.DataSource.
func (d *ContainersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m containersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if !d.ready(&resp.Diagnostics) {
		return
	}
	ctx, cancel := d.ReadContext(ctx)
	defer cancel()
	id := m.DeploymentID.ValueString()
	containers, err := d.Client.Containers(ctx, id)
	var apiErr *caas.Error
	switch {
	case caas.IsNotFound(err) && errors.As(err, &apiErr):
		resp.Diagnostics.Append(noSuchDeployment(path.Root("deployment_id"), fmt.Sprintf("id %q", id), apiErr.Where()))
		return
	case err != nil:
		resp.Diagnostics.Append(notLookedUp("Containers not read", err)...)
		return
	}
	m.Containers = containerDetails(containers)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func containerDetails(containers []caas.Container) []containerDetail {
	rows := make([]containerDetail, len(containers))
	for i, c := range inOrder(containers) {
		events := make([]eventRow, len(c.Events))
		for j, e := range c.Events {
			events[j] = eventRow{Time: textOrNull(e.Time.RFC3339()), Message: types.StringValue(string(e.Message))}
		}
		rows[i] = containerDetail{
			ContainerID: types.StringValue(string(c.ContainerID)), DeviceID: textOrNull(string(c.DeviceID)),
			Status: textOrNull(string(c.Status)), PublicURL: textOrNull(string(c.PublicURL)),
			Hardware: textOrNull(string(c.Hardware)), BrandName: textOrNull(string(c.BrandName)),
			CreatedAt: textOrNull(c.CreatedAt.RFC3339()), UptimePercent: types.Float64Value(float64(c.UptimePercent)),
			GPUsPerContainer: types.Int64Value(int64(c.GPUsPerContainer)), Events: events,
		}
	}
	return rows
}
