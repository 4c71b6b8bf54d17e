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

// room is a question for capacity.
type room struct{ hardware, gpus int64 }

// planRoom warns when the chosen locations have room for too few containers, all
// of them together. It is no error: they may be back by the apply.
func (s *Session) planRoom(ctx context.Context, d definition) diag.Diagnostics {
	rows, err := s.capacity.get(room{d.hardware, d.gpus}, func() ([]caas.Availability, error) {
		return s.Client.AvailableReplicas(ctx, d.hardware, d.gpus)
	})
	if err != nil {
		return diag.Diagnostics{diagnose.Failure{
			Summary: "Capacity not known", Err: err, State: "Whether there is room for the containers shows at apply.",
		}.Warning()}
	}
	free := s.freedBy(d)
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
			chosen = append(chosen, fmt.Sprintf("%d: this hardware is not there", id))
		}
	}
	text := fmt.Sprintf("%q wants room for %s on hardware %d, and its locations have: %s. ",
		d.name, plural(d.replicas, "container"), d.hardware, strings.Join(chosen, "; "))
	if len(others) > 0 {
		text += fmt.Sprintf("Locations with room: %s. Add one to location_ids, or apply when there is room again.", strings.Join(others, "; "))
	} else {
		text += "No other location has room either. Choose fewer replicas or other hardware, or apply when there is room again."
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("location_ids"), "Too little room for the deployment", text)}
}

// freedBy are the containers that the deployment's own replacement sets free.
func (s *Session) freedBy(d definition) int64 {
	own, ours := s.ownNamed(d.name)
	if !ours || own.Status != string(caas.StatusRunning) || own.Hardware != d.hardware ||
		!slices.ContainsFunc(own.Locations, func(id int64) bool { return slices.Contains(d.locations, id) }) {
		return 0
	}
	return own.Container.Replicas
}

// describe is a location as a person reads it: 2 (DE, Germany): 16 containers.
func describe(row caas.Availability) string {
	return fmt.Sprintf("%d (%s, %s): %s", int64(row.ID), row.ISO2, row.Name, plural(int64(row.AvailableReplicas), "container"))
}
