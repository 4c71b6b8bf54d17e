package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// deploymentModel is ioneth_caas_deployment as Terraform holds it. Its struct
// tags are the one list of the attributes. container_config and registry_config
// may be unknown as a whole at plan, so they stay framework values here.
type deploymentModel struct {
	ResourcePrivateName types.String   `tfsdk:"resource_private_name"`
	NamePrefix          types.String   `tfsdk:"resource_private_name_prefix"`
	DurationHours       types.Int64    `tfsdk:"duration_hours"`
	GPUsPerContainer    types.Int64    `tfsdk:"gpus_per_container"`
	HardwareID          types.Int64    `tfsdk:"hardware_id"`
	LocationIDs         types.Set      `tfsdk:"location_ids"`
	ContainerConfig     types.Object   `tfsdk:"container_config"`
	RegistryConfig      types.Object   `tfsdk:"registry_config"`
	MaxCostUSDC         types.Float64  `tfsdk:"max_cost_usdc"`
	Renewal             types.Object   `tfsdk:"renewal"`
	WaitForRunning      types.Bool     `tfsdk:"wait_for_running"`
	RecreateWhenEnded   types.Bool     `tfsdk:"recreate_when_ended"`
	Timeouts            timeouts.Value `tfsdk:"timeouts"`

	computedModel
}

// computedModel is what only the API sets of a deployment, in the resource and in the
// data source.
type computedModel struct {
	DeploymentID   types.String  `tfsdk:"deployment_id"`
	Status         types.String  `tfsdk:"status"`
	PaidHours      types.Int64   `tfsdk:"paid_hours"`
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
	PublicURLs     types.List    `tfsdk:"public_urls"`
}

// configModel reads what only a configuration says: the write-only values of the
// objects, and whether the name is configured. The plan has everything else, and
// reading all of it costs a third of a millisecond for each deployment.
func configModel(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) *deploymentModel {
	var m deploymentModel
	diags.Append(config.GetAttribute(ctx, namePath, &m.ResourcePrivateName)...)
	diags.Append(config.GetAttribute(ctx, containerConfigPath, &m.ContainerConfig)...)
	diags.Append(config.GetAttribute(ctx, registryConfigPath, &m.RegistryConfig)...)
	return &m
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

// renewalModel is the attribute renewal.
type renewalModel struct {
	EarlyRenewalHours types.Int64 `tfsdk:"early_renewal_hours"`
	Hours             types.Int64 `tfsdk:"hours"`
	MaxTotalHours     types.Int64 `tfsdk:"max_total_hours"`
}

// registryModel is the attribute registry_config.
type registryModel struct {
	ImageURL                types.String `tfsdk:"image_url"`
	RegistryUsername        types.String `tfsdk:"registry_username"`
	RegistrySecret          types.String `tfsdk:"registry_secret"`
	RegistrySecretWO        types.String `tfsdk:"registry_secret_wo"`
	RegistrySecretWOVersion types.Int64  `tfsdk:"registry_secret_wo_version"`
}

// The types of the objects are those of the schema, so that the two cannot differ.
var (
	containerConfigTypes = attributeTypes(containerConfigAttribute().GetType())
	registryConfigTypes  = attributeTypes(registryConfigAttribute().GetType())
	renewalTypes         = attributeTypes(renewalAttribute().GetType())
	containerRowTypes    = attributeTypes(schema.NestedAttributeObject{Attributes: containerAttributes()}.Type())
)

// expandContainer returns the members of container_config. When the object is
// unknown as a whole they are unknown too.
func (m *deploymentModel) expandContainer(ctx context.Context, diags *diag.Diagnostics) containerModel {
	return expandObject[containerModel](ctx, m.ContainerConfig, containerConfigTypes, diags)
}

// expandRegistry returns the members of registry_config, as expandContainer does.
func (m *deploymentModel) expandRegistry(ctx context.Context, diags *diag.Diagnostics) registryModel {
	return expandObject[registryModel](ctx, m.RegistryConfig, registryConfigTypes, diags)
}

// expand returns a configuration, plan or state in plain Go. What is unknown counts
// as omitted; an apply knows everything. Write-only values are in the configuration
// only, and count when the plan has their version: under ignore_changes it has the
// version of the state. config is nil for a state.
func (m *deploymentModel) expand(ctx context.Context, config *deploymentModel, diags *diag.Diagnostics) deployment.Spec {
	return m.expandWith(ctx, m.expandContainer(ctx, diags), m.expandRegistry(ctx, diags), config, diags)
}

// expandWith is expand for a caller that has the members of the objects already:
// a plan needs them for more, and decoding them takes most of its time.
func (m *deploymentModel) expandWith(
	ctx context.Context, c containerModel, r registryModel, config *deploymentModel, diags *diag.Diagnostics,
) deployment.Spec {
	spec := deployment.Spec{
		Name: m.ResourcePrivateName.ValueString(), Hours: m.DurationHours.ValueInt64(),
		GPUsPerContainer: m.GPUsPerContainer.ValueInt64(), HardwareID: m.HardwareID.ValueInt64(),
		Replicas: c.ReplicaCount.ValueInt64(), LocationIDs: expandInt64s(m.LocationIDs),
		Entrypoint: expandStrings(c.Entrypoint), Args: expandStrings(c.Args), TrafficPort: c.TrafficPort.ValueInt64(),
		Env: expandStringMap(c.EnvVariables), Image: r.ImageURL.ValueString(), RegistryUsername: r.RegistryUsername.ValueString(),
		MaxCost: m.MaxCostUSDC.ValueFloat64Pointer(), SecretEnvKeys: expandStrings(m.SecretEnvKeys),
		SecretEnv: deployment.Secret[map[string]string]{
			Value: expandStringMap(c.SecretEnvVariables), Set: !c.SecretEnvVariables.IsNull(),
			Version: c.SecretEnvVariablesWOVersion.ValueInt64Pointer(),
		},
		RegistrySecret: deployment.Secret[string]{
			Value: r.RegistrySecret.ValueString(), Set: r.RegistrySecret.ValueString() != "",
			Version: r.RegistrySecretWOVersion.ValueInt64Pointer(),
		},
	}
	if !m.Renewal.IsNull() && isFullyKnown(ctx, m.Renewal) {
		renewal := expandObject[renewalModel](ctx, m.Renewal, renewalTypes, diags)
		spec.Renewal = &deployment.Renewal{
			EarlyHours: renewal.EarlyRenewalHours.ValueInt64(), Hours: renewal.Hours.ValueInt64(), MaxTotal: renewal.MaxTotalHours.ValueInt64Pointer(),
		}
	}
	if config != nil && (spec.SecretEnv.Version != nil || spec.RegistrySecret.Version != nil) {
		config.addWriteOnly(ctx, &spec, diags)
	}
	return spec
}

// addWriteOnly adds the write-only values of a configuration to the spec of its
// plan. A null one is not sent: under ignore_changes Terraform hides the value. An
// empty one removes the secret, when the version changes.
func (m *deploymentModel) addWriteOnly(ctx context.Context, spec *deployment.Spec, diags *diag.Diagnostics) {
	secrets, secret := m.expandContainer(ctx, diags).SecretEnvVariablesWO, m.expandRegistry(ctx, diags).RegistrySecretWO
	if values := expandStringMap(secrets); spec.SecretEnv.Version != nil && values != nil {
		spec.SecretEnv.Value, spec.SecretEnv.Set, spec.SecretEnv.Emptied = values, len(values) > 0, len(values) == 0
	}
	if value := secret.ValueString(); spec.RegistrySecret.Version != nil && !secret.IsNull() && !secret.IsUnknown() {
		spec.RegistrySecret.Value, spec.RegistrySecret.Set, spec.RegistrySecret.Emptied = value, value != "", value == ""
	}
}

// before returns what the state knows of a deployment before it is changed.
func (m *deploymentModel) before() deployment.Before {
	before := deployment.Before{Status: m.status(), PaidHours: m.paidHours()}
	before.StartedAt, _ = parseTime(m.StartedAt)
	for _, row := range m.Containers.Elements() {
		if object, ok := row.(types.Object); ok {
			before.ContainerIDs = append(before.ContainerIDs, stringOf(object.Attributes()["container_id"]))
		}
	}
	slices.Sort(before.ContainerIDs)
	return before
}

func (m *deploymentModel) status() caas.Status { return caas.Status(m.Status.ValueString()) }

// paidHours returns the total of prepaid hours that the state knows of.
func (m *deploymentModel) paidHours() int64 {
	return max(m.PaidHours.ValueInt64(), m.DurationHours.ValueInt64())
}

// withApplied returns the state after an update that failed: the steps that went
// through are as planned.
func (m deploymentModel) withApplied(planned *deploymentModel, applied deployment.Applied) deploymentModel {
	if applied.Renamed {
		m.ResourcePrivateName = planned.ResourcePrivateName
	}
	if applied.Patched {
		m.ContainerConfig, m.RegistryConfig = planned.ContainerConfig, planned.RegistryConfig
	}
	if applied.PaidHours > 0 {
		m.DurationHours = planned.DurationHours
	}
	return m
}

// paidHoursAfter returns paid_hours after an update of a deployment of this state.
func (m *deploymentModel) paidHoursAfter(applied deployment.Applied) types.Int64 {
	return types.Int64Value(max(m.paidHours(), applied.PaidHours))
}
