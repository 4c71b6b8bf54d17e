package deployment

import (
	"maps"
	"slices"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Spec is what a configuration asks of a deployment, or what a state says of
// one. "" is an omitted string, nil an omitted list or map.
type Spec struct {
	Name             string
	Hours            int64 // total, paid in advance
	GPUsPerContainer int64
	HardwareID       int64
	Replicas         int64
	LocationIDs      []int64 // ascending
	Entrypoint, Args []string
	TrafficPort      int64
	Env              map[string]string
	Image            string
	RegistryUsername string
	SecretEnv        Secret[map[string]string]
	RegistrySecret   Secret[string]
	// SecretEnvKeys are the names of the secret variables that the API returned
	// last; nil when they are not known. Only the spec of a state has them.
	SecretEnvKeys []string
	// MaxCost is the most that one apply may spend on the deployment, in USDC; nil
	// for no limit.
	MaxCost *float64
	// Renewal extends the deployment before it ends; nil for none.
	Renewal *Renewal
}

// Secret is a secret value of the configuration or the state.
type Secret[T any] struct {
	Value T
	// Set reports whether there is a value.
	Set bool
	// Emptied reports whether a write-only value is given and empty, which removes
	// the secret when the version changes.
	Emptied bool
	// Version is the version of a write-only value; nil when the value is stored in
	// the state, or there is none.
	Version *int64
}

// secretValues returns what must not appear in a message.
func (s Spec) secretValues() []string {
	return append(slices.Collect(maps.Values(s.SecretEnv.Value)), s.RegistrySecret.Value)
}

// deployRequest returns the body of the deploy call.
func (s Spec) deployRequest() caas.DeployRequest {
	return caas.DeployRequest{
		ResourcePrivateName: s.Name, DurationHours: s.Hours, GPUsPerContainer: s.GPUsPerContainer,
		HardwareID: s.HardwareID, LocationIDs: s.LocationIDs,
		ContainerConfig: caas.ContainerConfig{
			ReplicaCount: s.Replicas, Entrypoint: s.Entrypoint, TrafficPort: s.TrafficPort,
			EnvVariables: s.Env, SecretEnvVariables: s.SecretEnv.Value, Args: s.Args,
		},
		RegistryConfig: caas.RegistryConfig{ImageURL: s.Image, RegistryUsername: s.RegistryUsername, RegistrySecret: s.RegistrySecret.Value},
	}
}
