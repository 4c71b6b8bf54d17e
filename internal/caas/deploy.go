package caas

import (
	"context"
	"fmt"
	"net/http"
)

// DeployRequest is the body of POST …/deploy (seed; the nesting is seen).
type DeployRequest struct {
	ResourcePrivateName string          `json:"resource_private_name"`
	DurationHours       int64           `json:"duration_hours"` // paid in advance
	GPUsPerContainer    int64           `json:"gpus_per_container"`
	HardwareID          int64           `json:"hardware_id"`
	LocationIDs         []int64         `json:"location_ids"`
	ContainerConfig     ContainerConfig `json:"container_config"`
	RegistryConfig      RegistryConfig  `json:"registry_config"`
}

// ContainerConfig is the container definition (seed). A nil or empty Args and
// empty maps are left out: the API rejects an empty Args.
type ContainerConfig struct {
	ReplicaCount       int64             `json:"replica_count"`
	Entrypoint         []string          `json:"entrypoint"`
	TrafficPort        int64             `json:"traffic_port"`
	EnvVariables       map[string]string `json:"env_variables,omitempty"`
	SecretEnvVariables map[string]string `json:"secret_env_variables,omitempty"`
	Args               []string          `json:"args,omitempty"`
}

// RegistryConfig is the image and the credential of its registry (seed). Empty
// members are left out.
type RegistryConfig struct {
	ImageURL         string `json:"image_url,omitempty"`
	RegistryUsername string `json:"registry_username,omitempty"`
	RegistrySecret   string `json:"registry_secret,omitempty"`
}

// Deploy buys and starts a deployment, and returns its ID.
//
// It is sent again only after a 429 and after a failure to connect, which
// certainly had no effect. After an error for which [IsRejected] holds (a missing
// credit is one, [ErrPaymentRequired]) nothing was created; after any other the
// deployment may exist, and its name is the only way to find it.
func (c *Client) Deploy(ctx context.Context, d DeployRequest) (id string, err error) {
	if d.LocationIDs == nil {
		d.LocationIDs = []int64{} // the API requires a list, not null
	}
	if d.ContainerConfig.Entrypoint == nil {
		d.ContainerConfig.Entrypoint = []string{}
	}
	r := request{method: http.MethodPost, path: base + "/deploy", body: d, purchase: true}
	o, err := c.send(ctx, r)
	if err != nil {
		return "", err
	}
	response := openEnvelope(o.body)
	var content struct {
		DeploymentID string `json:"deployment_id"`
	}
	_ = unmarshal(response.content, &content) // what can't be read has no ID
	switch {
	case content.DeploymentID != "":
		return content.DeploymentID, nil
	case response.isPaymentRequired():
		return "", c.unusable(r, o, response.paymentError())
	default:
		return "", c.unusable(r, o, fmt.Errorf("%w: it has no deployment_id", errShape))
	}
}

// Extend buys more hours (seen), at least 1. Like [Client.Deploy] it is sent again
// only when it certainly had no effect: after an error for which [IsRejected] does
// not hold, the hours may have been bought.
func (c *Client) Extend(ctx context.Context, id string, hours int64) error {
	r := request{method: http.MethodPost, path: deploymentPath(id, "extend"), purchase: true, body: struct {
		DurationHours int64 `json:"duration_hours"`
	}{hours}}
	o, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	if response := openEnvelope(o.body); response.isPaymentRequired() {
		return c.unusable(r, o, response.paymentError())
	}
	return nil
}
