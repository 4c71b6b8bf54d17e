package caastest_test

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestPatch_keepsReplacesAndClears(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	patch := func(body string) caastest.Deployment {
		t.Helper()
		c.call(http.StatusOK, "PATCH", "/deployment/"+id, body).want("deployment_id", id)
		d, _ := c.Deployment(id)
		return d
	}
	before, _ := c.Deployment(id)
	d := patch(`{"image_url": "ghcr.io/acme/app:2", "registry_secret": "s"}`)
	if d.ImageURL != "ghcr.io/acme/app:2" || d.RegistrySecret != "s" {
		t.Errorf("%+v", d)
	}
	d.ImageURL, d.RegistrySecret = before.ImageURL, before.RegistrySecret
	if !reflect.DeepEqual(d, before) {
		t.Errorf("missing members have changed:\n%+v\n%+v", d, before)
	}

	d = patch(`{"secret_env_variables": {"NEW": "1"}, "env_variables": {"B": "2"}, "args": ["x"], "traffic_port": 81}`)
	if len(d.SecretEnv) != 1 || d.SecretEnv["NEW"] != "1" || len(d.Env) != 1 || d.Args[0] != "x" || d.TrafficPort != 81 {
		t.Errorf("%+v", d)
	}

	d = patch(`{"secret_env_variables": null, "env_variables": null, "args": null, "entrypoint": null,
		"registry_secret": null, "registry_username": null, "image_url": null, "command": null}`)
	if len(d.SecretEnv) != 0 || len(d.Env) != 0 || d.Args != nil || d.Entrypoint != nil || d.RegistrySecret != "" {
		t.Errorf("%+v", d)
	}
	c.detail(id).want("data.container_config", "map[entrypoint:<nil> env_variables:<nil> image_url: secret_env_keys:[] traffic_port:81]")
}

func TestPatch_ended(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.Fail(id)
	c.call(http.StatusBadRequest, "PATCH", "/deployment/"+id, `{"traffic_port": 1}`).want("detail", "Deployment can't be changed: failed")
	c.call(http.StatusNotFound, "PATCH", "/deployment/unknown", `{"traffic_port": 1}`)

	c.Configure(func(o *caastest.Options) { o.PatchRestartsFailed = true })
	c.call(http.StatusOK, "PATCH", "/deployment/"+id, `{"traffic_port": 1}`)
	c.wantStatus(id, "deployment requested")
	c.clock.Advance(90 * time.Second)
	c.wantStatus(id, "running")
}

func TestPatch_ignored(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	patch := func(body string, port int, image string) {
		t.Helper()
		c.call(http.StatusOK, "PATCH", "/deployment/"+id, body)
		if d, _ := c.Deployment(id); d.TrafficPort != port || d.ImageURL != image {
			t.Errorf("%+v", d)
		}
	}
	c.Configure(func(o *caastest.Options) { o.IgnoredPatchMembers = []string{"traffic_port"} })
	patch(`{"traffic_port": 81, "image_url": "x"}`, 8080, "x")
	c.Configure(func(o *caastest.Options) { o.IgnoredPatchMembers = []string{"*"} })
	patch(`{"image_url": "y"}`, 8080, "x")
	c.Restore()
	patch(`{"traffic_port": 81, "image_url": "z"}`, 81, "z")
}

func TestPatch_restarts(t *testing.T) {
	for _, resets := range []bool{false, true} {
		c := newClient(t, caastest.Options{
			RestartResetsStart: resets,
			Timings:            caastest.Timings{RestartDelay: 10 * time.Second, Restart: time.Minute},
		})
		id := c.Add(caastest.Deployment{})
		c.clock.Advance(time.Hour)
		c.call(http.StatusOK, "PATCH", "/deployment/"+id, `{"traffic_port": 81}`)
		c.clock.Advance(9 * time.Second)
		c.wantStatus(id, "running")
		c.clock.Advance(time.Second)
		c.wantStatus(id, "deployment requested")
		if d, _ := c.Deployment(id); d.Containers[0].PublicURL != "" || d.Containers[0].Status != "deploying" {
			t.Errorf("%+v", d.Containers)
		}
		c.clock.Advance(time.Minute)
		detail := c.detail(id)
		detail.want("data.status", "running")
		detail.want("data.compute_minutes_served", 61)
		detail.want("data.started_at", map[bool]string{false: "2026-01-01T00:00:00Z", true: "2026-01-01T01:01:10Z"}[resets])
	}
}

func TestPatch_failsLate(t *testing.T) {
	c := newClient(t, caastest.Options{Timings: caastest.Timings{RestartDelay: 10 * time.Second}})
	id := c.Add(caastest.Deployment{})
	c.FailNextRestart("image not found")
	c.call(http.StatusOK, "PATCH", "/deployment/"+id, `{"traffic_port": 81}`)
	c.clock.Advance(9 * time.Second)
	c.wantStatus(id, "running")
	c.clock.Advance(time.Second)
	c.wantStatus(id, "failed")
	d, _ := c.Deployment(id)
	if events := d.Containers[0].Events; events[len(events)-1].Message != "image not found" {
		t.Errorf("%+v", events)
	}
}

func TestExtend(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.SetPrice(203, 5)
	r := c.call(http.StatusOK, "POST", "/deployment/"+id+"/extend", `{"duration_hours": 2}`)
	r.want("data.amount_paid", 558.4) // 398.40 + 2 h × 16 GPUs × 5
	r.want("data.compute_minutes_remaining", 720)
	c.Fail(id)
	c.call(http.StatusBadRequest, "POST", "/deployment/"+id+"/extend", `{"duration_hours": 2}`)
	c.call(http.StatusNotFound, "POST", "/deployment/unknown/extend", `{"duration_hours": 2}`)
	if d, _ := c.Deployment(id); d.HoursBought != 12 || d.DurationHours != 12 || c.TotalPaid() != 558.4 {
		t.Errorf("%+v, paid %v", d, c.TotalPaid())
	}
}

func TestExtend_shownLate(t *testing.T) {
	c := newClient(t, caastest.Options{Timings: caastest.Timings{ShowExtended: time.Minute}})
	id := c.Add(caastest.Deployment{})
	for _, r := range []reply{c.call(http.StatusOK, "POST", "/deployment/"+id+"/extend", `{"duration_hours": 2}`), c.detail(id)} {
		r.want("data.compute_minutes_remaining", 24*60)
		r.want("data.amount_paid", 478.08)
	}
	c.clock.Advance(time.Minute)
	c.detail(id).want("data.compute_minutes_remaining", 26*60-1)
	c.detail(id).want("data.amount_paid", 517.92)
}

func TestRename(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id, other := c.deploy("app"), c.deploy("other")
	for range 2 {
		c.call(http.StatusOK, "PUT", "/clusters/"+id+"/update-name", `{"cluster_name": "new"}`)
	}
	c.call(http.StatusBadRequest, "PUT", "/clusters/"+other+"/update-name", `{"cluster_name": "new"}`).
		want("detail", "Cluster name is already taken")
	c.call(http.StatusNotFound, "PUT", "/clusters/unknown/update-name", `{"cluster_name": "x"}`)
	if d, ok := c.ByName("new"); !ok || d.ID != id {
		t.Errorf("%+v", d)
	}
}
