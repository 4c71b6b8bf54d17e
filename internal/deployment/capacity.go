package deployment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// planCapacity warns when the chosen locations together have capacity for too few
// containers. It is no error: capacity may be back by the apply.
func (s *Session) planCapacity(ctx context.Context, d definition, own predecessor) diag.Diagnostics {
	rows, err := s.capacity.get(ctx, s.Clock, fmt.Sprint(d.hardware, d.gpus), func(ctx context.Context) ([]caas.Availability, error) {
		return s.Client.AvailableReplicas(ctx, d.hardware, d.gpus)
	})
	if err != nil {
		return diag.Diagnostics{diagnose.Failure{
			Summary: "Capacity not known", Err: err, State: "Whether there is capacity for the containers shows at apply.",
		}.Warning()}
	}
	free := own.frees(d)
	var chosen, others []string
	for _, row := range rows {
		switch n := int64(row.AvailableReplicas); {
		case slices.Contains(d.locations, int64(row.ID)):
			free += n
			chosen = append(chosen, describe(row))
		case n >= d.replicas:
			others = append(others, describe(row))
		}
	}
	if free >= d.replicas {
		return nil
	}
	for _, id := range d.locations {
		if !slices.ContainsFunc(rows, func(row caas.Availability) bool { return int64(row.ID) == id }) {
			chosen = append(chosen, fmt.Sprintf("%d: does not have this hardware", id))
		}
	}
	text := fmt.Sprintf("%q requires capacity for %s on hardware %d, and its locations have: %s. ",
		d.name, plural(d.replicas, "container"), d.hardware, strings.Join(chosen, "; "))
	if len(others) > 0 {
		text += fmt.Sprintf("Locations with enough capacity: %s. Add one of them to location_ids, or apply later, when there is capacity again.", strings.Join(others, "; "))
	} else {
		text += "No other location has enough capacity either. Lower replica_count, choose other hardware, or apply later, when there is capacity again."
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("location_ids"), "Insufficient capacity", text)}
}

// frees returns the number of containers for which the end of the deployment makes
// capacity that d can use.
func (p predecessor) frees(d definition) int64 {
	if p.Status != string(caas.StatusRunning) || p.Hardware != d.hardware ||
		!slices.ContainsFunc(p.Locations, func(id int64) bool { return slices.Contains(d.locations, id) }) {
		return 0
	}
	return p.Replicas
}

// describe returns a location and its capacity for a message, such as
// "2 (DE, Germany): 16 containers".
func describe(row caas.Availability) string {
	return fmt.Sprintf("%d (%s, %s): %s", int64(row.ID), row.ISO2, row.Name, plural(int64(row.AvailableReplicas), "container"))
}
