package caas

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// Change is one member of a PATCH: left out (the zero Change), set, or cleared.
type Change[T any] struct {
	given bool
	value *T
}

// Set changes a member to v.
func Set[T any](v T) Change[T] { return Change[T]{given: true, value: &v} }

// Clear removes a member, by null (our reading).
func Clear[T any]() Change[T] { return Change[T]{given: true} }

// IsZero returns whether the member is left out, for the omitzero option.
func (c Change[T]) IsZero() bool { return !c.given }

// MarshalJSON implements json.Marshaler.
func (c Change[T]) MarshalJSON() ([]byte, error) { return json.Marshal(c.value) }

// UpdateRequest is the flat body of PATCH …/deployment/{id} (reference; the
// members are seen). A member that is left out keeps its value (our reading).
type UpdateRequest struct {
	Entrypoint         Change[[]string]          `json:"entrypoint,omitzero"`
	Args               Change[[]string]          `json:"args,omitzero"`
	TrafficPort        Change[int64]             `json:"traffic_port,omitzero"`
	EnvVariables       Change[map[string]string] `json:"env_variables,omitzero"`
	SecretEnvVariables Change[map[string]string] `json:"secret_env_variables,omitzero"`
	ImageURL           Change[string]            `json:"image_url,omitzero"`
	RegistryUsername   Change[string]            `json:"registry_username,omitzero"`
	RegistrySecret     Change[string]            `json:"registry_secret,omitzero"`
}

// Update changes the container definition of a deployment, which costs nothing
// (reference). The response only repeats the ID: read back whether the change was
// applied.
func (c *Client) Update(ctx context.Context, id string, u UpdateRequest) error {
	_, err := c.send(ctx, request{method: http.MethodPatch, path: deploymentPath(id), body: u})
	return err
}

// Rename gives a deployment another name (seen).
func (c *Client) Rename(ctx context.Context, id, name string) error {
	_, err := c.send(ctx, request{
		method: http.MethodPut, path: base + "/clusters/" + url.PathEscape(id) + "/update-name",
		body: struct {
			ClusterName string `json:"cluster_name"`
		}{name},
	})
	return err
}

// Destroy requests the end of a deployment, which comes later. Unused prepaid
// time is refunded, except for the first hour (reference).
func (c *Client) Destroy(ctx context.Context, id string) error {
	_, err := c.send(ctx, request{method: http.MethodDelete, path: deploymentPath(id)})
	return err
}
