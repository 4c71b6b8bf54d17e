package deployment

import (
	"maps"
	"slices"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Change is what has to be done to a deployment in place.
type Change struct {
	Rename bool
	Extend bool
	// Renew: a renewal was due when the deployment was read last.
	Renew bool
	Patch caas.UpdateRequest
}

// Diff returns what makes a deployment that is as had become as want.
func Diff(had, want Spec) Change {
	c := Change{Rename: had.Name != want.Name, Extend: want.Hours > had.Hours}
	if !slices.Equal(had.Entrypoint, want.Entrypoint) {
		c.Patch.Entrypoint = caas.Set(append([]string{}, want.Entrypoint...))
	}
	if !slices.Equal(had.Args, want.Args) {
		c.Patch.Args = setOrClear(want.Args, len(want.Args) > 0) // the API rejects an empty list
	}
	if had.TrafficPort != want.TrafficPort {
		c.Patch.TrafficPort = caas.Set(want.TrafficPort)
	}
	if !maps.Equal(had.Env, want.Env) {
		env := map[string]string{}
		maps.Copy(env, want.Env)
		c.Patch.EnvVariables = caas.Set(env)
	}
	if !SameImage(had.Image, want.Image) {
		c.Patch.ImageURL = setOrClear(want.Image, want.Image != "")
	}
	if had.RegistryUsername != want.RegistryUsername {
		c.Patch.RegistryUsername = setOrClear(want.RegistryUsername, want.RegistryUsername != "")
	}
	if had.SecretEnv.changes(want.SecretEnv, maps.Equal(had.SecretEnv.Value, want.SecretEnv.Value)) || had.lacksSecretEnv(want) {
		c.Patch.SecretEnvVariables = setOrClear(want.SecretEnv.Value, want.SecretEnv.Set || want.SecretEnv.Emptied)
	}
	if had.RegistrySecret.changes(want.RegistrySecret, had.RegistrySecret.Value == want.RegistrySecret.Value) {
		c.Patch.RegistrySecret = setOrClear(want.RegistrySecret.Value, want.RegistrySecret.Set)
	}
	return c
}

// changes reports whether the secret must be sent. A write-only value is not in
// the state, so its version stands for it. A version without a value sends
// nothing: a module may pass no secret, and under ignore_changes Terraform hides
// the value.
func (had Secret[T]) changes(want Secret[T], equal bool) bool {
	switch {
	case want.Version != nil && had.Version != nil:
		return (want.Set || want.Emptied) && *want.Version != *had.Version
	case want.Version != nil:
		return want.Set || had.Set
	case had.Version != nil:
		return true
	default:
		return !equal // null and empty are equal
	}
}

// lacksSecretEnv reports whether secret variables were added or removed outside
// Terraform: write-only values are in no state, so their names are compared with
// those that the API returned.
func (had Spec) lacksSecretEnv(want Spec) bool {
	return want.SecretEnv.Version != nil && want.SecretEnv.Set && had.SecretEnvKeys != nil &&
		!SameKeys(want.SecretEnv.Value, had.SecretEnvKeys)
}

func setOrClear[T any](value T, set bool) caas.Change[T] {
	if set {
		return caas.Set(value)
	}
	return caas.Clear[T]()
}

// Patches reports whether the container definition changes.
func (c Change) Patches() bool {
	p := c.Patch
	return !(p.Entrypoint.IsZero() && p.Args.IsZero() && p.TrafficPort.IsZero() && p.EnvVariables.IsZero() &&
		p.SecretEnvVariables.IsZero() && p.ImageURL.IsZero() && p.RegistryUsername.IsZero() && p.RegistrySecret.IsZero())
}

// Empty reports whether nothing has to be sent.
func (c Change) Empty() bool { return !c.Rename && !c.Extend && !c.Renew && !c.Patches() }

// unapplied returns the attributes of the patch that the API does not show yet.
// What the API never returns is taken on its word.
func (c Change) unapplied(want Spec, api caas.DeployedContainer) []string {
	var attributes []string
	add := func(name string, applied bool) {
		if !applied {
			attributes = append(attributes, name)
		}
	}
	p := c.Patch
	add("entrypoint", p.Entrypoint.IsZero() || api.Entrypoint == nil || slices.Equal(api.Entrypoint, want.Entrypoint))
	add("traffic_port", p.TrafficPort.IsZero() || api.TrafficPort == 0 || int64(api.TrafficPort) == want.TrafficPort)
	add("env_variables", p.EnvVariables.IsZero() || maps.EqualFunc(api.EnvVariables, want.Env, func(a caas.Text, b string) bool { return string(a) == b }))
	add("image_url", p.ImageURL.IsZero() || SameImage(api.ImageURL, want.Image))
	attribute := "secret_env_variables"
	if want.SecretEnv.Version != nil {
		attribute = "secret_env_variables_wo"
	}
	add(attribute, p.SecretEnvVariables.IsZero() || api.SecretEnvKeys == nil || SameKeys(want.SecretEnv.Value, api.SecretEnvKeys))
	return attributes
}

// SameKeys reports whether secret variables have the names that the API returned.
func SameKeys(values map[string]string, keys []string) bool {
	return slices.Equal(slices.Sorted(maps.Keys(values)), slices.Compact(slices.Sorted(slices.Values(keys))))
}
