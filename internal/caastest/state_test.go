package caastest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDeployments_knowWhatTheAPINeverReturns(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	d, ok := c.ByName("app")
	if !ok || d.ID != id || d.SecretEnv["Z"] != "top" || d.Args[0] != "--fast" || d.DurationHours != 10 {
		t.Errorf("%+v", d)
	}
	d.SecretEnv["Z"], d.Args[0], d.Containers[0].Events[0].Message = "", "", ""
	if again := c.Deployments()[0]; again.SecretEnv["Z"] != "top" || again.Args[0] != "--fast" ||
		again.Containers[0].Events[0].Message == "" {
		t.Error("what was returned is not a copy")
	}
}

func TestAdd_fillsInWhatIsLeftOut(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.Add(caastest.Deployment{Name: "old", Replicas: 2, ImageURL: "acme/old"})
	detail := c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id, nil))
	detail.is("data.status", "running")
	detail.is("data.total_containers", 2.0)
	detail.is("data.amount_paid", 956.16)
	detail.is("data.container_config.entrypoint", nil)
	detail.is("data.container_config.env_variables", nil)
	detail.is("data.container_config.image_url", "acme/old")
	c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id+"/containers", nil)).is("data.workers.0.status", "running")

	for _, status := range []string{"deployment requested", "failed", "completed", "destroyed", "termination requested"} {
		id := c.Add(caastest.Deployment{Status: status})
		if got := c.status(id); got != status {
			t.Errorf("added %s, is %v", status, got)
		}
	}
}

func TestEdit_hasTheConsequencesOfAStatus(t *testing.T) {
	c := start(t, caastest.Options{})
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
	if c.Edit("nobody", func(*caastest.Deployment) {}) || c.Fail("nobody") || c.Vanish("nobody") {
		t.Error("changed a deployment that there isn't")
	}
}

func TestVanish(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	c.Vanish(id)
	for _, path := range []string{"", "/containers"} {
		c.tree(c.call(http.StatusNotFound, "GET", "/deployment/"+id+path, nil)).is("detail", "Deployment not found")
	}
	c.call(http.StatusNotFound, "DELETE", "/deployment/"+id, nil)
	c.tree(c.call(http.StatusOK, "GET", "/deployments", nil)).is("data.total", 0.0)
	if _, ok := c.Deployment(id); !ok {
		t.Error("the mock has forgotten it too")
	}
}

func TestNames_areHeldByLiveDeployments(t *testing.T) {
	for _, held := range []bool{false, true} {
		c := start(t, caastest.Options{EndedNamesTaken: held})
		free := func() string {
			return c.call(http.StatusOK, "GET", "/clusters/check_cluster_name_availability?cluster_name=app", nil).body
		}
		if free() != "true" {
			t.Error("taken from the start")
		}
		id := c.deploy("app")
		if free() != "false" {
			t.Error("free while it runs")
		}
		c.Fail(id)
		if want := map[bool]string{true: "false", false: "true"}[held]; free() != want {
			t.Errorf("EndedNamesTaken %v: free after the end: %s", held, free())
		}
		c.call(http.StatusOK, "DELETE", "/deployment/"+id, nil)
		c.clock.Advance(time.Minute)
		if free() != "true" {
			t.Errorf("EndedNamesTaken %v: taken after DELETE", held)
		}
		second := c.deploy("app")
		if d, _ := c.ByName("app"); d.ID != second {
			t.Error("ByName prefers the ended one")
		}
	}
}
