// Package deployment is the life of a deployment in plain Go: create exactly
// once, find, wait, update, extend, destroy. It knows names, prices, capacity
// and budgets, and nothing of Terraform.
//
// A reader follows an operation downwards: create.go, update.go, extend.go and
// destroy.go are the entry points, wait.go and read.go read what the API
// returns, poll.go is the one polling loop.
package deployment

import (
	"context"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// readTimeout bounds reads that no operation's timeout bounds.
const readTimeout = 5 * time.Minute

// Service operates on the deployments of one account. It is safe for
// concurrent use. One is made for each configured provider, so what it
// remembers (names, prices, the list) lasts as long as a Terraform command.
type Service struct {
	client *caas.Client
	clock  caas.Clock

	names    names
	budget   runBudget
	index    cache[index]
	prices   cache[float64]
	capacity cache[[]caas.Availability]
	free     cache[bool] // names that the API called available
}

// NewService returns a service. The client is nil while the provider's
// configuration is not known, as in a plan where the token comes from a resource
// that does not exist yet: then only [Service.ClaimName] may be called.
// maxTotalCost is the most that all purchases of a plan, and all purchases of an
// apply, may cost together, in USDC; nil for no limit.
func NewService(client *caas.Client, clock caas.Clock, maxTotalCost *float64) *Service {
	return &Service{client: client, clock: clock, budget: runBudget{limit: maxTotalCost}}
}

// Configured reports whether the API can be called.
func (s *Service) Configured() bool { return s.client != nil }

// Client returns the API client, for what concerns no deployment.
func (s *Service) Client() *caas.Client { return s.client }

// Now returns the time on the service's clock.
func (s *Service) Now() time.Time { return s.clock.Now() }

// WithTimeout returns a context that ends after d on the service's clock.
func (s *Service) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return s.clock.WithTimeout(ctx, d)
}

// Redact removes the secret values of a spec from everything that the client
// returns from now on.
func (s *Service) Redact(specs ...Spec) {
	for _, spec := range specs {
		s.client.Redact(spec.secretValues()...)
	}
}
