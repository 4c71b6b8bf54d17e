package caas

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// Statuses of a deployment (reference).
const (
	StatusRequested            Status = "deployment requested"
	StatusRunning              Status = "running"
	StatusCompleted            Status = "completed" // the prepaid time has expired
	StatusFailed               Status = "failed"
	StatusTerminationRequested Status = "termination requested"
	StatusDestroyed            Status = "destroyed"
)

// Ended returns whether a deployment with this status no longer runs and never
// will again.
func (s Status) Ended() bool {
	return s == StatusCompleted || s == StatusFailed || s == StatusDestroyed
}

// Deployment is the response to GET …/deployment/{id} (reference). It does not hold
// the name, the arguments, the registry's credentials, or any secret value. A
// member that can't be read is zero.
type Deployment struct {
	ID                      string            `json:"id"`
	Status                  Status            `json:"status"`
	CreatedAt               Time              `json:"created_at"`
	StartedAt               Time              `json:"started_at"`  // zero until it runs
	FinishedAt              Time              `json:"finished_at"` // zero until it ends
	AmountPaid              Float             `json:"amount_paid"` // USDC
	CompletedPercent        Float             `json:"completed_percent"`
	TotalGPUs               Int               `json:"total_gpus"`
	GPUsPerContainer        Int               `json:"gpus_per_container"`
	TotalContainers         Int               `json:"total_containers"` // the replicas
	HardwareName            string            `json:"hardware_name"`
	HardwareID              Int               `json:"hardware_id"` // 0 when missing or not an integer
	BrandName               string            `json:"brand_name"`
	Locations               []Location        `json:"locations"`                 // without those that have no integer ID
	ComputeMinutesServed    *Float            `json:"compute_minutes_served"`    // nil when missing
	ComputeMinutesRemaining *Float            `json:"compute_minutes_remaining"` // nil when missing
	ContainerConfig         DeployedContainer `json:"container_config"`
}

// DeployedContainer is the container definition that the API returns (reference).
type DeployedContainer struct {
	Entrypoint    []string        `json:"entrypoint"` // nil when null
	EnvVariables  map[string]Text `json:"env_variables"`
	TrafficPort   Int             `json:"traffic_port"`
	ImageURL      string          `json:"image_url"`
	SecretEnvKeys []string        `json:"secret_env_keys"` // nil when null or missing, which means unknown
}

// Location is a location of hardware.
type Location struct {
	ID   Int    `json:"id"`
	ISO2 string `json:"iso2"` // country, two letters
	Name string `json:"name"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (d *Deployment) UnmarshalJSON(b []byte) error {
	type members Deployment
	var m struct {
		members
		Served    optionalFloat `json:"compute_minutes_served"`
		Remaining optionalFloat `json:"compute_minutes_remaining"`
	}
	if err := unmarshal(b, &m); err != nil {
		return err
	}
	*d = Deployment(m.members)
	d.ComputeMinutesServed, d.ComputeMinutesRemaining = m.Served.value, m.Remaining.value
	d.Locations = slices.DeleteFunc(d.Locations, func(l Location) bool { return l.ID == 0 })
	return nil
}

// Deployment reads one deployment. [IsNotFound] holds for the error of an ID that
// the API does not know.
func (c *Client) Deployment(ctx context.Context, id string) (*Deployment, error) {
	r := request{method: http.MethodGet, path: deploymentPath(id)}
	o, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	d := &Deployment{}
	// Without both the rest would be taken for drift.
	if unmarshal(openEnvelope(o.body).content, d) != nil || d.ID == "" || d.Status == "" {
		return nil, c.unusable(r, o, fmt.Errorf("%w: it has no id or no status", errShape))
	}
	return d, nil
}
