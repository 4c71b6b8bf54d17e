package caas

import (
	"context"
	"net/http"
	"time"
)

// Statuses of a deployment (reference).
const (
	StatusRequested            Status = "deployment requested"
	StatusRunning              Status = "running"
	StatusCompleted            Status = "completed" // its time is up
	StatusFailed               Status = "failed"
	StatusTerminationRequested Status = "termination requested"
	StatusDestroyed            Status = "destroyed"
)

// Ended tells that a deployment of this status runs no more and never will.
func (s Status) Ended() bool {
	return s == StatusCompleted || s == StatusFailed || s == StatusDestroyed
}

// Deployment is what GET …/deployment/{id} tells (reference). It does not hold
// the name, the arguments, the registry's credentials, or any secret value.
type Deployment struct {
	ID                      Text              `json:"id"`
	Status                  Status            `json:"status"`
	CreatedAt               Time              `json:"created_at"`
	StartedAt               Time              `json:"started_at"`  // zero until it runs
	FinishedAt              Time              `json:"finished_at"` // zero until it ends
	AmountPaid              Float             `json:"amount_paid"` // USDC
	CompletedPercent        Float             `json:"completed_percent"`
	TotalGPUs               Int               `json:"total_gpus"`
	GPUsPerContainer        Int               `json:"gpus_per_container"`
	TotalContainers         Int               `json:"total_containers"` // the replicas
	HardwareName            Text              `json:"hardware_name"`
	HardwareID              HardwareID        `json:"hardware_id"`
	BrandName               Text              `json:"brand_name"`
	Locations               []Location        `json:"locations"`
	ComputeMinutesServed    Float             `json:"compute_minutes_served"`
	ComputeMinutesRemaining Float             `json:"compute_minutes_remaining"`
	ContainerConfig         DeployedContainer `json:"container_config"`
}

// DeployedContainer is the container definition as the API tells it
// (reference). A null entrypoint or variables read as nil.
type DeployedContainer struct {
	Entrypoint    []Text          `json:"entrypoint"`
	EnvVariables  map[string]Text `json:"env_variables"`
	TrafficPort   Int             `json:"traffic_port"`
	ImageURL      Text            `json:"image_url"`
	SecretEnvKeys []Text          `json:"secret_env_keys"`
}

// Location is a place with hardware.
type Location struct {
	ID   Int  `json:"id"`
	ISO2 Text `json:"iso2"` // country, two letters
	Name Text `json:"name"`
}

// HardwareID is the id of a kind of hardware; 0 for the regional string ids of
// later catalogues, which the deploy call does not take.
type HardwareID int64

// UnmarshalJSON implements json.Unmarshaler.
func (h *HardwareID) UnmarshalJSON(b []byte) error {
	var n Int
	if n.UnmarshalJSON(b) != nil {
		n = 0
	}
	*h = HardwareID(n)
	return nil
}

// PaidTime returns the time paid for: the minutes served and those that remain,
// as wall time (our reading).
func (d *Deployment) PaidTime() time.Duration {
	minutes := float64(d.ComputeMinutesServed) + float64(d.ComputeMinutesRemaining)
	return time.Duration(minutes * float64(time.Minute)).Round(time.Minute)
}

// Deployment reads one deployment. [IsNotFound] holds for the error of an id
// that the API does not know.
func (c *Client) Deployment(ctx context.Context, id string) (*Deployment, error) {
	path, err := deploymentPath(id)
	if err != nil {
		return nil, badID(http.MethodGet, err)
	}
	read := call{method: http.MethodGet, path: path}
	d := &Deployment{}
	if err := c.fetch(ctx, read, d); err != nil {
		return nil, err
	}
	switch {
	case d.Status == "":
		return nil, unreadable(read, errNoStatus)
	case d.ID == "": // what else it tells would be taken for drift
		return nil, unreadable(read, errNoDeployment)
	}
	return d, nil
}

// Destroy asks for the end of a deployment, which comes later. Unused prepaid
// time is refunded, but for the first hour (reference).
func (c *Client) Destroy(ctx context.Context, id string) error {
	path, err := deploymentPath(id)
	if err != nil {
		return badID(http.MethodDelete, err)
	}
	// The reply only repeats the id: whether the end has come is read later.
	_, err = c.do(ctx, call{method: http.MethodDelete, path: path})
	return err
}
