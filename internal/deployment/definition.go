package deployment

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// definition is what a configuration asks of a deployment, in plain Go. "" is an
// omitted text, nil an omitted list or map.
type definition struct {
	name                     string
	hours                    int64
	gpus, hardware, replicas int64
	locations                []int64 // ascending
	entrypoint, args         []string
	port                     int64
	env                      map[string]string
	image, username          string
	variables                secret[map[string]string]
	registry                 secret[string]
	budget                   *float64 // USDC, nil for none
}

// secret is a secret value, and what tells whether it is managed here at all.
type secret[T any] struct {
	value T
	// given: the configuration has the sensitive attribute or its write-only
	// twin. In a state's definition: had.
	given bool
	// version is the write-only twin's, nil where that is not in use.
	version *int64
}

// definition reads a model. What is not known yet is as if it were not there;
// apply knows everything. Write-only values are in the
// configuration alone; config is nil for the definition of a state.
func (m *model) definition(ctx context.Context, config *model) (definition, diag.Diagnostics) {
	var diags diag.Diagnostics
	c, r := m.container(ctx, &diags), m.registry(ctx, &diags)
	d := definition{
		name: m.ResourcePrivateName.ValueString(), hours: m.DurationHours.ValueInt64(),
		gpus: m.GPUsPerContainer.ValueInt64(), hardware: m.HardwareID.ValueInt64(),
		replicas: c.ReplicaCount.ValueInt64(), port: c.TrafficPort.ValueInt64(),
		image: r.ImageURL.ValueString(), username: r.RegistryUsername.ValueString(),
		budget: m.MaxCostUSDC.ValueFloat64Pointer(),
		variables: secret[map[string]string]{
			value: variables(c.SecretEnvVariables),
			given: !c.SecretEnvVariables.IsNull(), version: c.SecretEnvVariablesWOVersion.ValueInt64Pointer(),
		},
		registry: secret[string]{
			value: r.RegistrySecret.ValueString(),
			given: !r.RegistrySecret.IsNull(), version: r.RegistrySecretWOVersion.ValueInt64Pointer(),
		},
	}
	for _, id := range m.LocationIDs.Elements() {
		if n, ok := id.(types.Int64); ok {
			d.locations = append(d.locations, n.ValueInt64())
		}
	}
	slices.Sort(d.locations)
	d.entrypoint = texts(c.Entrypoint)
	d.args = texts(c.Args)
	d.env = variables(c.EnvVariables)
	if config != nil {
		d.addWriteOnly(ctx, config, &diags)
	}
	return d, diags
}

// addWriteOnly takes over the values that only the configuration holds, for an
// apply: there a version without its value is an error.
func (d *definition) addWriteOnly(ctx context.Context, config *model, diags *diag.Diagnostics) {
	d.readWriteOnly(ctx, config, diags)
	for at, missing := range map[string]bool{
		"container_config.secret_env_variables_wo": d.variables.version != nil && !d.variables.given,
		"registry_config.registry_secret_wo":       d.registry.version != nil && !d.registry.given,
	} {
		if missing {
			diags.AddError("Secret has a version but no value", fmt.Sprintf(
				"%s_version is set and %s is null, so there is nothing to send. Nothing was changed. Give the value, or remove the version too.", at, at))
		}
	}
}

// readWriteOnly takes over the values that only the configuration holds, as far
// as they are known.
func (d *definition) readWriteOnly(ctx context.Context, config *model, diags *diag.Diagnostics) {
	if wo := config.container(ctx, diags).SecretEnvVariablesWO; !wo.IsNull() {
		d.variables.value, d.variables.given = variables(wo), true
	}
	if wo := config.registry(ctx, diags).RegistrySecretWO; !wo.IsNull() {
		d.registry.value, d.registry.given = wo.ValueString(), true
	}
}

// texts are the items of a list; one that is not known yet is "".
func texts(list types.List) []string {
	if list.IsNull() || list.IsUnknown() {
		return nil
	}
	out := make([]string, 0, len(list.Elements()))
	for _, item := range list.Elements() {
		out = append(out, textOf(item))
	}
	return out
}

// variables are those of a map; a value that is not known yet is "".
func variables(m types.Map) map[string]string {
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	out := make(map[string]string, len(m.Elements()))
	for name, value := range m.Elements() {
		out[name] = textOf(value)
	}
	return out
}

func textOf(value attr.Value) string {
	text, ok := value.(types.String)
	if !ok {
		return ""
	}
	return text.ValueString()
}

// deployRequest is the body of the purchase.
func (d definition) deployRequest() caas.DeployRequest {
	entrypoint := d.entrypoint
	if entrypoint == nil {
		entrypoint = []string{} // required: a list, not null
	}
	return caas.DeployRequest{
		ResourcePrivateName: d.name, DurationHours: d.hours, GPUsPerContainer: d.gpus,
		HardwareID: d.hardware, LocationIDs: d.locations,
		ContainerConfig: caas.ContainerConfig{
			ReplicaCount: d.replicas, Entrypoint: entrypoint, TrafficPort: d.port,
			EnvVariables: d.env, SecretEnvVariables: d.variables.value, Args: d.args,
		},
		RegistryConfig: caas.RegistryConfig{ImageURL: d.image, RegistryUsername: d.username, RegistrySecret: d.registry.value},
	}
}

// secrets are the values that may not be told.
func (d definition) secrets() []string {
	return append(slices.Collect(maps.Values(d.variables.value)), d.registry.value)
}
