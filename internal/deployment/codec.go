package deployment

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The models go from and to Terraform's values attribute by attribute. The
// framework's own Get, Set and As do the same by reflection, and compile a
// regular expression for each field each time, which took a seventh of the
// provider's processor time of a large plan.

// attribute is one attribute of a model.
type attribute struct {
	name string
	get  func() attr.Value
	// set tells whether the value was of the attribute's type.
	set func(attr.Value) bool
}

func field[T attr.Value](name string, at *T) attribute {
	return attribute{
		name: name,
		get:  func() attr.Value { return *at },
		set: func(v attr.Value) bool {
			value, ok := v.(T)
			if ok {
				*at = value
			}
			return ok
		},
	}
}

func (m *model) attributes() []attribute {
	return []attribute{
		field("resource_private_name", &m.ResourcePrivateName),
		field("duration_hours", &m.DurationHours),
		field("gpus_per_container", &m.GPUsPerContainer),
		field("hardware_id", &m.HardwareID),
		field("location_ids", &m.LocationIDs),
		field("container_config", &m.ContainerConfig),
		field("registry_config", &m.RegistryConfig),
		field("max_cost_usdc", &m.MaxCostUSDC),
		field("wait_for_running", &m.WaitForRunning),
		field("recreate_when_ended", &m.RecreateWhenEnded),
		field("timeouts", &m.Timeouts),
		field("deployment_id", &m.DeploymentID),
		field("status", &m.Status),
		field("created_at", &m.CreatedAt),
		field("started_at", &m.StartedAt),
		field("ends_at", &m.EndsAt),
		field("finished_at", &m.FinishedAt),
		field("hardware_name", &m.HardwareName),
		field("brand_name", &m.BrandName),
		field("total_gpus", &m.TotalGPUs),
		field("secret_env_keys", &m.SecretEnvKeys),
		field("amount_paid_usdc", &m.AmountPaidUSDC),
		field("containers", &m.Containers),
	}
}

func (c *containerModel) attributes() []attribute {
	return []attribute{
		field("replica_count", &c.ReplicaCount),
		field("entrypoint", &c.Entrypoint),
		field("args", &c.Args),
		field("traffic_port", &c.TrafficPort),
		field("env_variables", &c.EnvVariables),
		field("secret_env_variables", &c.SecretEnvVariables),
		field("secret_env_variables_wo", &c.SecretEnvVariablesWO),
		field("secret_env_variables_wo_version", &c.SecretEnvVariablesWOVersion),
	}
}

func (r *registryModel) attributes() []attribute {
	return []attribute{
		field("image_url", &r.ImageURL),
		field("registry_username", &r.RegistryUsername),
		field("registry_secret", &r.RegistrySecret),
		field("registry_secret_wo", &r.RegistrySecretWO),
		field("registry_secret_wo_version", &r.RegistrySecretWOVersion),
	}
}

// modelTypes are the types of the resource's attributes, by name, and of the
// resource as Terraform has it. They are the schema's, so that the two can't
// disagree.
var modelTypes = sync.OnceValues(func() (map[string]attr.Type, tftypes.Object) {
	ctx := context.Background()
	var resp resource.SchemaResponse
	(&Resource{}).Schema(ctx, resource.SchemaRequest{}, &resp)
	byName := make(map[string]attr.Type, len(resp.Schema.Attributes))
	object := tftypes.Object{AttributeTypes: make(map[string]tftypes.Type, len(resp.Schema.Attributes))}
	for name, a := range resp.Schema.Attributes {
		byName[name] = a.GetType()
		object.AttributeTypes[name] = byName[name].TerraformType(ctx)
	}
	return byName, object
})

// get reads a configuration, plan or state, which must not be null.
func (m *model) get(ctx context.Context, raw tftypes.Value) (diags diag.Diagnostics) {
	var members map[string]tftypes.Value
	if err := raw.As(&members); err != nil {
		diags.Append(badValue(path.Empty(), err))
		return diags
	}
	byName, _ := modelTypes()
	for _, a := range m.attributes() {
		value, err := byName[a.name].ValueFromTerraform(ctx, members[a.name])
		if err == nil && !a.set(value) {
			err = fmt.Errorf("it is a %T", value)
		}
		if err != nil {
			diags.Append(badValue(path.Root(a.name), err))
		}
	}
	return diags
}

// put writes the model into a plan or a state.
func (m *model) put(ctx context.Context, raw *tftypes.Value) (diags diag.Diagnostics) {
	_, object := modelTypes()
	members := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for _, a := range m.attributes() {
		value, err := a.get().ToTerraformValue(ctx)
		if err != nil {
			diags.Append(badValue(path.Root(a.name), err))
		}
		members[a.name] = value
	}
	if diags.HasError() {
		return diags
	}
	if err := tftypes.ValidateValue(object, members); err != nil {
		diags.Append(badValue(path.Empty(), err))
		return diags
	}
	*raw = tftypes.NewValue(object, members)
	return diags
}

// open reads an object into the attributes; where it is null or unknown as a
// whole, so is each of them.
func open(ctx context.Context, object types.Object, ofTypes map[string]attr.Type, into []attribute, diags *diag.Diagnostics) {
	members := object.Attributes()
	for _, a := range into {
		value := members[a.name]
		if object.IsNull() || object.IsUnknown() {
			value = hollow(ctx, ofTypes[a.name], object.IsUnknown())
		}
		if !a.set(value) {
			diags.Append(badValue(path.Empty().AtName(a.name), fmt.Errorf("it is a %T", value)))
		}
	}
}

// hollow is the null, or the unknown, of a type.
func hollow(ctx context.Context, of attr.Type, unknown bool) attr.Value {
	var what any
	if unknown {
		what = tftypes.UnknownValue
	}
	value, err := of.ValueFromTerraform(ctx, tftypes.NewValue(of.TerraformType(ctx), what))
	if err != nil {
		return nil // refused as a value of another type
	}
	return value
}

// shut is the object of the attributes.
func shut(ofTypes map[string]attr.Type, from []attribute, diags *diag.Diagnostics) types.Object {
	members := make(map[string]attr.Value, len(from))
	for _, a := range from {
		members[a.name] = a.get()
	}
	object, d := types.ObjectValue(ofTypes, members)
	diags.Append(d...)
	return object
}

// badValue is a value that the schema does not let through.
func badValue(at path.Path, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Value of an unexpected type", fmt.Sprintf("This is a bug of the provider: %v", err))
}
