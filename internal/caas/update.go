package caas

import (
	"bytes"
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

// IsZero tells that the member is left out, for the omitzero option.
func (c Change[T]) IsZero() bool { return !c.given }

// MarshalJSON implements json.Marshaler.
func (c Change[T]) MarshalJSON() ([]byte, error) { return json.Marshal(c.value) }

// UpdateRequest is the flat body of PATCH …/deployment/{id} (reference; the
// members are seen). What is left out stays as it is (our reading).
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

// Update changes the container definition of a running deployment, which costs
// nothing (reference). The reply only repeats the id: whether the change took
// is to be read back. Sending it again is harmless.
func (c *Client) Update(ctx context.Context, id string, r UpdateRequest) error {
	path, err := deploymentPath(id)
	if err != nil {
		return badID(http.MethodPatch, err)
	}
	_, err = c.do(ctx, call{method: http.MethodPatch, path: path, body: r})
	return err
}

// Extend buys hours more (seen), at least 1. Like [Client.Deploy] it is sent
// again only when it surely did not land: after an error for which neither
// [IsRefused] nor ErrPaymentRequired holds, the hours may have been bought.
func (c *Client) Extend(ctx context.Context, id string, hours int64) error {
	path, err := deploymentPath(id, "extend")
	if err != nil {
		return badID(http.MethodPost, err)
	}
	extend := call{
		method: http.MethodPost, path: path, once: true,
		body: struct {
			DurationHours int64 `json:"duration_hours"`
		}{hours},
	}
	body, err := c.do(ctx, extend)
	if err != nil {
		return err
	}
	var reply struct {
		Status Status `json:"status"`
	}
	if len(bytes.TrimSpace(body)) > 0 && decode(body, &reply) == nil && reply.Status == statusPaymentRequired {
		return unreadable(extend, ErrPaymentRequired)
	}
	return nil
}

// Rename gives a deployment another name (seen). Sending it again is harmless.
func (c *Client) Rename(ctx context.Context, id, name string) error {
	if _, err := deploymentPath(id); err != nil {
		return badID(http.MethodPut, err)
	}
	_, err := c.do(ctx, call{
		method: http.MethodPut, path: base + "/clusters/" + url.PathEscape(id) + "/update-name",
		body: struct {
			ClusterName string `json:"cluster_name"`
		}{name},
	})
	return err
}
