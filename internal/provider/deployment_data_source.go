package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// newDeploymentDataSource returns the data source ioneth_caas_deployment.
func newDeploymentDataSource() datasource.DataSource {
	return &dataSource[deploymentDataModel]{name: "caas_deployment", schema: deploymentDataSchema, read: readDeployment}
}

// deploymentDataModel is everything that the API returns of a deployment.
type deploymentDataModel struct {
	computedModel
	Name             types.String        `tfsdk:"name"`
	DurationHours    types.Int64         `tfsdk:"duration_hours"`
	GPUsPerContainer types.Int64         `tfsdk:"gpus_per_container"`
	HardwareID       types.Int64         `tfsdk:"hardware_id"`
	LocationIDs      types.Set           `tfsdk:"location_ids"`
	Locations        []locationModel     `tfsdk:"locations"`
	ContainerConfig  *containerDataModel `tfsdk:"container_config"`
	RegistryConfig   *registryDataModel  `tfsdk:"registry_config"`

	CompletedPercent        types.Float64 `tfsdk:"completed_percent"`
	ComputeMinutesServed    types.Float64 `tfsdk:"compute_minutes_served"`
	ComputeMinutesRemaining types.Float64 `tfsdk:"compute_minutes_remaining"`
}

type containerDataModel struct {
	ReplicaCount types.Int64 `tfsdk:"replica_count"`
	Entrypoint   types.List  `tfsdk:"entrypoint"`
	TrafficPort  types.Int64 `tfsdk:"traffic_port"`
	EnvVariables types.Map   `tfsdk:"env_variables"`
}

type registryDataModel struct {
	ImageURL types.String `tfsdk:"image_url"`
}

func deploymentDataSchema() schema.Schema {
	attributes := readOnly(computedAttributes())
	attributes["ends_at"] = computedString("Time at which the prepaid time expires, in RFC 3339 format. Null until the deployment runs. After the deployment has ended, equal to `finished_at`.")
	maps.Copy(attributes, volatileAttributes("Null"))
	maps.Copy(attributes, deployedAttributes())
	attributes["deployment_id"] = schema.StringAttribute{
		MarkdownDescription: "ID of the deployment, a UUID. Exactly one of `deployment_id` and `name` must be set.",
		Optional:            true,
		Computed:            true,
		Validators:          append(notEmpty(), stringvalidator.ExactlyOneOf(path.MatchRoot("deployment_id"), path.MatchRoot("name"))),
	}
	attributes["name"] = schema.StringAttribute{
		MarkdownDescription: "Name of the deployment. When several deployments have the name, the provider reads the one that has not ended, or the newest if all have ended. " +
			"If the API unexpectedly returns several that have not ended, that is an error. Exactly one of `deployment_id` and `name` must be set.",
		Optional:   true,
		Computed:   true,
		Validators: notEmpty(),
	}
	return schema.Schema{
		MarkdownDescription: "Deployment of the account. " +
			"The API does not return `args`, registry credentials and secret values.",
		Attributes: attributes,
	}
}

// deployedAttributes returns the attributes that a configuration of the resource
// sets, as far as the API returns them.
func deployedAttributes() map[string]schema.Attribute {
	const hours = "Total number of prepaid hours that the API returns. Null when the API does not return it."
	return map[string]schema.Attribute{
		"duration_hours":     computedInt64(hours),
		"paid_hours":         computedInt64(hours + " The same value as `duration_hours` of this data source."),
		"gpus_per_container": computedInt64("Number of GPUs of each container."),
		"hardware_id":        computedInt64("ID of the hardware type. Null for regional hardware, which has a string as its ID."),
		"location_ids": schema.SetAttribute{
			MarkdownDescription: "IDs of the locations.", ElementType: wholeNumberType{}, Computed: true,
		},
		"locations": schema.ListNestedAttribute{
			MarkdownDescription: "Locations, ordered by `id`.",
			Computed:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: locationAttributes()},
		},
		"container_config": schema.SingleNestedAttribute{
			MarkdownDescription: "Configuration of the containers.",
			Computed:            true,
			Attributes: map[string]schema.Attribute{
				"replica_count": computedInt64("Number of containers."),
				"entrypoint": schema.ListAttribute{
					MarkdownDescription: "Command that runs in each container, in exec form.", ElementType: types.StringType, Computed: true,
				},
				"traffic_port": computedInt64("HTTP port of each container."),
				"env_variables": schema.MapAttribute{
					MarkdownDescription: "Environment variables of each container, without the secret ones.", ElementType: types.StringType, Computed: true,
				},
			},
		},
		"registry_config": schema.SingleNestedAttribute{
			MarkdownDescription: "Container image.",
			Computed:            true,
			Attributes:          map[string]schema.Attribute{"image_url": computedString("Full path of the container image.")},
		},
	}
}

func readDeployment(ctx context.Context, p *providerData, m *deploymentDataModel) diag.Diagnostics {
	id, name := m.DeploymentID.ValueString(), m.Name.ValueString()
	at, what := path.Root("deployment_id"), fmt.Sprintf("ID %q", id)
	if name != "" {
		at, what = path.Root("name"), fmt.Sprintf("name %q", name)
		items, diags := p.findByName(ctx, name, at, what, "Set deployment_id to one of them instead of name.")
		if diags.HasError() {
			return diags
		}
		if id = items[0].ID; items[0].Status.Ended() {
			id = slices.MaxFunc(items, func(a, b caas.DeploymentItem) int { return a.CreatedAt.Compare(b.CreatedAt.Time) }).ID
		}
	}
	d, err := p.service.Read(ctx, id)
	switch {
	case errors.Is(err, deployment.ErrNotFound):
		return noDeploymentError(at, what, err)
	case err != nil:
		return lookupError(summaryReadError, err, "")
	}
	d.Name = cmp.Or(name, d.Name)
	*m = flattenDeployment(id, d)
	return unreadWarnings(id, d, attributesNull)
}

// flattenDeployment returns what the API returned of a deployment.
func flattenDeployment(id string, d *deployment.Deployment) deploymentDataModel {
	orNull := func(n caas.Int) types.Int64 { return positiveOrPrior(n, types.Int64Null()) }
	m := deploymentDataModel{
		Name: stringOrNull(d.Name), DurationHours: orNull(caas.Int(d.PaidHours)),
		GPUsPerContainer: orNull(d.GPUsPerContainer), HardwareID: orNull(d.HardwareID),
		LocationIDs: flattenLocationIDs(d.Locations), Locations: flattenLocations(d.Locations),
		ContainerConfig: &containerDataModel{
			ReplicaCount: orNull(d.TotalContainers), Entrypoint: flattenStrings(d.ContainerConfig.Entrypoint),
			TrafficPort: orNull(d.ContainerConfig.TrafficPort), EnvVariables: flattenStringMap(plainStrings(d.ContainerConfig.EnvVariables)),
		},
		RegistryConfig:          &registryDataModel{ImageURL: stringOrNull(d.ContainerConfig.ImageURL)},
		CompletedPercent:        types.Float64Value(float64(d.CompletedPercent)),
		ComputeMinutesServed:    float64OrNull(d.ComputeMinutesServed),
		ComputeMinutesRemaining: float64OrNull(d.ComputeMinutesRemaining),
	}
	m.flattenDetails(d)
	m.DeploymentID, m.PaidHours = types.StringValue(id), m.DurationHours
	m.SecretEnvKeys = flattenKeys(d.ContainerConfig.SecretEnvKeys)
	m.Containers, m.PublicURLs = flattenContainers(d.Containers), flattenURLs(d.Containers)
	if d.Containers == nil && len(d.Unread) > 0 { // else there are none
		m.Containers = types.ListNull(types.ObjectType{AttrTypes: containerRowTypes})
		m.PublicURLs = types.ListNull(types.StringType)
	}
	if d.PaidHours > 0 || !d.FinishedAt.IsZero() { // else the end is not known
		m.EndsAt = flattenEnd(d, d.PaidHours, types.StringNull())
	}
	return m
}

// flattenLocations returns locations in order of their IDs.
func flattenLocations(locations []caas.Location) []locationModel {
	rows := make([]locationModel, len(locations))
	for i, location := range slices.SortedFunc(slices.Values(locations), func(a, b caas.Location) int { return cmp.Compare(a.ID, b.ID) }) {
		rows[i] = flattenLocation(location)
	}
	return rows
}
