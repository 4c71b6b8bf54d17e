package provider

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// endTolerance is how far the API's end of the prepaid time may move without a
// change of the state: the end is computed from remaining minutes.
const endTolerance = 5 * time.Minute

// flatten writes what the API returns into the model. What it never returns
// (arguments, registry credentials, secret values) keeps its value, and so does
// what could not be read and what differs only in form: null, {} and [] are equal
// to an omitted attribute.
func (m *deploymentModel) flatten(ctx context.Context, d *deployment.Deployment, diags *diag.Diagnostics) {
	m.flattenSpec(ctx, d, diags)
	if m.DeploymentID.ValueString() == "" { // an ID never changes
		m.DeploymentID = types.StringValue(d.ID)
	}
	m.PaidHours = types.Int64Value(max(m.paidHours(), d.PaidHours))
	m.EndsAt = flattenEnd(d, m.paidHours(), m.EndsAt)
	m.flattenDetails(d)
	if d.ContainerConfig.SecretEnvKeys != nil {
		m.SecretEnvKeys = flattenKeys(d.ContainerConfig.SecretEnvKeys)
	}
	// The last ones stay after the end, where expressions refer to their URLs.
	if d.Containers != nil && (!d.Status.Ended() || m.Containers.IsNull() || m.Containers.IsUnknown()) {
		m.Containers, m.PublicURLs = flattenContainers(d.Containers), flattenURLs(d.Containers)
	}
}

// flattenDetails writes what the API returns of every deployment and no model keeps.
func (m *computedModel) flattenDetails(d *deployment.Deployment) {
	m.Status = types.StringValue(string(d.Status))
	m.CreatedAt = stringOrNull(d.CreatedAt.RFC3339())
	m.StartedAt = stringOrNull(d.StartedAt.RFC3339())
	m.FinishedAt = stringOrNull(d.FinishedAt.RFC3339())
	m.HardwareName = stringOrNull(d.HardwareName)
	m.BrandName = stringOrNull(d.BrandName)
	m.TotalGPUs = types.Int64Value(int64(d.TotalGPUs))
	m.AmountPaidUSDC = types.Float64Value(float64(d.AmountPaid))
}

// flattenSpec writes what a configuration could have set, so that a change made
// outside Terraform appears as drift.
func (m *deploymentModel) flattenSpec(ctx context.Context, d *deployment.Deployment, diags *diag.Diagnostics) {
	if m.DurationHours.IsNull() { // just imported
		m.DurationHours = types.Int64Value(max(d.PaidHours, 1))
		m.WaitForRunning, m.RecreateWhenEnded = types.BoolValue(true), types.BoolValue(false)
	}
	if d.Name != "" {
		m.ResourcePrivateName = types.StringValue(d.Name)
	}
	m.GPUsPerContainer = positiveOrPrior(d.GPUsPerContainer, m.GPUsPerContainer)
	m.HardwareID = positiveOrPrior(d.HardwareID, m.HardwareID)
	// It is not documented whether the API returns the locations that were chosen or
	// those that the containers run in, and a replacement must not depend on it.
	// Locations can't be changed in place, so fewer of them are no drift.
	if locations := flattenLocationIDs(d.Locations); !containsAll(m.LocationIDs, locations) {
		m.LocationIDs = locations
	}

	had, c, api := m.expand(ctx, nil, diags), m.expandContainer(ctx, diags), d.ContainerConfig
	c.ReplicaCount = positiveOrPrior(d.TotalContainers, c.ReplicaCount)
	c.TrafficPort = positiveOrPrior(api.TrafficPort, c.TrafficPort)
	if api.Entrypoint != nil && !slices.Equal(api.Entrypoint, had.Entrypoint) || c.Entrypoint.IsNull() {
		c.Entrypoint = flattenStrings(api.Entrypoint)
	}
	if env := plainStrings(api.EnvVariables); !maps.Equal(env, had.Env) || c.EnvVariables.IsNull() {
		c.EnvVariables = flattenStringMap(env)
	}
	c.SecretEnvVariables = flattenSecretEnv(c.SecretEnvVariables, api.SecretEnvKeys)
	m.ContainerConfig = flattenObject(ctx, containerConfigTypes, c, diags)

	r := m.expandRegistry(ctx, diags)
	if !deployment.SameImage(had.Image, api.ImageURL) {
		r.ImageURL = stringOrNull(api.ImageURL)
	}
	m.RegistryConfig = flattenObject(ctx, registryConfigTypes, r, diags)
}

// flattenEnd returns ends_at. The API returns remaining minutes, so the prior value
// is kept while it is close, and when the deployment has ended.
func flattenEnd(d *deployment.Deployment, paidHours int64, prior types.String) types.String {
	before, known := parseTime(prior)
	switch {
	case !d.EndsAt.IsZero():
		if known && before.Sub(d.EndsAt).Abs() <= endTolerance {
			return prior
		}
		return types.StringValue(d.EndsAt.Format(time.RFC3339))
	case d.StartedAt.IsZero():
		return types.StringNull()
	case known && (d.Status.Ended() || !d.Live()):
		return prior
	case !d.FinishedAt.IsZero():
		return types.StringValue(d.FinishedAt.RFC3339())
	default:
		return types.StringValue(d.StartedAt.Add(time.Duration(paidHours) * time.Hour).Format(time.RFC3339))
	}
}

// positiveOrPrior returns a number that the API returned, else the prior value.
func positiveOrPrior(n caas.Int, prior types.Int64) types.Int64 {
	if n > 0 {
		return types.Int64Value(int64(n))
	}
	return prior
}

// plainStrings returns a map of the API's strings as one of Go's.
func plainStrings(items map[string]caas.Text) map[string]string {
	out := make(map[string]string, len(items))
	for key, item := range items {
		out[key] = string(item)
	}
	return out
}

// flattenSecretEnv changes the names of the secret variables to those that the API
// returns, nil when they are not known. The value of a variable that was added
// outside Terraform is not known: any value makes the difference appear.
func flattenSecretEnv(prior types.Map, keys []string) types.Map {
	if prior.IsNull() || prior.IsUnknown() || keys == nil {
		return prior
	}
	had := expandStringMap(prior)
	if deployment.SameKeys(had, keys) {
		return prior
	}
	now := make(map[string]string, len(keys))
	for _, key := range keys {
		now[key] = had[key]
	}
	return flattenStringMap(now)
}

func flattenContainers(containers []caas.Container) types.List {
	rows := make([]attr.Value, len(containers))
	for i, c := range containers {
		rows[i] = types.ObjectValueMust(containerRowTypes, map[string]attr.Value{
			"container_id": types.StringValue(c.ContainerID),
			"device_id":    stringOrNull(c.DeviceID),
			"status":       stringOrNull(string(c.Status)),
			"public_url":   stringOrNull(c.PublicURL),
		})
	}
	return types.ListValueMust(types.ObjectType{AttrTypes: containerRowTypes}, rows)
}

// flattenURLs returns the public URLs that the containers have.
func flattenURLs(containers []caas.Container) types.List {
	var urls []string
	for _, c := range containers {
		if c.PublicURL != "" {
			urls = append(urls, c.PublicURL)
		}
	}
	return flattenStrings(urls)
}
