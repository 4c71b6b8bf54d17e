package deployment_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

func TestRead(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(func(d *caastest.Deployment) { d.Replicas = 3 })
	d, err := s.Read(s.ctx, id)
	noError(t, err)
	wantEqual(t, "name", d.Name, "vllm")
	wantEqual(t, "containers", len(d.Containers), 3)
	wantEqual(t, "in order", slices.IsSortedFunc(d.Containers, func(a, b caas.Container) int {
		return strings.Compare(a.ContainerID, b.ContainerID)
	}), true)
	wantEqual(t, "live", d.Live(), true)
	wantEqual(t, "unread", len(d.Unread), 0)
}

// TestRead_onlyDetailsAreRequired shows that the refresh goes on when what only
// describes a deployment can't be read.
func TestRead_onlyDetailsAreRequired(t *testing.T) {
	for name, test := range map[string]struct {
		path   string
		status int
	}{
		"containers": {"/deployment/{}/containers", 404}, "list": {"/deployments", 500},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			id := s.add(nil)
			s.fail("GET", test.path, test.status)
			d, err := s.Read(s.ctx, id)
			noError(t, err)
			wantEqual(t, "status", d.Status, caas.StatusRunning)
			wantEqual(t, "unread", len(d.Unread), 1)
			wantEqual(t, "name unread", d.Name == "", test.path == "/deployments")
			wantEqual(t, "containers unread", d.Containers == nil, test.path != "/deployments")
		})
	}
}

func TestRead_containersOfAnEndedDeploymentAreNotMissed(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(withStatus(caastest.StatusCompleted))
	s.fail("GET", "/deployment/{}/containers", 404)
	d, err := s.Read(s.ctx, id)
	noError(t, err)
	wantEqual(t, "unread", len(d.Unread), 0)
}

func TestRead_detailsUnreadable(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(nil)
	s.fail("GET", "/deployment/{}", 500)
	_, err := s.Read(s.ctx, id)
	if err == nil || errors.Is(err, deployment.ErrNotFound) {
		t.Errorf("got %v, want the API's error", err)
	}
}

// TestRead_notFoundIsConfirmedByTheList shows what a 404 means: what counts as not
// found leaves the state, and would run on unseen.
func TestRead_notFoundIsConfirmedByTheList(t *testing.T) {
	for name, test := range map[string]struct {
		setup    func(s *testService, id string)
		notFound bool
		listed   caas.Status
	}{
		"not listed":       {func(s *testService, id string) { s.api.Forget(id) }, true, ""},
		"listed as live":   {func(*testService, string) {}, false, caas.StatusRunning},
		"listed as ending": {func(s *testService, id string) { s.edit(id, caastest.StatusTerminating) }, false, caas.StatusTerminationRequested},
		"listed as ended":  {func(s *testService, id string) { s.edit(id, caastest.StatusDestroyed) }, true, ""},
		"list unreadable":  {func(s *testService, _ string) { s.fail("GET", "/deployments", 500) }, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			id := s.add(nil)
			test.setup(s, id)
			s.fail("GET", "/deployment/{}", 404)
			_, err := s.Read(s.ctx, id)
			wantEqual(t, "not found", errors.Is(err, deployment.ErrNotFound), test.notFound)
			var listed *deployment.StillListedError
			if errors.As(err, &listed) != (test.listed != "") || listed != nil && listed.Status != test.listed {
				t.Errorf("got %v, want the listed status %q", err, test.listed)
			}
		})
	}
}

// TestRead_times shows when a deployment ends and how much is paid for, which
// follows from the minutes alone.
func TestRead_times(t *testing.T) {
	for name, test := range map[string]struct {
		options caastest.Options
		status  string
		age     time.Duration
		hours   int64
		left    time.Duration // until it ends, rounded to the minute; 0: not shown
	}{
		"just started":    {caastest.Options{}, caastest.StatusRunning, 0, 24, 24 * time.Hour},
		"running":         {caastest.Options{}, caastest.StatusRunning, 90*time.Minute + 20*time.Second, 24, 22*time.Hour + 30*time.Minute},
		"not started":     {caastest.Options{}, caastest.StatusRequested, 0, 24, 0},
		"ending":          {caastest.Options{}, caastest.StatusTerminating, time.Hour, 24, 0},
		"without minutes": {caastest.Options{Format: caastest.Format{OmitMinutes: true}}, caastest.StatusRunning, time.Hour, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, test.options)
			id := s.add(func(d *caastest.Deployment) { d.Status, d.Created = test.status, s.Now().Add(-test.age) })
			d, err := s.Read(s.ctx, id)
			noError(t, err)
			wantEqual(t, "paid hours", d.PaidHours, test.hours)
			if test.left == 0 {
				wantEqual(t, "ends at is shown", !d.EndsAt.IsZero(), false)
				return
			}
			wantEqual(t, "ends at", d.EndsAt, s.Now().Add(test.left).Round(time.Minute))
		})
	}
}

// TestRead_paidHoursAreRounded shows that minutes which the API has rounded down
// still make whole hours.
func TestRead_paidHoursAreRounded(t *testing.T) {
	for minutes, want := range map[string]int64{"1439": 24, "1440": 24, `"1440.0"`: 24, "1441.7": 24, "1470": 25, "1469": 24} {
		s := newService(t, caastest.Options{})
		id := s.add(nil)
		s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Body: `{"id": "` + id + `", "status": "running", ` +
			`"compute_minutes_served": 0, "compute_minutes_remaining": ` + minutes + `}`})
		d, err := s.Read(s.ctx, id)
		noError(t, err)
		wantEqual(t, minutes, d.PaidHours, want)
	}
}

func TestRead_endsAtIgnoresAResetStart(t *testing.T) {
	s := newService(t, caastest.Options{Timings: caastest.Timings{Restart: time.Minute}, RestartResetsStart: true})
	id := s.add(nil)
	s.clock.Advance(5 * time.Hour)
	noError(t, s.Client().Update(s.ctx, id, caas.UpdateRequest{TrafficPort: caas.Set[int64](81)}))
	s.clock.Advance(time.Hour)
	d, err := s.Read(s.ctx, id)
	noError(t, err)
	wantEqual(t, "started again", d.StartedAt.After(d.CreatedAt.Add(5*time.Hour-time.Minute)), true)
	wantEqual(t, "ends at", d.EndsAt, s.Now().Add(18*time.Hour).Round(time.Minute))
	wantEqual(t, "paid hours", d.PaidHours, 24)
}

func TestLive(t *testing.T) {
	for status, want := range map[caas.Status]bool{
		caas.StatusRequested: true, caas.StatusRunning: true, caas.StatusFailed: true, "update requested": true,
		caas.StatusTerminationRequested: false, caas.StatusCompleted: false, caas.StatusDestroyed: false,
	} {
		wantEqual(t, string(status), deployment.Live(status), want)
	}
}

func TestFind_liveFirstDestroyedLast(t *testing.T) {
	s := newService(t, caastest.Options{Format: caastest.Format{OddListRow: true}})
	at := func(status string, age time.Duration) string {
		return s.add(func(d *caastest.Deployment) { d.Status, d.Created = status, s.Now().Add(-age) })
	}
	old := at(caastest.StatusCompleted, 3*time.Hour)
	live := at(caastest.StatusRunning, 2*time.Hour)
	destroyed := at(caastest.StatusDestroyed, time.Hour)
	s.add(func(d *caastest.Deployment) { d.Name = "other" })
	found, err := s.Find(s.ctx, "vllm")
	noError(t, err)
	wantEqual(t, "found", len(found), 3)
	for i, id := range []string{live, old, destroyed} {
		wantEqual(t, fmt.Sprint("place ", i), found[i].ID, id)
	}
	s.fail("GET", "/deployments", 401)
	_, err = s.Find(s.ctx, "vllm")
	wantEqual(t, "unauthorized", caas.IsUnauthorized(err), true)
}

func TestList_byStatus(t *testing.T) {
	s := newService(t, caastest.Options{})
	running := s.add(nil)
	s.add(withStatus(caastest.StatusFailed))
	var ids []string
	for item, err := range s.List(s.ctx, caas.StatusRunning) {
		noError(t, err)
		ids = append(ids, item.ID)
	}
	wantEqual(t, "running", strings.Join(ids, " "), running)
}

// TestRead_listIsReadOnce shows that all refreshes share one list of names, and
// that what changes names makes it be read again.
func TestRead_listIsReadOnce(t *testing.T) {
	s := newService(t, caastest.Options{})
	a, b := s.add(nil), s.add(func(d *caastest.Deployment) { d.Name = "other" })
	for _, id := range []string{a, b, a} {
		_, err := s.Read(s.ctx, id)
		noError(t, err)
	}
	wantEqual(t, "lists", s.api.Count("GET", "/deployments"), 1)
	_, err := s.Destroy(s.ctx, b, "other")
	noError(t, err)
	_, err = s.Read(s.ctx, a)
	noError(t, err)
	wantEqual(t, "lists after a destroy", s.api.Count("GET", "/deployments"), 2)
}

func TestReadItem_needsNoList(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(nil)
	d, err := s.ReadItem(s.ctx, caas.DeploymentItem{ID: id, Name: "vllm"})
	noError(t, err)
	wantEqual(t, "name", d.Name, "vllm")
	wantEqual(t, "lists", s.api.Count("GET", "/deployments"), 0)
}
