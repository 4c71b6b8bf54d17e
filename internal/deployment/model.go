package deployment

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// model is ioneth_caas_deployment as Terraform holds it. Its tags are the one list
// of the attributes. Its two objects may be unknown as a whole at plan, so they are
// framework values here; container and registry expand them.
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

// The objects' types come from the schema, so that the two can't differ.
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

// container returns container_config. Where that is null or unknown as a whole,
// so is each of its attributes.
func (m *model) container(ctx context.Context, diags *diag.Diagnostics) containerModel {
	return expandObject[containerModel](ctx, m.ContainerConfig, containerConfigTypes, diags)
}

// registry returns registry_config, as container does container_config.
func (m *model) registry(ctx context.Context, diags *diag.Diagnostics) registryModel {
	return expandObject[registryModel](ctx, m.RegistryConfig, registryConfigTypes, diags)
}

// setContainer sets container_config.
func (m *model) setContainer(c containerModel, diags *diag.Diagnostics) {
	m.ContainerConfig = flattenObject(containerConfigTypes, c, diags)
}

// setRegistry sets registry_config.
func (m *model) setRegistry(r registryModel, diags *diag.Diagnostics) {
	m.RegistryConfig = flattenObject(registryConfigTypes, r, diags)
}

// expandObject converts an object to a struct of T's fields. Where the object is
// null or unknown as a whole, so is each field, which the framework's As can't do.
func expandObject[T any](ctx context.Context, object types.Object, ofTypes map[string]attr.Type, diags *diag.Diagnostics) (out T) {
	members, fields := object.Attributes(), reflect.ValueOf(&out).Elem()
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Tag.Get("tfsdk")
		member, ok := members[name]
		if !ok {
			member = nullValue(ctx, ofTypes[name], object.IsUnknown(), diags)
		}
		fields.Field(i).Set(reflect.ValueOf(member))
	}
	return out
}

// flattenObject converts a struct to an object.
func flattenObject(ofTypes map[string]attr.Type, from any, diags *diag.Diagnostics) types.Object {
	members, fields := make(map[string]attr.Value, len(ofTypes)), reflect.ValueOf(from)
	for i := range fields.NumField() {
		if value, ok := fields.Field(i).Interface().(attr.Value); ok {
			members[fields.Type().Field(i).Tag.Get("tfsdk")] = value
		}
	}
	object, d := types.ObjectValue(ofTypes, members)
	diags.Append(d...)
	return object
}

// nullValue returns the null value of a type, or the unknown one.
func nullValue(ctx context.Context, of attr.Type, unknown bool, diags *diag.Diagnostics) attr.Value {
	var what any
	if unknown {
		what = tftypes.UnknownValue
	}
	value, err := of.ValueFromTerraform(ctx, tftypes.NewValue(of.TerraformType(ctx), what))
	if err != nil {
		diags.AddError("Value of an unexpected type", "This is a bug in the provider: "+err.Error())
	}
	return value
}
