package caas

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// DeployRequest is the body of POST …/deploy (seed; the nesting is seen).
type DeployRequest struct {
	ResourcePrivateName string          `json:"resource_private_name"`
	DurationHours       int64           `json:"duration_hours"` // paid for up front
	GPUsPerContainer    int64           `json:"gpus_per_container"`
	HardwareID          int64           `json:"hardware_id"`
	LocationIDs         []int64         `json:"location_ids"`
	ContainerConfig     ContainerConfig `json:"container_config"`
	RegistryConfig      RegistryConfig  `json:"registry_config"`
}

// ContainerConfig is how the containers run (seed). A nil or empty Args and
// empty maps are left out: the API refuses an empty Args.
type ContainerConfig struct {
	ReplicaCount       int64             `json:"replica_count"`
	Entrypoint         []string          `json:"entrypoint"`
	TrafficPort        int64             `json:"traffic_port"`
	EnvVariables       map[string]string `json:"env_variables,omitempty"`
	SecretEnvVariables map[string]string `json:"secret_env_variables,omitempty"`
	Args               []string          `json:"args,omitempty"`
}

// RegistryConfig is where the image comes from (seed). Empty members are left
// out.
type RegistryConfig struct {
	ImageURL         string `json:"image_url,omitempty"`
	RegistryUsername string `json:"registry_username,omitempty"`
	RegistrySecret   string `json:"registry_secret,omitempty"`
}

// ErrPaymentRequired is within the error of a deploy or extend that the account
// has no credits for: nothing was made and nothing paid (seed).
var ErrPaymentRequired = errors.New("payment required: the account does not have enough credits")

// ErrNoID is within the error of a deploy that was answered with success but
// without an id, or with nothing at all (seen): the deployment exists, or will.
var ErrNoID = errors.New("the reply names no deployment_id")

// statusPaymentRequired is the status of a reply that refuses for want of
// credits (seed).
const statusPaymentRequired Status = "payment_required"

// Deploy buys and starts a deployment, and returns its id.
//
// It is sent again only when it surely did not land: after a 429, and when no
// connection could be made. Of its errors, those for which [IsRefused] or
// errors.Is(err, ErrPaymentRequired) holds left nothing behind; after any other
// the deployment may exist, and its name is the only handle on it.
func (c *Client) Deploy(ctx context.Context, r DeployRequest) (id string, err error) {
	if r.LocationIDs == nil {
		r.LocationIDs = []int64{} // the API wants a list, not null
	}
	if r.ContainerConfig.Entrypoint == nil {
		r.ContainerConfig.Entrypoint = []string{}
	}
	deploy := call{method: http.MethodPost, path: base + "/deploy", body: r, once: true}
	var reply struct {
		Status       Status `json:"status"`
		DeploymentID Text   `json:"deployment_id"`
	}
	if err := c.fetch(ctx, deploy, &reply); errors.Is(err, errEmptyReply) {
		return "", unreadable(deploy, fmt.Errorf("%w: %w", ErrNoID, errEmptyReply))
	} else if err != nil {
		return "", err
	}
	switch {
	case reply.DeploymentID != "":
		return string(reply.DeploymentID), nil
	case reply.Status == statusPaymentRequired:
		return "", unreadable(deploy, ErrPaymentRequired)
	default:
		return "", unreadable(deploy, ErrNoID)
	}
}
