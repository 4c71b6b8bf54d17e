package deployment

import (
	"context"
	"fmt"

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

	names    cache[map[string]string] // by ID; the only key is ""
	holders  cache[holder]            // by name
	prices   cache[float64]           // USDC, by purchase
	capacity cache[[]caas.Availability]

	claims claims
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

// API is the client, for the packages beside this one; nil as Client is.
func (s *Session) API() *caas.Client { return s.Client }

// ReadContext bounds one read: reads have no timeout of their own in Terraform.
func (s *Session) ReadContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return s.Clock.WithTimeout(ctx, readTimeout)
}

// name returns the name of a deployment, "" when the list does not hold it. Only
// the list returns names; one read of it serves every refresh of the process.
func (s *Session) name(ctx context.Context, id string) (string, error) {
	byID, err := s.names.get(ctx, s.Clock, "", s.allNames)
	return byID[id], err
}

// allNames returns the names of all deployments, by ID.
func (s *Session) allNames(ctx context.Context) (map[string]string, error) {
	byID := map[string]string{}
	for item, err := range s.Client.Deployments(ctx, "") {
		if err != nil {
			return nil, err
		}
		byID[string(item.ID)] = string(item.Name)
	}
	return byID, nil
}
