package deployment_test

import (
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// TestRenewal_Due asks at several moments of a deployment of 24 hours whether its
// renewal is due.
func TestRenewal_Due(t *testing.T) {
	limit := func(hours int64) *int64 { return &hours }
	for name, test := range map[string]struct {
		status  string
		age     time.Duration
		renewal *deployment.Renewal
		paid    int64 // by the state
		want    int64
	}{
		"no renewal":                   {"running", 23 * time.Hour, nil, 24, 0},
		"one minute too early":         {"running", 18*time.Hour - time.Minute, &deployment.Renewal{EarlyHours: 6, Hours: 12}, 24, 0},
		"exactly at the threshold":     {"running", 18 * time.Hour, &deployment.Renewal{EarlyHours: 6, Hours: 12}, 24, 0},
		"due":                          {"running", 18*time.Hour + time.Minute, &deployment.Renewal{EarlyHours: 6, Hours: 12}, 24, 12},
		"limited":                      {"running", 23 * time.Hour, &deployment.Renewal{EarlyHours: 6, Hours: 12, MaxTotal: limit(30)}, 24, 6},
		"limit reached":                {"running", 23 * time.Hour, &deployment.Renewal{EarlyHours: 6, Hours: 12, MaxTotal: limit(24)}, 24, 0},
		"limit below what is paid":     {"running", 23 * time.Hour, &deployment.Renewal{EarlyHours: 6, Hours: 12, MaxTotal: limit(10)}, 24, 0},
		"bought before, not shown yet": {"running", 23 * time.Hour, &deployment.Renewal{EarlyHours: 6, Hours: 12}, 36, 0},
		"bought before, and due again": {"running", 23 * time.Hour, &deployment.Renewal{EarlyHours: 6, Hours: 12}, 25, 12},
		"termination requested":        {"termination requested", 23 * time.Hour, &deployment.Renewal{EarlyHours: 6, Hours: 12}, 24, 0},
		"failed":                       {"failed", 23 * time.Hour, &deployment.Renewal{EarlyHours: 6, Hours: 12}, 24, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			id := s.add(func(d *caastest.Deployment) { d.Status, d.Started = test.status, s.Now().Add(-test.age) })
			d, err := s.Read(s.ctx, id)
			noError(t, err)
			wantEqual(t, "hours due", test.renewal.Due(d, test.paid), test.want)
		})
	}
}

func TestRenewal_notDueWithoutMinutes(t *testing.T) {
	s := newService(t, caastest.Options{Format: caastest.Format{OmitMinutes: true}})
	d, err := s.Read(s.ctx, s.add(nil))
	noError(t, err)
	wantEqual(t, "hours due", (&deployment.Renewal{EarlyHours: 100, Hours: 1}).Due(d, 24), 0)
}

// TestUpdate_renews shows what an update buys that a plan made for a renewal.
func TestUpdate_renews(t *testing.T) {
	for name, test := range map[string]struct {
		age         time.Duration
		hours       int64 // wanted in total
		known       int64 // by the state
		bought      int
		total       int64
		showsLate   bool
		boughtFirst int64 // by another process, before
	}{
		"due":                             {age: 20 * time.Hour, hours: 24, known: 24, bought: 12, total: 36},
		"not due any more":                {age: 10 * time.Hour, hours: 24, known: 24, total: 24},
		"renewed elsewhere":               {age: 20 * time.Hour, hours: 24, known: 24, boughtFirst: 12, total: 36},
		"renewed before, not shown yet":   {age: 20 * time.Hour, hours: 24, known: 36, boughtFirst: 12, showsLate: true, total: 36},
		"extended in the same update":     {age: 20 * time.Hour, hours: 48, known: 24, bought: 24, total: 48},
		"extended by less than is needed": {age: 20 * time.Hour, hours: 25, known: 24, bought: 13, total: 37},
	} {
		t.Run(name, func(t *testing.T) {
			o := caastest.Options{}
			if test.showsLate {
				o.Timings = caastest.Timings{ShowExtended: 24 * time.Hour}
			}
			s := newService(t, o)
			id := s.add(func(d *caastest.Deployment) { d.Started = s.Now().Add(-test.age) })
			if test.boughtFirst > 0 {
				noError(t, s.Client().Extend(s.ctx, id, test.boughtFirst))
			}
			before, want := s.before(id), testSpec()
			s.api.ResetJournal()
			before.PaidHours, want.Hours = test.known, test.hours
			want.Renewal = &deployment.Renewal{EarlyHours: 6, Hours: 12}
			_, applied, err := s.Update(s.ctx, id, want, deployment.Change{Extend: test.hours > 24, Renew: true}, before, true)
			noError(t, err)
			wantEqual(t, "bought", s.bought(), test.bought)
			wantEqual(t, "total", applied.PaidHours, test.total)
		})
	}
}
