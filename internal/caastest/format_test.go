package caastest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// A format that is not applied would let the tests pass that a client supports it.
func TestFormat(t *testing.T) {
	const (
		detail   = "/deployment/{id}"
		hardware = "/hardware/max-gpus-per-container"
		name     = "/clusters/check_cluster_name_availability?cluster_name=x"
	)
	type values = map[string]any
	for what, tc := range map[string]struct {
		format caastest.Format
		path   string
		want   values
	}{
		"UpperStatus":            {caastest.Format{UpperStatus: true}, detail, values{"data.status": "RUNNING", "data.container_config.env_variables.status": "mine"}},
		"UpperStatus, list":      {caastest.Format{UpperStatus: true}, "/deployments", values{"data.statuses.1": "RUNNING"}},
		"Zoneless":               {caastest.Format{Zoneless: true}, detail, values{"data.created_at": "2026-01-01T00:00:00"}},
		"Nanoseconds":            {caastest.Format{Nanoseconds: true}, detail, values{"data.created_at": "2026-01-01T00:00:00.123456789Z"}},
		"Zoneless, Nanoseconds":  {caastest.Format{Zoneless: true, Nanoseconds: true}, detail + "/containers", values{"data.workers.0.created_at": "2026-01-01T00:00:00.123456789"}},
		"FloatIntegers, strings": {caastest.Format{NumberStrings: true, FloatIntegers: true}, detail, values{"data.hardware_id": "203.0", "data.amount_paid": "478.08"}},
		"NullLists":              {caastest.Format{NullLists: true}, detail, values{"data.container_config.secret_env_keys": nil}},
		"LocationSubset":         {caastest.Format{LocationSubset: true}, detail, values{"data.locations": "[map[id:1 iso2:US name:United States]]"}},
		"CanonicalImages":        {caastest.Format{CanonicalImages: true}, detail, values{"data.container_config.image_url": "docker.io/library/nginx:latest"}},
		"OmitMinutes":            {caastest.Format{OmitMinutes: true}, detail, values{"data.compute_minutes_served": nil, "data.compute_minutes_remaining": nil}},
		"RegionalIDs":            {caastest.Format{RegionalIDs: true}, detail, values{"data.hardware_id": "gpu_8x_a100_SXM4", "data.locations.1.id": "DE"}},
		"Bare":                   {caastest.Format{Bare: true}, detail, values{"status": "running"}},
		"Bare, boolean":          {caastest.Format{Bare: true}, name, values{"data": true}},
		"DoubleWrap":             {caastest.Format{DoubleWrap: true}, detail, values{"data.data.status": "running"}},
		"ExtraMembers":           {caastest.Format{ExtraMembers: true}, detail, values{"x_new.since": "tomorrow", "data.locations.0.x_new.since": "tomorrow"}},
		"RegionalRows":           {caastest.Format{RegionalRows: true}, hardware, values{"data.hardware.1.hardware_id": "us-east-h100", "data.hardware.2.hardware_id": 203, "data.total": 6}},
		"OddListRow":             {caastest.Format{OddListRow: true}, "/deployments", values{"data.deployments.0.id": "0dd00000-0000-4000-8000-000000000000", "data.deployments.0.status": 7, "data.total": 2}},
	} {
		t.Run(what, func(t *testing.T) {
			c := newClient(t, caastest.Options{Format: tc.format})
			id := c.Add(caastest.Deployment{ImageURL: "nginx", LocationIDs: []int{1, 2}, Env: map[string]string{"status": "mine"}})
			r := c.get(strings.Replace(tc.path, "{id}", id, 1))
			for at, want := range tc.want {
				r.want(at, want)
			}
			if r := c.call(http.StatusNotFound, "GET", "/deployment/unknown", ""); r.body != `{"detail":"Deployment not found"}` {
				t.Errorf("an error has the format too: %s", r.body)
			}
			c.SetFormat(caastest.Format{})
			c.detail(id).want("data.hardware_id", 203)
		})
	}
}

func TestFormat_shuffleLocations(t *testing.T) {
	c := newClient(t, caastest.Options{Format: caastest.Format{ShuffleLocations: true}})
	id := c.Add(caastest.Deployment{LocationIDs: []int{1, 2}})
	first := map[any]bool{}
	for range 2 {
		c.names("") // has no locations, so it must not change the order
		first[c.detail(id).get("data.locations.0.id")] = true
	}
	if len(first) != 2 {
		t.Errorf("the first location was always %v", first)
	}
}

func TestFormat_emptyDeployReply(t *testing.T) {
	c := newClient(t, caastest.Options{Balance: 400, Format: caastest.Format{EmptyDeployReply: true, Bare: true}})
	if r := c.call(http.StatusOK, "POST", "/deploy", deployBody("app")); r.body != "" {
		t.Errorf("%q", r.body)
	}
	if _, ok := c.ByName("app"); !ok {
		t.Error("nothing was deployed")
	}
	c.call(http.StatusOK, "POST", "/deploy", deployBody("more")).want("data.status", "payment_required")
}

func TestFormat_pages(t *testing.T) {
	fromOne, ignored := caastest.Format{PagesFromOne: true}, caastest.Format{PageIgnored: true}
	for _, tc := range []struct {
		format      caastest.Format
		query, want string
	}{
		{caastest.Format{}, "?page=0&page_size=2", "d2 running, d1 running"},
		{caastest.Format{}, "?page=1&page_size=2", "d0 failed"},
		{caastest.Format{}, "?page=2&page_size=2", ""},
		{caastest.Format{}, "", "d2 running, d1 running, d0 failed"},
		{caastest.Format{}, "?status=FAILED", "d0 failed"},
		{fromOne, "?page=0&page_size=2", ""},
		{fromOne, "?page=1&page_size=2", "d2 running, d1 running"},
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
