package caastest_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestJournal(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	c.call(200, "PATCH", "/deployment/"+id, `{"traffic_port": 81}`)
	c.call(404, "GET", "/deployment/nobody", nil)
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
		if got := c.Calls(tc.method, tc.pattern); len(got) != tc.want {
			t.Errorf("%s %s: %d calls, want %d", tc.method, tc.pattern, len(got), tc.want)
		}
	}
	patch := c.Calls("PATCH", "")[0]
	if patch.JSON()["traffic_port"] != 81.0 || patch.Status != 200 || patch.At != newYear || patch.Conn == "" {
		t.Errorf("%+v", patch)
	}
	if got := patch.Header.Get("Authorization"); got != "Bearer test-token" {
		t.Error(got)
	}
	if r := c.Requests()[3]; r.Query.Get("page") != "0" || r.JSON() != nil {
		t.Errorf("%+v", r)
	}
	if r := c.Requests()[2]; r.Status != 404 {
		t.Errorf("%+v", r)
	}
	c.ResetJournal()
	if got := c.Requests(); len(got) != 0 {
		t.Errorf("%d requests", len(got))
	}
}
