package caastest_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDetail(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	c.clock.Advance(90*time.Second + time.Hour)
	d := c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id, nil))
	d.is("data.id", id)
	d.is("data.created_at", "2026-01-01T00:00:00Z")
	d.is("data.started_at", "2026-01-01T00:01:30Z")
	d.is("data.finished_at", nil)
	d.is("data.amount_paid", 398.4)
	d.is("data.completed_percent", 10.0)
	d.is("data.total_gpus", 16.0)
	d.is("data.hardware_name", "H100 SXM")
	d.is("data.locations.0.iso2", "DE")
	d.is("data.locations.1.id", 1.0)
	d.is("data.compute_minutes_served", 60.0)
	d.is("data.compute_minutes_remaining", 540.0)
	d.is("data.container_config.entrypoint.0", "serve")
	d.is("data.container_config.env_variables.A", "1")
	if keys := d.items("data.container_config.secret_env_keys"); !slices.Equal(keys, []any{"K", "Z"}) {
		t.Errorf("secret_env_keys: %v", keys)
	}
}

func TestContainer(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	c.clock.Advance(2 * time.Minute)
	cid := c.Deployments()[0].Containers[1].ContainerID
	g := c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id+"/container/"+cid, nil))
	g.is("container_id", cid)
	g.is("public_url", "https://"+cid+".caas.example.test")
	g.is("container_events.0.message", "container scheduled")
	jobs := c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id+"/containers-jobs/"+cid+"?page_size=5", nil))
	jobs.is("data.total", 1.0)
	jobs.is("data.workers.0.container_id", cid)
	for _, path := range []string{"/container/", "/containers-jobs/", "/log/"} {
		c.tree(c.call(http.StatusNotFound, "GET", "/deployment/"+id+path+"nobody", nil)).is("detail", "Container not found")
		c.tree(c.call(http.StatusNotFound, "GET", "/deployment/nobody"+path+cid, nil)).is("detail", "Deployment not found")
	}
}

// names are the names on one page of the list.
func (c *caller) names(query string) []string {
	c.Helper()
	names := []string{}
	for _, item := range c.tree(c.call(http.StatusOK, "GET", "/deployments"+query, nil)).items("data.deployments") {
		o, _ := item.(map[string]any)
		names = append(names, fmt.Sprint(o["name"]))
	}
	return names
}

func TestList_pages(t *testing.T) {
	for _, tc := range []struct {
		dialect caastest.Dialect
		query   string
		want    []string
	}{
		{caastest.Dialect{}, "?page=0&page_size=2", []string{"d4", "d3"}},
		{caastest.Dialect{}, "?page=2&page_size=2", []string{"d0"}},
		{caastest.Dialect{}, "?page=3&page_size=2", []string{}},
		{caastest.Dialect{}, "?page_size=100", []string{"d4", "d3", "d2", "d1", "d0"}},
		{caastest.Dialect{}, "?status=FAILED", []string{"d0"}},
		{caastest.Dialect{PagesFromOne: true}, "?page_size=2", []string{"d4", "d3"}},
		{caastest.Dialect{PagesFromOne: true}, "?page=0&page_size=2", []string{}},
		{caastest.Dialect{PagesFromOne: true}, "?page=1&page_size=2", []string{"d4", "d3"}},
		{caastest.Dialect{PageIgnored: true}, "?page=0&page_size=2", []string{"d4", "d3"}},
		{caastest.Dialect{PageIgnored: true}, "?page=1&page_size=2", []string{"d4", "d3"}},
		{caastest.Dialect{PageIgnored: true}, "?page=2&page_size=2", []string{"d2", "d1"}},
	} {
		c := start(t, caastest.Options{})
		for i := range 5 {
			id := c.Add(caastest.Deployment{Name: fmt.Sprint("d", i)})
			if i == 0 {
				c.Fail(id)
			}
		}
		c.Speak(tc.dialect)
		if got := c.names(tc.query); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.query, got, tc.want)
		}
	}
}

func TestList_refuses(t *testing.T) {
	c := start(t, caastest.Options{})
	c.AllowViolations()
	for query, want := range map[string]string{
		"?page=-1":       "query.page greater_than_equal",
		"?page_size=101": "query.page_size less_than_equal",
		"?page=x":        "query.page int_parsing",
	} {
		if got := c.issues(c.call(http.StatusUnprocessableEntity, "GET", "/deployments"+query, nil)); got != want {
			t.Errorf("%s: %s", query, got)
		}
	}
}

func TestList_showsANewDeploymentLate(t *testing.T) {
	c := start(t, caastest.Options{Timings: caastest.Timings{List: time.Minute}})
	c.deploy("app")
	if got := c.names(""); len(got) != 0 {
		t.Errorf("%v", got)
	}
	c.clock.Advance(time.Minute)
	if got := c.names(""); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestInventory(t *testing.T) {
	c := start(t, caastest.Options{})
	hardware := c.tree(c.call(http.StatusOK, "GET", "/hardware/max-gpus-per-container", nil))
	hardware.is("data.total", 4.0)
	hardware.is("data.hardware.0.hardware_id", 203.0)
	hardware.is("data.hardware.3.max_gpus_per_container", 4.0)
	c.tree(c.call(http.StatusOK, "GET", "/v1/io-cloud/caas/locations", nil)).is("data.locations.3.iso2", "JP")

	c.SetReplicas(203, 2, 0)
	query := "/price?hardware_id=203&duration_hours=10&gpus_per_container=8&replica_count=2&location_ids="
	price := c.tree(c.call(http.StatusOK, "GET", query+url.QueryEscape("[2, 1]"), nil))
	price.is("data.total_cost_usdc", 398.4)
	price.is("data.available_replica_count.0", 0.0)
	price.is("data.available_replica_count.1", 16.0)
}

func TestInventory_refuses(t *testing.T) {
	c := start(t, caastest.Options{})
	c.AllowViolations()
	for path, want := range map[string]string{
		"/available-replicas?hardware_id=999&hardware_qty=8":                                            "query.hardware_id value_error",
		"/available-replicas?hardware_id=203":                                                           "query.hardware_qty missing",
		"/price?hardware_id=203&duration_hours=0&gpus_per_container=8&replica_count=1&location_ids=[1]": "query.duration_hours greater_than_equal",
		"/price?hardware_id=203&duration_hours=1&gpus_per_container=8&replica_count=1&location_ids=1,2": "query.location_ids json_invalid",
		"/price?hardware_id=203&duration_hours=1&gpus_per_container=8&replica_count=1&location_ids=[]":  "query.location_ids too_short",
		"/clusters/check_cluster_name_availability":                                                     "query.cluster_name missing",
	} {
		if got := c.issues(c.call(http.StatusUnprocessableEntity, "GET", path, nil)); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestLog(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	cid := c.Deployments()[0].Containers[0].ContainerID
	c.SetLog(cid, "stdout", "one", "two")
	c.SetLog(cid, "stderr", "oops")
	path := "/deployment/" + id + "/log/" + cid
	g := c.call(http.StatusOK, "GET", path, nil)
	if g.body != "one\ntwo\n" || g.header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Errorf("%q %v", g.body, g.header)
	}
	c.Speak(caastest.Dialect{SSEFraming: true})
	if g := c.call(http.StatusOK, "GET", path+"?stream=stderr", nil); g.body != "data: oops\n\n" {
		t.Errorf("%q", g.body)
	}
	c.AllowViolations()
	c.call(http.StatusUnprocessableEntity, "GET", path+"?stream=stdin", nil)
}

func TestLog_endless(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	cid := c.Deployments()[0].Containers[0].ContainerID
	c.SetLog(cid, "stdout", "one")
	c.EndlessLog(cid)
	follow := func(ctx context.Context) *bufio.Scanner {
		req, err := http.NewRequestWithContext(ctx, "GET", c.URL()+caastest.Prefix+"/deployment/"+id+"/log/"+cid, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = c.header
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = res.Body.Close() })
		lines := bufio.NewScanner(res.Body)
		if !lines.Scan() || lines.Text() != "one" {
			t.Errorf("%q", lines.Text())
		}
		return lines
	}
	ctx, leave := context.WithCancel(t.Context())
	lines := follow(ctx)
	leave()
	if lines.Scan() {
		t.Error("more lines")
	}
	lines = follow(t.Context())
	c.Close()
	if lines.Scan() {
		t.Error("more lines after Close")
	}
}
