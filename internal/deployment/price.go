package deployment

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// questionTimeout bounds one question of a plan: it is a service, and a plan must
// not hang on it.
const questionTimeout = 30 * time.Second

// Purchase is what a plan or an apply is about to buy: a deployment, or hours for
// one.
type Purchase struct {
	// DeploymentID is the deployment that is extended, "" for a new one.
	DeploymentID string
	// Replaces is the deployment that a new one replaces, "" for none.
	Replaces         string
	Name             string
	HardwareID       int64
	GPUsPerContainer int64
	Replicas         int64
	LocationIDs      []int64
	Hours            int64    // bought by this purchase
	MaxCost          *float64 // USDC; nil for no limit
}

// Purchase returns the purchase of a deployment.
func (s Spec) Purchase() Purchase {
	return Purchase{
		Name: s.Name, HardwareID: s.HardwareID, GPUsPerContainer: s.GPUsPerContainer,
		Replicas: s.Replicas, LocationIDs: s.LocationIDs, Hours: s.Hours, MaxCost: s.MaxCost,
	}
}

// Extension returns the purchase of hours for the deployment id.
func (s Spec) Extension(id string, hours int64) Purchase {
	p := s.Purchase()
	p.DeploymentID, p.Hours = id, hours
	return p
}

// String describes the purchase: "vllm": 16 GPUs for 24 hours.
func (p Purchase) String() string {
	if p.DeploymentID != "" {
		return fmt.Sprintf("%s for %q", Plural(p.Hours, "more hour"), cmp.Or(p.Name, p.DeploymentID))
	}
	return fmt.Sprintf("%q: %d GPUs for %s", p.Name, p.GPUsPerContainer*p.Replicas, Plural(p.Hours, "hour"))
}

// key identifies the purchase in a plan, "" for a new deployment.
func (p Purchase) key() string { return cmp.Or(p.DeploymentID, p.Replaces) }

// Plural returns a number with its noun, such as "1 hour" or "2 hours".
func Plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Price returns what a purchase costs, in USDC. Each price is read once: it is for
// plans.
func (s *Service) Price(ctx context.Context, p Purchase) (float64, error) {
	key := fmt.Sprint(p.HardwareID, p.LocationIDs, p.Hours, p.GPUsPerContainer, p.Replicas)
	return s.prices.get(ctx, key, func(ctx context.Context) (float64, error) {
		ctx, cancel := s.clock.WithTimeout(ctx, questionTimeout)
		defer cancel()
		return s.readPrice(ctx, p)
	})
}

func (s *Service) readPrice(ctx context.Context, p Purchase) (float64, error) {
	price, err := s.client.Price(ctx, caas.PriceRequest{
		LocationIDs: p.LocationIDs, HardwareID: p.HardwareID, DurationHours: p.Hours,
		GPUsPerContainer: p.GPUsPerContainer, ReplicaCount: p.Replicas,
	})
	if err != nil {
		return 0, err
	}
	return float64(price.TotalCostUSDC), nil
}
