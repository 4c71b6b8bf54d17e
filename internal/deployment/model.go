package deployment

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// model is ioneth_caas_deployment as Terraform holds it. Its two objects may be
// unknown as a whole at plan, so they stay framework values here; container and
// registry open them.
type model struct {
	ResourcePrivateName types.String   `tfsdk:"resource_private_name"`
	DurationHours       types.Int64    `tfsdk:"duration_hours"`
	GPUsPerContainer    types.Int64    `tfsdk:"gpus_per_container"`
	HardwareID          types.Int64    `tfsdk:"hardware_id"`
	LocationIDs         types.Set      `tfsdk:"location_ids"`
	ContainerConfig     types.Object   `tfsdk:"container_config"`
	RegistryConfig      types.Object   `tfsdk:"registry_config"`
	MaxCostUSDC         types.Float64  `tfsdk:"max_cost_usdc"`
	WaitForRunning      types.Bool     `tfsdk:"wait_for_running"`
	RecreateWhenEnded   types.Bool     `tfsdk:"recreate_when_ended"`
	Timeouts            timeouts.Value `tfsdk:"timeouts"`

	DeploymentID   types.String  `tfsdk:"deployment_id"`
	Status         types.String  `tfsdk:"status"`
	CreatedAt      types.String  `tfsdk:"created_at"`
	StartedAt      types.String  `tfsdk:"started_at"`
	EndsAt         types.String  `tfsdk:"ends_at"`
	FinishedAt     types.String  `tfsdk:"finished_at"`
	HardwareName   types.String  `tfsdk:"hardware_name"`
	BrandName      types.String  `tfsdk:"brand_name"`
	TotalGPUs      types.Int64   `tfsdk:"total_gpus"`
	SecretEnvKeys  types.Set     `tfsdk:"secret_env_keys"`
	AmountPaidUSDC types.Float64 `tfsdk:"amount_paid_usdc"`
	Containers     types.List    `tfsdk:"containers"`
}

// containerModel is the attribute container_config.
type containerModel struct {
	ReplicaCount                types.Int64 `tfsdk:"replica_count"`
	Entrypoint                  types.List  `tfsdk:"entrypoint"`
	Args                        types.List  `tfsdk:"args"`
	TrafficPort                 types.Int64 `tfsdk:"traffic_port"`
	EnvVariables                types.Map   `tfsdk:"env_variables"`
	SecretEnvVariables          types.Map   `tfsdk:"secret_env_variables"`
	SecretEnvVariablesWO        types.Map   `tfsdk:"secret_env_variables_wo"`
	SecretEnvVariablesWOVersion types.Int64 `tfsdk:"secret_env_variables_wo_version"`
}

// registryModel is the attribute registry_config.
type registryModel struct {
	ImageURL                types.String `tfsdk:"image_url"`
	RegistryUsername        types.String `tfsdk:"registry_username"`
	RegistrySecret          types.String `tfsdk:"registry_secret"`
	RegistrySecretWO        types.String `tfsdk:"registry_secret_wo"`
	RegistrySecretWOVersion types.Int64  `tfsdk:"registry_secret_wo_version"`
}

// The objects' types are those of the schema, so that the two can't disagree.
var (
	containerConfigTypes = objectTypes(containerConfigAttribute().GetType())
	registryConfigTypes  = objectTypes(registryConfigAttribute().GetType())
	containerRowTypes    = map[string]attr.Type{
		"container_id": types.StringType, "device_id": types.StringType,
		"status": types.StringType, "public_url": types.StringType,
	}
)

func objectTypes(t attr.Type) map[string]attr.Type {
	object, ok := t.(attr.TypeWithAttributeTypes)
	if !ok {
		return nil
	}
	return object.AttributeTypes()
}

// container opens container_config; where that is null or unknown as a whole,
// so is each of its attributes.
func (m *model) container(ctx context.Context, diags *diag.Diagnostics) (c containerModel) {
	open(ctx, m.ContainerConfig, containerConfigTypes, c.attributes(), diags)
	return c
}

// registry opens registry_config, as container does container_config.
func (m *model) registry(ctx context.Context, diags *diag.Diagnostics) (r registryModel) {
	open(ctx, m.RegistryConfig, registryConfigTypes, r.attributes(), diags)
	return r
}

// setContainer closes container_config.
func (m *model) setContainer(c containerModel, diags *diag.Diagnostics) {
	m.ContainerConfig = shut(containerConfigTypes, c.attributes(), diags)
}

// setRegistry closes registry_config.
func (m *model) setRegistry(r registryModel, diags *diag.Diagnostics) {
	m.RegistryConfig = shut(registryConfigTypes, r.attributes(), diags)
}

// sharedNames are the variables that are both plain and secret, as far as both
// are known, in order.
func (c containerModel) sharedNames() []string {
	var shared []string
	for name := range c.EnvVariables.Elements() {
		_, twin := c.SecretEnvVariables.Elements()[name]
		_, writeOnly := c.SecretEnvVariablesWO.Elements()[name]
		if twin || writeOnly {
			shared = append(shared, name)
		}
	}
	slices.Sort(shared)
	return shared
}

// setID makes the model that of a deployment which exists.
func (m *model) setID(id string) { m.DeploymentID = types.StringValue(id) }
