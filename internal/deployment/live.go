package deployment

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// live is a deployment as the API tells it.
type live struct {
	*caas.Deployment
	containers []caas.Container
	name       string // "" where it was not asked or not told
}

// endsAt is when the time paid for is up; zero until the deployment runs. Time is
// sold in hours, so the minutes that the API counts are rounded to them, and the
// moment does not move while the deployment runs. Where the API counts none,
// hours is what was paid for.
func (l live) endsAt(hours int64) caas.Time {
	if l.StartedAt.IsZero() {
		return caas.Time{}
	}
	return caas.Time{Time: l.StartedAt.Add(time.Duration(cmp.Or(l.paidHours(), hours)) * time.Hour)}
}

// paidHours are the hours paid for, 0 where the API does not tell.
func (l live) paidHours() int64 { return int64(l.PaidTime().Round(time.Hour) / time.Hour) }

// read takes over what the API tells. What it never tells stays as it is: the
// arguments, the registry's credentials, secret values. Its null, {} and [] are
// no difference from an omitted attribute.
func (m *model) read(ctx context.Context, l live) diag.Diagnostics {
	var diags diag.Diagnostics
	m.readDefinition(ctx, l, &diags)

	if m.DeploymentID.ValueString() == "" { // an id never changes, whatever is told
		m.DeploymentID = types.StringValue(string(l.ID))
	}
	m.Status = types.StringValue(string(l.Status))
	m.CreatedAt = textOrNull(l.CreatedAt.RFC3339())
	m.StartedAt = textOrNull(l.StartedAt.RFC3339())
	m.EndsAt = textOrNull(l.endsAt(m.DurationHours.ValueInt64()).RFC3339())
	m.FinishedAt = textOrNull(l.FinishedAt.RFC3339())
	m.HardwareName = textOrNull(string(l.HardwareName))
	m.BrandName = textOrNull(string(l.BrandName))
	m.TotalGPUs = types.Int64Value(int64(l.TotalGPUs))
	m.AmountPaidUSDC = types.Float64Value(float64(l.AmountPaid))

	m.SecretEnvKeys = setOf(types.StringType, l.ContainerConfig.SecretEnvKeys, func(key caas.Text) attr.Value { return types.StringValue(string(key)) })
	m.Containers = containerRows(l.containers)
	return diags
}

// readDefinition takes over what a configuration could have set, so that a
// change made elsewhere shows up as a difference.
func (m *model) readDefinition(ctx context.Context, l live, diags *diag.Diagnostics) {
	if l.name != "" {
		m.ResourcePrivateName = types.StringValue(l.name)
	}
	if m.DurationHours.IsNull() { // imported just now
		m.DurationHours = types.Int64Value(max(l.paidHours(), 1))
		m.WaitForRunning, m.RecreateWhenEnded = types.BoolValue(true), types.BoolValue(false)
	}
	m.GPUsPerContainer = told(int64(l.Deployment.GPUsPerContainer), m.GPUsPerContainer)
	m.HardwareID = told(int64(l.Deployment.HardwareID), m.HardwareID)
	if len(l.Locations) > 0 && !m.chosen(l.Locations) {
		m.LocationIDs = setOf(diagnose.WholeNumberType{}, l.Locations, func(at caas.Location) attr.Value { return types.Int64Value(int64(at.ID)) })
	}

	c, api := m.container(ctx, diags), l.ContainerConfig
	c.ReplicaCount = told(int64(l.TotalContainers), c.ReplicaCount)
	c.TrafficPort = told(int64(api.TrafficPort), c.TrafficPort)
	if api.Entrypoint != nil || c.Entrypoint.IsNull() {
		list, d := types.ListValueFrom(ctx, types.StringType, append([]caas.Text{}, api.Entrypoint...))
		diags.Append(d...)
		c.Entrypoint = list
	}
	env := make(map[string]attr.Value, len(api.EnvVariables))
	for name, value := range api.EnvVariables {
		env[name] = types.StringValue(string(value))
	}
	c.EnvVariables = types.MapValueMust(types.StringType, env)
	c.SecretEnvVariables = secretsByName(c.SecretEnvVariables, api.SecretEnvKeys)
	m.setContainer(c, diags)

	r := m.registry(ctx, diags)
	r.ImageURL = textOrNull(string(api.ImageURL))
	m.setRegistry(r, diags)
}

// chosen tells that the locations are all among those of the model: nobody says
// whether the API tells those that were asked for or those that the containers
// came to, and a replacement must not hang on it. Locations can't be changed in
// place, so fewer than asked for are no change made elsewhere (our reading).
func (m *model) chosen(locations []caas.Location) bool {
	for _, at := range locations {
		if !slices.ContainsFunc(m.LocationIDs.Elements(), types.Int64Value(int64(at.ID)).Equal) {
			return false
		}
	}
	return true
}

// told is a number that the API told, else what was known before.
func told(n int64, before types.Int64) types.Int64 {
	if n > 0 {
		return types.Int64Value(n)
	}
	return before
}

// setOf is the set of what the items are as values, each once.
func setOf[T any](element attr.Type, items []T, value func(T) attr.Value) types.Set {
	values := []attr.Value{}
	for _, item := range items {
		if v := value(item); !slices.ContainsFunc(values, v.Equal) {
			values = append(values, v)
		}
	}
	return types.SetValueMust(element, values)
}

func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

// secretsByName brings the secret variables to the names that the deployment
// has. The value of one that was added elsewhere is not known; any value makes
// the difference show.
func secretsByName(held types.Map, names []caas.Text) types.Map {
	if held.IsNull() || held.IsUnknown() {
		return held
	}
	before, now := held.Elements(), make(map[string]attr.Value, len(names))
	for _, name := range names {
		value, ok := before[string(name)]
		if !ok {
			value = types.StringValue("")
		}
		now[string(name)] = value
	}
	return types.MapValueMust(types.StringType, now)
}

// inOrder are the containers in an order that does not depend on the API's.
func inOrder(containers []caas.Container) []caas.Container {
	return slices.SortedFunc(slices.Values(containers), func(a, b caas.Container) int {
		return cmp.Compare(a.ContainerID, b.ContainerID)
	})
}

// containerRows are the containers as the resource shows them.
func containerRows(containers []caas.Container) types.List {
	sorted := inOrder(containers)
	rows := make([]attr.Value, len(sorted))
	for i, c := range sorted {
		rows[i] = types.ObjectValueMust(containerRowTypes, map[string]attr.Value{
			"container_id": types.StringValue(string(c.ContainerID)),
			"device_id":    textOrNull(string(c.DeviceID)),
			"status":       textOrNull(string(c.Status)),
			"public_url":   textOrNull(string(c.PublicURL)),
		})
	}
	return types.ListValueMust(types.ObjectType{AttrTypes: containerRowTypes}, rows)
}
