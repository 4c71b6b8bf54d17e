package deployment_test

import (
	"slices"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// TestShortage deploys on hardware of which the locations 1, 2 and 3 have 1, 2 and
// 5 replicas.
func TestShortage(t *testing.T) {
	running := func(hardware int64, locations ...int64) *deployment.Spec {
		return &deployment.Spec{HardwareID: hardware, LocationIDs: locations, Replicas: 2}
	}
	for name, test := range map[string]struct {
		replicas  int64
		locations []int64
		replaced  *deployment.Spec
		freed     int64
		others    []int64 // nil: no shortage
	}{
		"exactly enough":                 {1, []int64{1}, nil, 0, nil},
		"too few":                        {2, []int64{1}, nil, 0, []int64{2, 3}},
		"enough together":                {3, []int64{1, 2}, nil, 0, nil},
		"too few together":               {4, []int64{1, 2}, nil, 0, []int64{3}},
		"nowhere enough":                 {6, []int64{3}, nil, 0, []int64{}},
		"location without the hardware":  {1, []int64{9}, nil, 0, []int64{1, 2, 3}},
		"freed by the replaced one":      {3, []int64{1}, running(203, 1), 0, nil},
		"freed in one of the locations":  {3, []int64{1}, running(203, 1, 4), 0, nil},
		"too few with what is freed":     {4, []int64{1}, running(203, 1), 2, []int64{3}},
		"freed in another location":      {3, []int64{1}, running(203, 2), 0, []int64{3}},
		"freed hardware of another type": {3, []int64{1}, running(204, 1), 0, []int64{3}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			for location, n := range []int{1: 1, 2: 2, 3: 5, 4: 0} {
				s.api.SetReplicas(203, location, n)
			}
			spec := testSpec()
			spec.Replicas, spec.LocationIDs = test.replicas, test.locations
			shortage, err := s.Shortage(s.ctx, spec, test.replaced)
			noError(t, err)
			if shortage == nil || test.others == nil {
				wantEqual(t, "shortage", shortage != nil, test.others != nil)
				return
			}
			others := []int64{}
			for _, o := range shortage.Others {
				others = append(others, int64(o.ID))
			}
			wantEqual(t, "others", slices.Equal(others, test.others), true)
			wantEqual(t, "freed", shortage.Freed, test.freed)
			for i, chosen := range shortage.Chosen {
				wantEqual(t, "chosen", int64(chosen.ID), test.locations[i])
				wantEqual(t, "offered", chosen.Name != "", test.locations[i] != 9)
			}
			wantEqual(t, "chosen", len(shortage.Chosen), len(test.locations))
		})
	}
}

func TestShortage_asksOnce(t *testing.T) {
	s := newService(t, caastest.Options{})
	s.api.Inject(caastest.Fault{Path: "/available-replicas", Status: 401})
	for i := range 3 {
		spec := testSpec()
		spec.Replicas = int64(i + 1)
		_, err := s.Shortage(s.ctx, spec, nil)
		wantEqual(t, "no error", err == nil, i > 0)
	}
	wantEqual(t, "requests", s.api.Count("GET", "/available-replicas"), 2)
}
