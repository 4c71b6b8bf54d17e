package caastest_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDetail(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.clock.Advance(90*time.Second + time.Hour)
	d := c.detail(id)
	for path, want := range map[string]any{
		"id": id, "created_at": "2026-01-01T00:00:00Z", "started_at": "2026-01-01T00:01:30Z", "finished_at": nil,
		"amount_paid": 398.4, "completed_percent": 10, "total_gpus": 16, "hardware_name": "H100 SXM",
		"locations.0.iso2": "DE", "locations.1.id": 1,
		"compute_minutes_served": 60, "compute_minutes_remaining": 540,
		"container_config.entrypoint": "[serve]", "container_config.env_variables.A": 1,
		"container_config.secret_env_keys": "[K Z]",
	} {
		d.want("data."+path, want)
	}
}

func TestDeployments_areCopiesWithSecrets(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	d, ok := c.ByName("app")
	if !ok || d.ID != id || d.SecretEnv["Z"] != "top" || d.Args[0] != "--fast" || d.DurationHours != 10 {
		t.Errorf("%+v", d)
	}
	d.SecretEnv["Z"], d.Args[0], d.Containers[0].Events[0].Message = "", "", ""
	again := c.Deployments()[0]
	if again.SecretEnv["Z"] != "top" || again.Args[0] != "--fast" || again.Containers[0].Events[0].Message == "" {
		t.Error("a change of the copy changes the mock")
	}
}

func TestAdd(t *testing.T) {
	c := newClient(t, caastest.Options{})
	created := newYear.Add(-time.Hour)
	id := c.Add(caastest.Deployment{Name: "old", Replicas: 2, ImageURL: "acme/old", Created: created})
	d := c.detail(id)
	for path, want := range map[string]any{
		"status": "running", "total_containers": 2, "amount_paid": 956.16, "created_at": "2025-12-31T23:00:00Z",
		"container_config.entrypoint": nil, "container_config.env_variables": nil, "container_config.image_url": "acme/old",
	} {
		d.want("data."+path, want)
	}
	c.call(http.StatusOK, "GET", "/deployment/"+id+"/containers", nil).want("data.workers.0.status", "running")
	for _, status := range []string{"deployment requested", "failed", "completed", "destroyed", "termination requested"} {
		c.wantStatus(c.Add(caastest.Deployment{Status: status}), status)
	}
	if c.TotalPaid() != 0 {
		t.Errorf("paid %v", c.TotalPaid())
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
	if c.Edit("unknown", func(*caastest.Deployment) {}) || c.Fail("unknown") || c.Forget("unknown") {
		t.Error("changed a deployment that does not exist")
	}
}

func TestForget(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.Forget(id)
	for _, path := range []string{"", "/containers"} {
		c.call(http.StatusNotFound, "GET", "/deployment/"+id+path, nil).want("detail", "Deployment not found")
	}
	c.call(http.StatusNotFound, "DELETE", "/deployment/"+id, nil)
	if got := c.names(""); got != "" {
		t.Error(got)
	}
	if _, ok := c.Deployment(id); !ok {
		t.Error("the mock itself has forgotten it")
	}
}

func TestList(t *testing.T) {
	pages := caastest.Format{PagesFromOne: true}
	ignored := caastest.Format{PageIgnored: true}
	for _, tc := range []struct {
		format      caastest.Format
		query, want string
	}{
		{caastest.Format{}, "?page=0&page_size=2", "d2 running, d1 running"},
		{caastest.Format{}, "?page=1&page_size=2", "d0 failed"},
		{caastest.Format{}, "?page=2&page_size=2", ""},
		{caastest.Format{}, "", "d2 running, d1 running, d0 failed"},
		{caastest.Format{}, "?status=FAILED", "d0 failed"},
		{pages, "?page_size=2", "d2 running, d1 running"},
		{pages, "?page=0&page_size=2", ""},
		{pages, "?page=1&page_size=2", "d2 running, d1 running"},
		{ignored, "?page=0&page_size=2", "d2 running, d1 running"},
		{ignored, "?page=1&page_size=2", "d2 running, d1 running"},
		{ignored, "?page=2&page_size=2", "d0 failed"},
	} {
		c := newClient(t, caastest.Options{Format: tc.format})
		c.Add(caastest.Deployment{Name: "d0", Status: "failed"})
		c.Add(caastest.Deployment{Name: "d1"})
		c.Add(caastest.Deployment{Name: "d2"})
		if got := c.names(tc.query); got != tc.want {
			t.Errorf("%+v %s: %s, want %s", tc.format, tc.query, got, tc.want)
		}
	}
}

func TestList_lags(t *testing.T) {
	c := newClient(t, caastest.Options{Timings: caastest.Timings{List: time.Minute}})
	old := c.Add(caastest.Deployment{Name: "old"})
	c.deploy("new")
	c.call(http.StatusOK, "DELETE", "/deployment/"+old, nil)
	if got := c.names(""); got != "old running" {
		t.Error(got)
	}
	c.clock.Advance(time.Minute)
	if got := c.names(""); got != "new running, old destroyed" {
		t.Error(got)
	}
}

func TestInventory(t *testing.T) {
	c := newClient(t, caastest.Options{})
	hardware := c.call(http.StatusOK, "GET", "/hardware/max-gpus-per-container", nil)
	hardware.want("data.total", 4)
	hardware.want("data.hardware.0.hardware_id", 203)
	hardware.want("data.hardware.3.max_gpus_per_container", 4)
	c.call(http.StatusOK, "GET", "/v1/io-cloud/caas/locations", nil).want("data.locations.3.iso2", "JP")

	c.SetReplicas(203, 2, 0)
	query := "/price?hardware_id=203&duration_hours=10&gpus_per_container=8&replica_count=2&location_ids="
	price := c.call(http.StatusOK, "GET", query+url.QueryEscape("[2, 1]"), nil)
	price.want("data.total_cost_usdc", 398.4)
	price.want("data.available_replica_count", "[0 16]")
}
