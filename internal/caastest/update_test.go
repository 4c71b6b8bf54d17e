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
	before, _ := c.Deployment(id)
	d := c.patch(id, `{"image_url": "ghcr.io/acme/app:2", "registry_secret": "s"}`)
	if d.ImageURL != "ghcr.io/acme/app:2" || d.RegistrySecret != "s" {
		t.Errorf("%+v", d)
	}
	d.ImageURL, d.RegistrySecret = before.ImageURL, before.RegistrySecret
	if !reflect.DeepEqual(d, before) {
		t.Errorf("missing members have changed:\n%+v\n%+v", d, before)
	}

	d = c.patch(id, `{"secret_env_variables": {"NEW": "1"}, "env_variables": {"B": "2"}, "args": ["x"], "traffic_port": 81}`)
	if len(d.SecretEnv) != 1 || d.SecretEnv["NEW"] != "1" || len(d.Env) != 1 || d.Args[0] != "x" || d.TrafficPort != 81 {
		t.Errorf("%+v", d)
	}

	d = c.patch(id, `{"secret_env_variables": null, "env_variables": null, "args": null, "entrypoint": null,
		"registry_secret": null, "registry_username": null, "image_url": null}`)
	if len(d.SecretEnv) != 0 || len(d.Env) != 0 || d.Args != nil || d.Entrypoint != nil || d.RegistrySecret != "" {
		t.Errorf("%+v", d)
	}
	c.detail(id).want("data.container_config", "map[entrypoint:<nil> env_variables:<nil> image_url: secret_env_keys:[] traffic_port:81]")
}

func TestPatch_failed(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.Fail(id)
	c.call(http.StatusBadRequest, "PATCH", "/deployment/"+id, `{"traffic_port": 1}`).want("detail", "Deployment can't be changed: failed")

	c.Configure(func(o *caastest.Options) { o.PatchRestartsFailed = true })
	c.patch(id, `{"traffic_port": 1}`)
	c.wantStatus(id, "deployment requested")
	c.clock.Advance(90 * time.Second)
	c.wantStatus(id, "running")
}

func TestPatch_ignored(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	wantAfter := func(body string, port int, image string) {
		t.Helper()
		if d := c.patch(id, body); d.TrafficPort != port || d.ImageURL != image {
			t.Errorf("%+v", d)
		}
	}
	c.Configure(func(o *caastest.Options) { o.IgnoredPatchMembers = []string{"traffic_port"} })
	wantAfter(`{"traffic_port": 81, "image_url": "x"}`, 8080, "x")
	c.Configure(func(o *caastest.Options) { o.IgnoredPatchMembers = []string{"*"} })
	wantAfter(`{"image_url": "y"}`, 8080, "x")
	c.Restore()
	wantAfter(`{"traffic_port": 81, "image_url": "z"}`, 81, "z")
}

func TestPatch_restarts(t *testing.T) {
	for resets, started := range map[bool]string{false: "2026-01-01T00:00:00Z", true: "2026-01-01T01:01:10Z"} {
		c := newClient(t, caastest.Options{
			RestartResetsStart: resets,
			Timings:            caastest.Timings{RestartDelay: 10 * time.Second, Restart: time.Minute},
		})
		id := c.Add(caastest.Deployment{})
		c.clock.Advance(time.Hour)
		c.patch(id, `{"traffic_port": 81}`)
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
		detail.want("data.started_at", started)
	}
}

func TestPatch_failsLate(t *testing.T) {
	c := newClient(t, caastest.Options{Timings: caastest.Timings{RestartDelay: 10 * time.Second}})
	id := c.Add(caastest.Deployment{})
	c.FailNextRestart("image not found")
	c.patch(id, `{"traffic_port": 81}`)
	c.clock.Advance(9 * time.Second)
	c.wantStatus(id, "running")
	c.clock.Advance(time.Second)
	c.wantStatus(id, "failed")
	d, _ := c.Deployment(id)
	if events := d.Containers[0].Events; events[len(events)-1].Message != "image not found" {
		t.Errorf("%+v", events)
	}
}
