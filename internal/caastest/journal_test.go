package caastest_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestJournal(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.call(200, "PATCH", "/deployment/"+id, `{"traffic_port": 81}`)
	c.call(404, "GET", "/deployment/unknown", nil)
	c.call(200, "GET", "/deployments?page=0", nil)
	c.call(200, "GET", "/v1/io-cloud/caas/locations", nil)

	for _, tc := range []struct {
		method, pattern string
		want            int
	}{
		{"", "", 5},
		{"GET", "", 3},
		{"", "/deployment/{}", 2},
		{"PATCH", "/deployment/{}", 1},
		{"", "/deployment/{}/containers", 0},
		{"", "/v1/io-cloud/caas/locations", 1},
		{"", "/locations", 0},
		{"", caastest.Prefix + "/deployments", 1},
	} {
		if got := c.Count(tc.method, tc.pattern); got != tc.want {
			t.Errorf("%s %s: %d requests, want %d", tc.method, tc.pattern, got, tc.want)
		}
	}
	if bodies := c.Bodies("PATCH", "/deployment/{}"); len(bodies) != 1 || bodies[0]["traffic_port"] != 81.0 {
		t.Errorf("%v", bodies)
	}
	patch := c.Requests("PATCH", "")[0]
	if patch.Status != 200 || patch.At != newYear || patch.Conn == "" || patch.Header.Get("Authorization") != "Bearer test-token" {
		t.Errorf("%+v", patch)
	}
	if r := c.Requests("", "")[3]; r.Query.Get("page") != "0" || r.JSON() != nil {
		t.Errorf("%+v", r)
	}
	if r := c.Requests("", "")[2]; r.Status != 404 {
		t.Errorf("%+v", r)
	}
	c.ResetJournal()
	if got := c.Count("", ""); got != 0 {
		t.Errorf("%d requests", got)
	}
}
