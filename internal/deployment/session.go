package deployment

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

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
	claimed  sync.Map // names for which a deployment is being made

	handovers handovers
}

// sessionOf is the session that Terraform hands to each part of the provider, nil
// before the provider is configured.
func sessionOf(data any, diags *diag.Diagnostics) *Session {
	session, ok := data.(*Session)
	if data != nil && !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("%T is no *deployment.Session. This is a bug of the provider.", data))
	}
	return session
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
		s.concealState(state)
	}
}

// concealState keeps the secrets of a state out of what is shown: a container's
// log may repeat them, and an action gets no resource to take them from.
func (s *Session) concealState(state []byte) {
	var held struct {
		Container struct {
			Variables map[string]string `json:"secret_env_variables"`
		} `json:"container_config"`
		Registry struct {
			Secret string `json:"registry_secret"`
		} `json:"registry_config"`
	}
	if s.Client != nil && json.Unmarshal(state, &held) == nil {
		s.Client.Conceal(append(slices.Collect(maps.Values(held.Container.Variables)), held.Registry.Secret)...)
	}
}

// ownNamed is the deployment of the state that has the name.
func (s *Session) ownNamed(name string) (ownDeployment, bool) {
	value, _ := s.own.Load(name)
	own, ok := value.(ownDeployment)
	return own, ok
}

// forget forgets a deployment of the state that is there no more: what comes in
// its place replaces nothing.
func (s *Session) forget(name string) { s.own.Delete(name) }

// API is the client, for the packages beside this one; nil as Client is.
func (s *Session) API() *caas.Client { return s.Client }

// ReadContext bounds one read: reads have no timeout of their own in Terraform.
func (s *Session) ReadContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return s.Clock.WithTimeout(ctx, readTimeout)
}

// name is that of a deployment, "" where the list does not hold it. Only the list
// tells names; it is read once per process and serves every refresh.
//
// The list is everybody's, so it does not end with the one who asked first; but
// who asked does not wait for it longer than ctx lasts.
func (s *Session) name(ctx context.Context, id string) (string, error) {
	type answer struct {
		byID map[string]string
		err  error
	}
	told := make(chan answer, 1)
	go func() {
		byID, err := s.names.get(struct{}{}, func() (map[string]string, error) { return s.allNames(context.WithoutCancel(ctx)) })
		told <- answer{byID, err}
	}()
	select {
	case a := <-told:
		return a.byID[id], a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// allNames are those of all deployments, by id.
func (s *Session) allNames(ctx context.Context) (map[string]string, error) {
	ctx, cancel := s.ReadContext(ctx)
	defer cancel()
	byID := map[string]string{}
	for item, err := range s.Client.Deployments(ctx, "") {
		if err != nil {
			return nil, err
		}
		byID[string(item.ID)] = string(item.Name)
	}
	return byID, nil
}
