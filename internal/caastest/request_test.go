package caastest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// What is invalid is rejected with the place of the first violation, and does
// nothing.
func TestDeploy_rejectsInvalidRequests(t *testing.T) {
	type object = map[string]any
	for name, tc := range map[string]struct {
		change func(o, config object)
		want   string
	}{
		"gpus":             {func(o, _ object) { o["gpus_per_container"] = 4 }, "body gpus_per_container"},
		"no args":          {func(_, c object) { c["args"] = []string{} }, "body container_config args"},
		"null":             {func(_, c object) { c["args"] = nil }, "body container_config args"},
		"unknown member":   {func(_, c object) { c["foo"] = 1 }, "body container_config"},
		"misplaced member": {func(o, _ object) { o["args"] = []string{"x"} }, "body"},
		"missing member":   {func(o, _ object) { delete(o, "hardware_id") }, "body hardware_id"},
		"string":           {func(o, _ object) { o["duration_hours"] = "10" }, "body duration_hours"},
		"fraction":         {func(o, _ object) { o["duration_hours"] = 1.5 }, "body duration_hours"},
		"no hours":         {func(o, _ object) { o["duration_hours"] = 0 }, "body duration_hours"},
		"port":             {func(_, c object) { c["traffic_port"] = 70000 }, "body container_config traffic_port"},
		"no locations":     {func(o, _ object) { o["location_ids"] = []int{} }, "body location_ids"},
		"variable":         {func(_, c object) { c["env_variables"] = object{"A": 1} }, "body container_config env_variables A"},
		"empty name":       {func(o, _ object) { o["resource_private_name"] = "" }, "body resource_private_name"},
		"unknown hardware": {func(o, _ object) { o["hardware_id"] = 999 }, "body hardware_id"},
		"unknown location": {func(o, _ object) { o["location_ids"] = []int{1, 99} }, "body location_ids 1"},
		"name in use":      {func(o, _ object) { o["resource_private_name"] = "taken" }, "body resource_private_name"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, caastest.Options{})
			c.AllowViolations()
			c.Add(caastest.Deployment{Name: "taken"})
			body := deployBody("app")
			tc.change(body, body["container_config"].(object))
			c.call(http.StatusUnprocessableEntity, "POST", "/deploy", body).want("detail.0.loc", "["+tc.want+"]")
			if len(c.Deployments()) != 1 || c.TotalPaid() != 0 {
				t.Errorf("%d deployments, %v USDC paid", len(c.Deployments()), c.TotalPaid())
			}
		})
	}
}

func TestRequests_rejected(t *testing.T) {
	const price = "/price?hardware_id=203&gpus_per_container=8&replica_count=1&duration_hours="
	for _, tc := range []struct{ method, path, body, want string }{
		{"POST", "/deploy", "", "body"},
		{"POST", "/deploy", "{", "body"},
		{"PATCH", "/deployment/x", `{"container_config": {}}`, "body"},
		{"PATCH", "/deployment/x", `{"args": []}`, "body args"},
		{"PATCH", "/deployment/x", `{"traffic_port": null}`, "body traffic_port"},
		{"PATCH", "/deployment/x", `{}`, "body"},
		{"POST", "/deployment/x/extend", `{"duration_hours": 0}`, "body duration_hours"},
		{"PUT", "/clusters/x/update-name", `{"cluster_name": ""}`, "body cluster_name"},
		{"GET", "/deployments?page=-1", "", "query page"},
		{"GET", "/deployments?page_size=101", "", "query page_size"},
		{"GET", "/deployment/x/log/y?stream=stdin", "", "query stream"},
		{"GET", "/available-replicas?hardware_id=999&hardware_qty=8", "", "query hardware_id"},
		{"GET", "/available-replicas?hardware_id=203", "", "query hardware_qty"},
		{"GET", price + "0&location_ids=[1]", "", "query duration_hours"},
		{"GET", price + "1&location_ids=[]", "", "query location_ids"},
	} {
		t.Run(fmt.Sprint(tc.method, tc.path, tc.body), func(t *testing.T) {
			c := newClient(t, caastest.Options{})
			c.AllowViolations()
			c.call(http.StatusUnprocessableEntity, tc.method, tc.path, tc.body).want("detail.0.loc", "["+tc.want+"]")
		})
	}
}

func TestCredentials(t *testing.T) {
	for name, tc := range map[string]struct {
		token, key string
		status     int
		body       string
	}{
		"token":                  {"Bearer test-token", "", 200, "data"},
		"key":                    {"", "test-key", 200, "data"},
		"both":                   {"Bearer test-token", "test-key", 200, "data"},
		"none":                   {"", "", 401, "Not authenticated"},
		"wrong token":            {"Bearer x", "", 401, "Invalid or expired token"},
		"right key, wrong token": {"Bearer x", "test-key", 401, "Invalid or expired token"},
		"no scheme":              {"test-token", "", 401, "Invalid or expired token"},
		"wrong key, right token": {"Bearer test-token", "x", 400, "key_set"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, caastest.Options{})
			c.header = http.Header{"Authorization": {tc.token}, "X-Api-Key": {tc.key}}
			if r := c.call(tc.status, "GET", "/deployments", ""); !strings.Contains(r.body, tc.body) {
				t.Error(r.body)
			}
		})
	}
}

func TestRateLimit(t *testing.T) {
	c := newClient(t, caastest.Options{Limit: caastest.RateLimit{PerSecond: 1, Burst: 2}})
	for _, status := range []int{200, 200, 429} {
		c.call(status, "GET", "/deployments", "")
	}
	c.clock.Advance(time.Second)
	c.get("/deployments")
	if r := c.call(429, "GET", "/deployments", ""); r.header.Get("Retry-After") != "1" {
		t.Errorf("%v", r.header)
	}
	if requests := c.Requests("", ""); requests[2].Status != 429 {
		t.Errorf("%+v", requests)
	}
}

// A pattern that matches nothing would let tests pass that count no requests.
func TestRequests_patterns(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.patch(id, `{"traffic_port": 81}`)
	c.call(404, "GET", "/deployment/unknown", "")
	c.get("/deployments?page=0")
	for _, tc := range []struct {
		method, pattern string
		want            int
	}{
		{"", "", 4},
		{"GET", "", 2},
		{"", "/deployment/{}", 2},
		{"PATCH", "/deployment/{}", 1},
		{"", "/deployment/{}/containers", 0},
		{"", "/deployment", 0},
		{"", caastest.Prefix + "/deployments", 1},
	} {
		if got := c.Count(tc.method, tc.pattern); got != tc.want {
			t.Errorf("%s %s: %d requests, want %d", tc.method, tc.pattern, got, tc.want)
		}
	}
	if bodies := c.Bodies("PATCH", "/deployment/{}"); len(bodies) != 1 || bodies[0]["traffic_port"] != 81.0 {
		t.Errorf("%v", bodies)
	}
	c.ResetJournal()
	if got := c.Count("", ""); got != 0 {
		t.Errorf("%d requests", got)
	}
}
