package deployment

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// change is what has to be done to a deployment in place.
type change struct {
	rename  bool
	extend  bool
	request caas.UpdateRequest
}

// to finds what has to change for a deployment that is as d to become as wanted.
// keys are the names of the secret variables that the API told last; nil where
// it has not yet.
func (d definition) to(wanted definition, keys []string) change {
	c := change{rename: d.name != wanted.name, extend: wanted.hours > d.hours}
	if !slices.Equal(d.entrypoint, wanted.entrypoint) {
		c.request.Entrypoint = caas.Set(append([]string{}, wanted.entrypoint...))
	}
	if !slices.Equal(d.args, wanted.args) {
		c.request.Args = setOrClear(wanted.args, wanted.args != nil)
	}
	if d.port != wanted.port {
		c.request.TrafficPort = caas.Set(wanted.port)
	}
	if !maps.Equal(d.env, wanted.env) {
		env := map[string]string{}
		maps.Copy(env, wanted.env)
		c.request.EnvVariables = caas.Set(env)
	}
	if d.image != wanted.image {
		c.request.ImageURL = setOrClear(wanted.image, wanted.image != "")
	}
	if d.username != wanted.username {
		c.request.RegistryUsername = setOrClear(wanted.username, wanted.username != "")
	}
	if d.variables.differ(wanted.variables, maps.Equal(d.variables.value, wanted.variables.value)) ||
		wanted.variables.version != nil && keys != nil && !sameNames(wanted.variables.value, keys) {
		c.request.SecretEnvVariables = setOrClear(wanted.variables.value, wanted.variables.given)
	}
	if d.registry.differ(wanted.registry, d.registry.value == wanted.registry.value) {
		c.request.RegistrySecret = setOrClear(wanted.registry.value, wanted.registry.given)
	}
	return c
}

// differ tells whether a secret has to be sent. A write-only value is not in the
// state, so its version speaks for it.
func (s secret[T]) differ(wanted secret[T], equal bool) bool {
	switch {
	case wanted.version != nil:
		return s.version == nil || *s.version != *wanted.version
	case s.version != nil:
		return true // from the write-only value to the other kind, or to none
	default:
		return s.given != wanted.given || !equal
	}
}

func setOrClear[T any](value T, given bool) caas.Change[T] {
	if given {
		return caas.Set(value)
	}
	return caas.Clear[T]()
}

// patches tells that the container definition changes.
func (c change) patches() bool {
	r := c.request
	return !(r.Entrypoint.IsZero() && r.Args.IsZero() && r.TrafficPort.IsZero() && r.EnvVariables.IsZero() &&
		r.SecretEnvVariables.IsZero() && r.ImageURL.IsZero() && r.RegistryUsername.IsZero() && r.RegistrySecret.IsZero())
}

// none tells that nothing goes to the API.
func (c change) none() bool { return !c.rename && !c.extend && !c.patches() }

// ignored are the attributes whose change did not take, as far as the API tells
// them: what it never tells is taken on its word.
func (c change) ignored(wanted definition, api caas.DeployedContainer) []path.Path {
	var at []path.Path
	r := c.request
	if !r.Entrypoint.IsZero() && !slices.EqualFunc(api.Entrypoint, wanted.entrypoint, sameText) {
		at = append(at, attributePaths["entrypoint"])
	}
	if !r.TrafficPort.IsZero() && int64(api.TrafficPort) != wanted.port {
		at = append(at, attributePaths["traffic_port"])
	}
	if !r.EnvVariables.IsZero() && !maps.EqualFunc(api.EnvVariables, wanted.env, sameText) {
		at = append(at, attributePaths["env_variables"])
	}
	if !r.ImageURL.IsZero() && string(api.ImageURL) != wanted.image {
		at = append(at, attributePaths["image_url"])
	}
	if !r.SecretEnvVariables.IsZero() && !sameNames(wanted.variables.value, plain(api.SecretEnvKeys)) {
		if wanted.variables.version != nil {
			at = append(at, containerConfigPath.AtName("secret_env_variables_wo"))
		} else {
			at = append(at, attributePaths["secret_env_variables"])
		}
	}
	return at
}

func sameText(a caas.Text, b string) bool { return string(a) == b }

func sameNames(values map[string]string, names []string) bool {
	return slices.Equal(slices.Sorted(maps.Keys(values)), slices.Compact(slices.Sorted(slices.Values(names))))
}

func plain(texts []caas.Text) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = string(text)
	}
	return out
}

// secretKeys are the names of the secret variables that the API told last; nil
// where the state does not hold them.
func (m *model) secretKeys(ctx context.Context) []string {
	if m.SecretEnvKeys.IsNull() || m.SecretEnvKeys.IsUnknown() {
		return nil
	}
	keys := []string{}
	if m.SecretEnvKeys.ElementsAs(ctx, &keys, false).HasError() {
		return nil
	}
	return keys
}
