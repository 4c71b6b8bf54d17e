package deployment

import (
	"context"
	"fmt"
	"slices"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Shortage is a lack of capacity: all chosen locations together have too few
// replicas, what a replaced deployment frees included.
type Shortage struct {
	// Chosen are the locations of the spec; one that does not offer the hardware has
	// no name and no replicas.
	Chosen []caas.Availability
	// Others are the locations that have enough by themselves.
	Others []caas.Availability
	// Freed are the replicas that the replaced deployment frees.
	Freed int64
}

// Shortage returns the lack of capacity for a deployment, nil when there is none.
// replaced is the running deployment that ends before, nil without one: what it
// frees in the same hardware and locations counts.
func (s *Service) Shortage(ctx context.Context, spec Spec, replaced *Spec) (*Shortage, error) {
	key := fmt.Sprint(spec.HardwareID, spec.GPUsPerContainer)
	rows, err := s.capacity.get(ctx, key, func(ctx context.Context) ([]caas.Availability, error) {
		ctx, cancel := s.clock.WithTimeout(ctx, questionTimeout)
		defer cancel()
		return s.client.AvailableReplicas(ctx, spec.HardwareID, spec.GPUsPerContainer)
	})
	if err != nil {
		return nil, err
	}
	shortage := &Shortage{Freed: freed(spec, replaced)}
	capacity := shortage.Freed
	for _, row := range rows {
		switch {
		case slices.Contains(spec.LocationIDs, int64(row.ID)):
			capacity += int64(row.AvailableReplicas)
			shortage.Chosen = append(shortage.Chosen, row)
		case int64(row.AvailableReplicas) >= spec.Replicas:
			shortage.Others = append(shortage.Others, row)
		}
	}
	if capacity >= spec.Replicas {
		return nil, nil //nolint:nilnil // no shortage is not an error
	}
	for _, id := range spec.LocationIDs {
		if !slices.ContainsFunc(rows, func(row caas.Availability) bool { return int64(row.ID) == id }) {
			shortage.Chosen = append(shortage.Chosen, caas.Availability{Location: caas.Location{ID: caas.Int(id)}})
		}
	}
	return shortage, nil
}

// freed returns the replicas that the end of a deployment may free for another.
func freed(spec Spec, replaced *Spec) int64 {
	if replaced == nil || replaced.HardwareID != spec.HardwareID ||
		!slices.ContainsFunc(replaced.LocationIDs, func(id int64) bool { return slices.Contains(spec.LocationIDs, id) }) {
		return 0
	}
	return replaced.Replicas
}
