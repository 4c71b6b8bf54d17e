package caastest_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestPatch_keepsReplacesAndClears(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	patch := func(body string) caastest.Deployment {
		t.Helper()
		c.tree(c.call(http.StatusOK, "PATCH", "/deployment/"+id, body)).is("deployment_id", id)
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
		t.Errorf("what was absent has changed:\n%+v\n%+v", d, before)
	}

	d = patch(`{"secret_env_variables": {"NEW": "1"}, "env_variables": {"B": "2"}, "args": ["x"], "traffic_port": 81}`)
	if len(d.SecretEnv) != 1 || d.SecretEnv["NEW"] != "1" || len(d.Env) != 1 || d.Args[0] != "x" || d.TrafficPort != 81 {
		t.Errorf("%+v", d)
	}

	d = patch(`{"secret_env_variables": null, "env_variables": null, "args": null, "entrypoint": null,
		"registry_secret": null, "registry_username": null, "image_url": null, "command": null}`)
	if len(d.SecretEnv) != 0 || d.Env == nil || len(d.Env) != 0 || d.Args != nil || d.Entrypoint != nil || d.RegistrySecret != "" {
		t.Errorf("%+v", d)
	}
	detail := c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id, nil))
	detail.is("data.container_config.entrypoint", nil)
	detail.is("data.container_config.image_url", "")
	if len(detail.items("data.container_config.secret_env_keys")) != 0 {
		t.Error("secret names are left")
	}
}

func TestPatch_refuses(t *testing.T) {
	c := start(t, caastest.Options{})
	c.AllowViolations()
	id := c.deploy("app")
	for body, want := range map[string]string{
		`{"container_config": {}}`: "body.container_config extra_forbidden",
		`{"hardware_id": 204}`:     "body.hardware_id extra_forbidden",
		`{"args": []}`:             "body.args too_short",
		`{"traffic_port": null}`:   "body.traffic_port int_type",
	} {
		if got := c.issues(c.call(http.StatusUnprocessableEntity, "PATCH", "/deployment/"+id, body)); got != want {
			t.Errorf("%s: %s", body, got)
		}
	}
	c.call(http.StatusNotFound, "PATCH", "/deployment/nobody", `{}`)
	c.Fail(id)
	c.tree(c.call(http.StatusBadRequest, "PATCH", "/deployment/"+id, `{"traffic_port": 1}`)).
		is("detail", "Deployment can't be changed: failed")
}

func TestPatch_ignored(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	both := `{"traffic_port": 81, "image_url": "x"}`
	c.IgnorePatch("traffic_port")
	c.call(http.StatusOK, "PATCH", "/deployment/"+id, both)
	if d, _ := c.Deployment(id); d.TrafficPort != 8080 || d.ImageURL != "x" {
		t.Errorf("%+v", d)
	}
	c.IgnorePatch()
	c.call(http.StatusOK, "PATCH", "/deployment/"+id, `{"image_url": "y"}`)
	if d, _ := c.Deployment(id); d.ImageURL != "x" {
		t.Errorf("%+v", d)
	}
	c.Behave()
	c.call(http.StatusOK, "PATCH", "/deployment/"+id, both)
	if d, _ := c.Deployment(id); d.TrafficPort != 81 {
		t.Errorf("%+v", d)
	}
}

func TestExtend_addsHoursAtTodaysPrice(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	c.SetPrice(203, 5)
	g := c.tree(c.call(http.StatusOK, "POST", "/deployment/"+id+"/extend", `{"duration_hours": 2}`))
	g.is("data.amount_paid", 558.4) // 398.40 + 2 h × 16 GPUs × 5
	g.is("data.compute_minutes_remaining", 720.0)
	c.Fail(id)
	c.call(http.StatusBadRequest, "POST", "/deployment/"+id+"/extend", `{"duration_hours": 2}`)
	c.call(http.StatusNotFound, "POST", "/deployment/nobody/extend", `{"duration_hours": 2}`)
}

func TestRename(t *testing.T) {
	c := start(t, caastest.Options{})
	id, other := c.deploy("app"), c.deploy("other")
	c.call(http.StatusOK, "PUT", "/clusters/"+id+"/update-name", `{"cluster_name": "new"}`)
	c.call(http.StatusOK, "PUT", "/clusters/"+id+"/update-name", `{"cluster_name": "new"}`)
	g := c.call(http.StatusBadRequest, "PUT", "/clusters/"+other+"/update-name", `{"cluster_name": "new"}`)
	c.tree(g).is("detail", "Cluster name is already taken")
	c.call(http.StatusNotFound, "PUT", "/clusters/nobody/update-name", `{"cluster_name": "x"}`)
	if d, ok := c.ByName("new"); !ok || d.ID != id {
		t.Errorf("%+v", d)
	}
}
