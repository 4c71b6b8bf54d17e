package deployment

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Session is what one configured provider process knows. It is safe for
// concurrent use.
type Session struct {
	// Client is nil while the provider's configuration is not known yet, as at
	// plan when a credential comes from a resource that does not exist.
	Client *caas.Client
	Clock  caas.Clock
	// PlanChecks tells whether plans may ask the API for names, room and prices.
	PlanChecks bool

	names    memo[struct{}, map[string]string] // by id
	holders  memo[string, holder]              // by name
	prices   memo[string, float64]             // USDC, by what is priced
	capacity memo[room, []caas.Availability]
	own      sync.Map // name → ownDeployment
}

// ownDeployment is a deployment of the state. A replacement is planned as if it
// were new, and its own name must be told from one that a stranger holds.
type ownDeployment struct {
	ID       string `json:"deployment_id"`
	Name     string `json:"resource_private_name"`
	Status   string `json:"status"`
	EndsAt   string `json:"ends_at"`
	Hardware int64  `json:"hardware_id"`
	// Locations and Replicas are what its end sets free.
	Locations []int64 `json:"location_ids"`
	Container struct {
		Replicas int64 `json:"replica_count"`
	} `json:"container_config"`
}

// RememberState notes a resource of the state, as the JSON that the state has of
// it. What is no deployment, or can't be read, is passed over: Terraform's own
// reading of it says what is wrong.
func (s *Session) RememberState(resourceType string, state []byte) {
	var own ownDeployment
	if resourceType == typeName && json.Unmarshal(state, &own) == nil && own.ID != "" {
		s.own.Store(own.Name, own)
	}
}

// ownNamed is the deployment of the state that has the name.
func (s *Session) ownNamed(name string) (ownDeployment, bool) {
	value, _ := s.own.Load(name)
	own, ok := value.(ownDeployment)
	return own, ok
}

// API is the client, for the packages beside this one; nil as Client is.
func (s *Session) API() *caas.Client { return s.Client }

// ReadContext bounds one read: reads have no timeout of their own in Terraform.
func (s *Session) ReadContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return s.Clock.WithTimeout(ctx, readTimeout)
}

// name is that of a deployment, "" where the list does not hold it. Only the list
// tells names; it is read once per process and serves every refresh.
func (s *Session) name(ctx context.Context, id string) (string, error) {
	byID, err := s.names.get(struct{}{}, func() (map[string]string, error) {
		// The list is everybody's: it must not end with the one who asked first.
		ctx, cancel := s.ReadContext(context.WithoutCancel(ctx))
		defer cancel()
		byID := map[string]string{}
		for item, err := range s.Client.Deployments(ctx, "") {
			if err != nil {
				return nil, err
			}
			byID[string(item.ID)] = string(item.Name)
		}
		return byID, nil
	})
	return byID[id], err
}
