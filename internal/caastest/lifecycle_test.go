package caastest_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestLifecycle(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	for _, step := range []struct {
		advance           time.Duration
		status, container string
		url               bool
	}{
		{0, "deployment requested", "deploying", false},
		{89 * time.Second, "deployment requested", "deploying", false},
		{time.Second, "running", "running", false},
		{30 * time.Second, "running", "running", true},
		{10*time.Hour - 31*time.Second, "running", "running", true},
		{time.Second, "completed", "stopped", false},
	} {
		c.clock.Advance(step.advance)
		c.wantStatus(id, step.status)
		workers := c.get("/deployment/" + id + "/containers")
		workers.want("data.total", 2)
		workers.want("data.workers.1.status", step.container)
		if url := workers.get("data.workers.1.public_url") != nil; url != step.url {
			t.Errorf("after %v: a public URL: %v", since(c.clock), url)
		}
	}
	d, _ := c.Deployment(id)
	if d.Started != newYear.Add(90*time.Second) || d.Finished != d.Started.Add(10*time.Hour) {
		t.Errorf("started %v, finished %v", d.Started, d.Finished)
	}
	if !slices.IsSortedFunc(d.Containers[0].Events, func(a, b caastest.Event) int { return a.Time.Compare(b.Time) }) {
		t.Errorf("events out of order: %v", d.Containers[0].Events)
	}

	// All phases may pass between two looks.
	again := c.deploy("again")
	deployed := c.clock.Now()
	c.clock.Advance(1000 * time.Hour)
	if d, _ := c.Deployment(again); d.Status != "completed" || d.Finished != deployed.Add(10*time.Hour+90*time.Second) {
		t.Errorf("%s at %v", d.Status, d.Finished)
	}
}

func TestOutcomes(t *testing.T) {
	c := newClient(t, caastest.Options{})
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
	c.wantStatus(stalled, "deployment requested")
	c.wantStatus(fine, "running")

	c.patch(stalled, `{"image_url": "ghcr.io/acme/app:2"}`)
	c.clock.Advance(90 * time.Second)
	c.wantStatus(stalled, "running")
}

func TestRestore(t *testing.T) {
	c := newClient(t, caastest.Options{NeverTerminate: true})
	c.StallNext()
	stalled, stuck := c.deploy("stalled"), c.deploy("stuck")
	c.call(http.StatusOK, "DELETE", "/deployment/"+stuck, "")
	c.clock.Advance(time.Hour)
	c.wantStatus(stuck, "termination requested")
	c.Restore()
	c.clock.Advance(time.Minute)
	c.wantStatus(stalled, "running")
	c.wantStatus(stuck, "destroyed")
}

func TestList_lags(t *testing.T) {
	c := newClient(t, caastest.Options{Timings: caastest.Timings{List: time.Minute}})
	old := c.Add(caastest.Deployment{Name: "old"})
	c.deploy("new")
	c.call(http.StatusOK, "DELETE", "/deployment/"+old, "")
	if got := c.names(""); got != "old running" {
		t.Error(got)
	}
	c.clock.Advance(time.Minute)
	if got := c.names(""); got != "new running, old destroyed" {
		t.Error(got)
	}
}

func TestDeployments_areCopies(t *testing.T) {
	c := newClient(t, caastest.Options{})
	c.deploy("app")
	d, _ := c.ByName("app")
	d.SecretEnv["K"], d.Containers[0].Status = "", ""
	again := c.Deployments()[0]
	if again.SecretEnv["K"] != "secret" || again.Containers[0].Status == "" {
		t.Error("a change of the copy changes the mock")
	}
}

func TestEdit(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.Edit(id, func(d *caastest.Deployment) { d.Status, d.Replicas = "running", 3 })
	c.clock.Advance(30 * time.Second)
	d, _ := c.Deployment(id)
	if d.Status != "running" || len(d.Containers) != 3 || d.Containers[2].PublicURL == "" || d.Started != newYear {
		t.Errorf("%+v", d)
	}
	c.Edit(id, func(d *caastest.Deployment) { d.Status = "completed" })
	if d, _ := c.Deployment(id); d.Finished.IsZero() || d.Containers[0].Status != "stopped" {
		t.Errorf("%+v", d)
	}
}
