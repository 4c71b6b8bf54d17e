package caastest_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestLifecycle_fromRequestToTheEndOfThePaidTime(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	steps := []struct {
		advance   time.Duration
		status    string
		container string
		up        bool
	}{
		{0, "deployment requested", "deploying", false},
		{89 * time.Second, "deployment requested", "deploying", false},
		{time.Second, "running", "running", false},
		{30 * time.Second, "running", "running", true},
		{10*time.Hour - 31*time.Second, "running", "running", true},
		{time.Second, "completed", "stopped", false},
	}
	for _, step := range steps {
		c.clock.Advance(step.advance)
		if got := c.status(id); got != step.status {
			t.Fatalf("after %v: %v, want %s", since(c.clock), got, step.status)
		}
		workers := c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id+"/containers", nil))
		workers.is("data.total", 2.0)
		workers.is("data.workers.1.status", step.container)
		if up := workers.get("data.workers.1.public_url") != nil; up != step.up {
			t.Errorf("after %v: a public URL: %v", since(c.clock), up)
		}
	}
	d, _ := c.Deployment(id)
	if d.Started != newYear.Add(90*time.Second) || d.Finished != d.Started.Add(10*time.Hour) {
		t.Errorf("started %v, finished %v", d.Started, d.Finished)
	}
	if !slices.IsSortedFunc(d.Containers[0].Events, func(a, b caastest.Event) int { return a.Time.Compare(b.Time) }) {
		t.Errorf("events out of order: %v", d.Containers[0].Events)
	}
}

func TestLifecycle_oneLongStepIsAsGoodAsMany(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	c.clock.Advance(1000 * time.Hour)
	if d, _ := c.Deployment(id); d.Status != "completed" || d.Finished != newYear.Add(10*time.Hour+90*time.Second) {
		t.Errorf("%s at %v", d.Status, d.Finished)
	}
}

func TestDelete_endsLaterAndRefunds(t *testing.T) {
	for _, tc := range []struct {
		after  time.Duration
		amount float64
	}{
		{time.Minute, 39.84}, // not started: the first hour
		{10 * time.Minute, 39.84},
		{90*time.Second + 150*time.Minute, 99.60},
		{90*time.Second + 150*time.Minute + 30*time.Second, 100.26},
	} {
		c := start(t, caastest.Options{Balance: 1000})
		id := c.deploy("app")
		c.clock.Advance(tc.after)
		c.tree(c.call(http.StatusOK, "DELETE", "/deployment/"+id, nil)).is("status", "termination requested")
		c.clock.Advance(19 * time.Second)
		if got := c.status(id); got != "termination requested" {
			t.Errorf("%v", got)
		}
		c.clock.Advance(time.Second)
		if got := c.status(id); got != "destroyed" {
			t.Errorf("%v", got)
		}
		if d, _ := c.Deployment(id); d.AmountPaid != tc.amount {
			t.Errorf("after %v: paid %v, want %v", tc.after, d.AmountPaid, tc.amount)
		}
		if got := c.Balance(); got != 1000-tc.amount {
			t.Errorf("balance %v", got)
		}
		c.tree(c.call(http.StatusOK, "DELETE", "/deployment/"+id, nil)).is("status", "destroyed")
	}
}

func TestDeploy_takesReplicasAndTheEndGivesThemBack(t *testing.T) {
	c := start(t, caastest.Options{})
	c.SetReplicas(203, 2, 1)
	free := func() []any {
		rows := c.tree(c.call(http.StatusOK, "GET", "/available-replicas?hardware_id=203&hardware_qty=8", nil))
		return []any{rows.get("data.0.available_replicas"), rows.get("data.1.available_replicas")}
	}
	id := c.deploy("app")
	if got := free(); got[0] != 15.0 || got[1] != 0.0 {
		t.Errorf("free: %v", got)
	}
	c.SetReplicas(203, 1, 1)
	g := c.call(http.StatusBadRequest, "POST", "/deploy", order("more"))
	c.tree(g).is("detail", "Not enough replicas available for the requested hardware and locations")
	c.call(http.StatusOK, "DELETE", "/deployment/"+id, nil)
	c.clock.Advance(time.Minute)
	if got := free(); got[0] != 2.0 || got[1] != 1.0 {
		t.Errorf("free: %v", got)
	}
}

func TestDeploy_withoutTheMoneyMakesNothing(t *testing.T) {
	c := start(t, caastest.Options{Balance: 400})
	c.deploy("app") // 398.40
	g := c.call(http.StatusOK, "POST", "/deploy", order("more"))
	if g.body != `{"status":"payment_required"}` {
		t.Error(g.body)
	}
	if len(c.Deployments()) != 1 {
		t.Errorf("%d deployments", len(c.Deployments()))
	}
	id := c.Deployments()[0].ID
	g = c.call(http.StatusOK, "POST", "/deployment/"+id+"/extend", map[string]any{"duration_hours": 1})
	if g.body != `{"status":"payment_required"}` {
		t.Error(g.body)
	}
}

func TestPlans_forTheNextDeployment(t *testing.T) {
	c := start(t, caastest.Options{})
	c.FailNext("image not found", "giving up")
	failing := c.deploy("failing")
	c.StallNext("waiting for a node")
	stalled := c.deploy("stalled")
	fine := c.deploy("fine")
	c.clock.Advance(time.Hour)

	d, _ := c.Deployment(failing)
	events := d.Containers[1].Events
	if d.Status != "failed" || events[len(events)-1].Message != "giving up" || d.Containers[1].Status != "failed" {
		t.Errorf("%+v", d)
	}
	if got := c.status(stalled); got != "deployment requested" {
		t.Errorf("stalled: %v", got)
	}
	if got := c.status(fine); got != "running" {
		t.Errorf("fine: %v", got)
	}

	c.call(http.StatusOK, "PATCH", "/deployment/"+stalled, map[string]any{"image_url": "ghcr.io/acme/app:2"})
	c.clock.Advance(90 * time.Second)
	if got := c.status(stalled); got != "running" {
		t.Errorf("mended: %v", got)
	}
}

func TestPlans_behave(t *testing.T) {
	c := start(t, caastest.Options{})
	c.StallNext()
	c.StallDelete()
	stalled, stuck := c.deploy("stalled"), c.deploy("stuck")
	c.call(http.StatusOK, "DELETE", "/deployment/"+stuck, nil)
	c.clock.Advance(time.Hour)
	if got := c.status(stuck); got != "termination requested" {
		t.Errorf("stuck: %v", got)
	}
	c.Behave()
	c.clock.Advance(time.Minute)
	if a, b := c.status(stalled), c.status(stuck); a != "running" || b != "destroyed" {
		t.Errorf("%v, %v", a, b)
	}
}

func TestMendFailed(t *testing.T) {
	c := start(t, caastest.Options{MendFailed: true})
	id := c.Add(caastest.Deployment{})
	c.Fail(id, "crash loop")
	c.call(http.StatusOK, "PATCH", "/deployment/"+id, map[string]any{"traffic_port": 81})
	if got := c.status(id); got != "deployment requested" {
		t.Errorf("%v", got)
	}
	c.clock.Advance(90 * time.Second)
	if got := c.status(id); got != "running" {
		t.Errorf("%v", got)
	}
}

func TestRestart_afterAChange(t *testing.T) {
	c := start(t, caastest.Options{Timings: caastest.Timings{Restart: time.Minute}})
	id := c.Add(caastest.Deployment{})
	c.call(http.StatusOK, "PATCH", "/deployment/"+id, map[string]any{"traffic_port": 81})
	if got := c.status(id); got != "deployment requested" {
		t.Errorf("%v", got)
	}
	c.clock.Advance(time.Minute)
	if d, _ := c.Deployment(id); d.Status != "running" || d.Started != newYear || d.Containers[0].PublicURL == "" {
		t.Errorf("%+v", d)
	}
}
