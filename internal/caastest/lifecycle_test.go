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
		workers := c.call(http.StatusOK, "GET", "/deployment/"+id+"/containers", nil)
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
}

func TestLifecycle_oneLongStep(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.clock.Advance(1000 * time.Hour)
	if d, _ := c.Deployment(id); d.Status != "completed" || d.Finished != newYear.Add(10*time.Hour+90*time.Second) {
		t.Errorf("%s at %v", d.Status, d.Finished)
	}
}

func TestDelete_endsLaterAndRefunds(t *testing.T) {
	for _, tc := range []struct {
		after time.Duration
		paid  float64
	}{
		{time.Minute, 39.84}, // not started: the first hour
		{10 * time.Minute, 39.84},
		{90*time.Second + 150*time.Minute, 99.60},
		{90*time.Second + 150*time.Minute + 30*time.Second, 100.26},
	} {
		c := newClient(t, caastest.Options{})
		id := c.deploy("app")
		c.clock.Advance(tc.after)
		c.call(http.StatusOK, "DELETE", "/deployment/"+id, nil).want("status", "termination requested")
		c.clock.Advance(19 * time.Second)
		c.wantStatus(id, "termination requested")
		c.clock.Advance(time.Second)
		c.wantStatus(id, "destroyed")
		d, _ := c.Deployment(id)
		if net := c.TotalPaid() - c.TotalRefunded(); d.AmountPaid != tc.paid || net-tc.paid > 0.001 || tc.paid-net > 0.001 {
			t.Errorf("after %v: the deployment costs %v and the account paid %v, want %v", tc.after, d.AmountPaid, net, tc.paid)
		}
		c.call(http.StatusOK, "DELETE", "/deployment/"+id, nil).want("status", "destroyed")
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

	c.call(http.StatusOK, "PATCH", "/deployment/"+stalled, map[string]any{"image_url": "ghcr.io/acme/app:2"})
	c.clock.Advance(90 * time.Second)
	c.wantStatus(stalled, "running")
}

func TestRestore(t *testing.T) {
	c := newClient(t, caastest.Options{NeverTerminate: true})
	c.StallNext()
	stalled, stuck := c.deploy("stalled"), c.deploy("stuck")
	c.call(http.StatusOK, "DELETE", "/deployment/"+stuck, nil)
	c.clock.Advance(time.Hour)
	c.wantStatus(stuck, "termination requested")
	c.Restore()
	c.clock.Advance(time.Minute)
	c.wantStatus(stalled, "running")
	c.wantStatus(stuck, "destroyed")
}

func TestPublicURLs(t *testing.T) {
	c := newClient(t, caastest.Options{
		ServePublicURLs: true,
		Timings:         caastest.Timings{Provision: time.Second, Ready: time.Minute},
	})
	id := c.deploy("app")
	c.clock.Advance(time.Second)
	d, _ := c.Deployment(id)
	url, container := d.Containers[0].PublicURL, d.Containers[0].ContainerID
	c.call(http.StatusServiceUnavailable, "GET", url+"/health", nil)
	c.clock.Advance(time.Minute)
	c.call(http.StatusOK, "GET", url+"/health", nil)
	c.Fail(id)
	c.call(http.StatusNotFound, "GET", url+"/health", nil)
	requests := c.PublicRequests()
	if len(requests) != 3 || requests[0].Path != "/"+container+"/health" || requests[0].Status != 503 || requests[0].Header.Get("Authorization") == "" {
		t.Errorf("%+v", requests)
	}
	if c.Count("", "") != 1 {
		t.Errorf("%d API requests, want the deploy call only", c.Count("", ""))
	}
}
