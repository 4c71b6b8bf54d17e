package caas

import (
	"context"
	"net/http"
)

// Container is one container of a deployment (reference).
type Container struct {
	ContainerID      Text             `json:"container_id"`
	DeviceID         Text             `json:"device_id"`
	Status           Status           `json:"status"`
	PublicURL        Text             `json:"public_url"` // "" until it is up
	Hardware         Text             `json:"hardware"`
	BrandName        Text             `json:"brand_name"`
	CreatedAt        Time             `json:"created_at"`
	UptimePercent    Float            `json:"uptime_percent"`
	GPUsPerContainer Int              `json:"gpus_per_container"`
	Events           []ContainerEvent `json:"container_events"`
}

// ContainerEvent is something that happened to a container. Its message is
// cleaned of secrets and control characters.
type ContainerEvent struct {
	Time    Time `json:"time"`
	Message Text `json:"message"`
}

// Containers reads the containers of a deployment (seen), in the API's order.
func (c *Client) Containers(ctx context.Context, id string) ([]Container, error) {
	path, err := deploymentPath(id, "containers")
	if err != nil {
		return nil, badID(http.MethodGet, err)
	}
	read := call{method: http.MethodGet, path: path}
	body, err := c.do(ctx, read)
	if err != nil {
		return nil, err
	}
	containers, err := decodeList[Container](body, "workers", "containers")
	if err != nil {
		return nil, unreadable(read, err)
	}
	for i := range containers {
		events := containers[i].Events
		for j := range events {
			events[j].Message = Text(c.clean(string(events[j].Message)))
		}
	}
	return containers, nil
}
