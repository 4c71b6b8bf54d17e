package caas

import (
	"cmp"
	"context"
	"net/http"
	"slices"
)

// Container is one container of a deployment (reference).
type Container struct {
	ContainerID      string           `json:"container_id"`
	DeviceID         string           `json:"device_id"`
	Status           Status           `json:"status"`
	PublicURL        string           `json:"public_url"` // "" until it is up
	Hardware         string           `json:"hardware"`
	BrandName        string           `json:"brand_name"`
	CreatedAt        Time             `json:"created_at"`
	UptimePercent    Float            `json:"uptime_percent"`
	GPUsPerContainer Int              `json:"gpus_per_container"`
	Events           []ContainerEvent `json:"container_events"`
}

// ContainerEvent is an event of a container. Its message is redacted and cleaned
// of control characters.
type ContainerEvent struct {
	Time    Time   `json:"time"`
	Message string `json:"message"`
}

// Containers reads the containers of a deployment (seen), in order of their IDs.
func (c *Client) Containers(ctx context.Context, id string) ([]Container, error) {
	return c.containers(ctx, request{method: http.MethodGet, path: deploymentPath(id, "containers")})
}

// TryContainers is Containers for a caller that repeats the read itself, or can do
// without: it gives up after a few seconds.
func (c *Client) TryContainers(ctx context.Context, id string) ([]Container, error) {
	return c.containers(ctx, request{method: http.MethodGet, path: deploymentPath(id, "containers"), optional: true})
}

func (c *Client) containers(ctx context.Context, r request) ([]Container, error) {
	containers, err := fetchRows(ctx, c, r, func(Container) bool { return true }, "workers", "containers")
	slices.SortStableFunc(containers, func(a, b Container) int { return cmp.Compare(a.ContainerID, b.ContainerID) })
	for _, container := range containers {
		for i := range container.Events {
			container.Events[i].Message = c.clean(container.Events[i].Message)
		}
	}
	return containers, err
}
