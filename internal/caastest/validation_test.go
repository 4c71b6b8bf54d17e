package caastest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// issues returns the items of a 422, each as "loc type" with loc joined by dots.
func (r reply) issues() string {
	r.t.Helper()
	var body struct {
		Detail []struct {
			Loc       []any
			Msg, Type string
		}
	}
	if err := json.Unmarshal([]byte(r.body), &body); err != nil {
		r.t.Fatalf("%v: %s", err, r.body)
	}
	var all []string
	for _, d := range body.Detail {
		if d.Msg == "" {
			r.t.Errorf("no msg: %s", r.body)
		}
		raw, err := json.Marshal(d.Loc)
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, strings.NewReplacer(`"`, "", ",", ".", "[", "", "]", "").Replace(string(raw))+" "+d.Type)
	}
	return strings.Join(all, ", ")
}

func TestDeploy_rejectsInvalidRequests(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(o, config map[string]any)
		want   string
	}{
		"gpus": {func(o, _ map[string]any) { o["gpus_per_container"] = 4 }, "body.gpus_per_container literal_error"},
		"args": {func(_, c map[string]any) { c["args"] = []string{} }, "body.container_config.args too_short"},
		"unknown member": {
			func(o, c map[string]any) { c["foo"], o["args"] = 1, []string{"x"} },
			"body.args extra_forbidden, body.container_config.foo extra_forbidden",
		},
		"missing member": {
			func(o, c map[string]any) { delete(o, "hardware_id"); delete(c, "traffic_port") },
			"body.container_config.traffic_port missing, body.hardware_id missing",
		},
		"string":       {func(o, _ map[string]any) { o["duration_hours"] = "ten" }, "body.duration_hours int_type"},
		"fraction":     {func(o, _ map[string]any) { o["duration_hours"] = 1.5 }, "body.duration_hours int_type"},
		"overflow":     {func(o, _ map[string]any) { o["duration_hours"] = 1e20 }, "body.duration_hours int_type"},
		"no hours":     {func(o, _ map[string]any) { o["duration_hours"] = 0 }, "body.duration_hours greater_than_equal"},
		"port":         {func(_, c map[string]any) { c["traffic_port"] = 70000 }, "body.container_config.traffic_port less_than_equal"},
		"no locations": {func(o, _ map[string]any) { o["location_ids"] = []int{} }, "body.location_ids too_short"},
		"variable": {
			func(_, c map[string]any) { c["env_variables"] = map[string]any{"A": 1} },
			"body.container_config.env_variables.A string_type",
		},
		"null":             {func(_, c map[string]any) { c["args"] = nil }, "body.container_config.args list_type"},
		"no object":        {func(o, _ map[string]any) { o["registry_config"] = "x" }, "body.registry_config model_attributes_type"},
		"empty name":       {func(o, _ map[string]any) { o["resource_private_name"] = "" }, "body.resource_private_name string_too_short"},
		"unknown hardware": {func(o, _ map[string]any) { o["hardware_id"] = 999 }, "body.hardware_id value_error"},
		"unknown location": {func(o, _ map[string]any) { o["location_ids"] = []int{1, 99} }, "body.location_ids.1 value_error"},
		"name in use":      {func(o, _ map[string]any) { o["resource_private_name"] = "taken" }, "body.resource_private_name value_error"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, caastest.Options{})
			c.AllowViolations()
			c.Add(caastest.Deployment{Name: "taken"})
			body := deployBody("app")
			tc.change(body, body["container_config"].(map[string]any))
			if got := c.call(http.StatusUnprocessableEntity, "POST", "/deploy", body).issues(); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if len(c.Deployments()) != 1 || c.TotalPaid() != 0 {
				t.Errorf("%d deployments, %v USDC paid", len(c.Deployments()), c.TotalPaid())
			}
		})
	}
}

func TestRequests_rejected(t *testing.T) {
	const price = "/price?hardware_id=203&gpus_per_container=8&replica_count=1"
	for _, tc := range []struct{ method, path, body, want string }{
		{"POST", "/deploy", "", "body missing"},
		{"POST", "/deploy", "{", "body json_invalid"},
		{"POST", "/deploy", "[]", "body model_attributes_type"},
		{"PATCH", "/deployment/x", `{"container_config": {}}`, "body.container_config extra_forbidden"},
		{"PATCH", "/deployment/x", `{"args": []}`, "body.args too_short"},
		{"PATCH", "/deployment/x", `{"traffic_port": null}`, "body.traffic_port int_type"},
		{"PATCH", "/deployment/x", `{}`, "body too_short"},
		{"POST", "/deployment/x/extend", `{"duration_hours": 0}`, "body.duration_hours greater_than_equal"},
		{"PUT", "/clusters/x/update-name", `{"cluster_name": ""}`, "body.cluster_name string_too_short"},
		{"GET", "/deployments?page=-1", "", "query.page greater_than_equal"},
		{"GET", "/deployments?page_size=101", "", "query.page_size less_than_equal"},
		{"GET", "/deployments?page=x", "", "query.page int_parsing"},
		{"GET", "/deployment/x/log/y?stream=stdin", "", "query.stream literal_error"},
		{"GET", "/available-replicas?hardware_id=999&hardware_qty=8", "", "query.hardware_id value_error"},
		{"GET", "/available-replicas?hardware_id=203", "", "query.hardware_qty missing"},
		{"GET", price + "&duration_hours=0&location_ids=[1]", "", "query.duration_hours greater_than_equal"},
		{"GET", price + "&duration_hours=1&location_ids=" + url.QueryEscape("[]"), "", "query.location_ids too_short"},
		{"GET", "/clusters/check_cluster_name_availability", "", "query.cluster_name missing"},
	} {
		c := newClient(t, caastest.Options{})
		c.AllowViolations()
		if got := c.call(http.StatusUnprocessableEntity, tc.method, tc.path, tc.body).issues(); got != tc.want {
			t.Errorf("%s %s %s: %s, want %s", tc.method, tc.path, tc.body, got, tc.want)
		}
	}
}

func TestViolations(t *testing.T) {
	for _, tc := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/deploymentz", 404, "no matching operation"},
		{"GET", "/deployment//containers", 404, "GET " + caastest.Prefix + "/deployment//containers"},
		{"PUT", "/deploy", 404, "PUT"},
		{"GET", "/deployments?limit=5", 200, `unknown query parameter "limit"`},
		{"GET", "/deployments?page=0&page=1", 200, "repeated 2 times"},
		{"GET", "/deployments?page_size=101", 422, "page_size"},
	} {
		c := newClient(t, caastest.Options{})
		c.AllowViolations()
		c.call(tc.status, tc.method, tc.path, nil)
		if got := c.Violations(); len(got) != 1 || !strings.Contains(got[0], tc.want) {
			t.Errorf("%s %s: %q, want %q", tc.method, tc.path, got, tc.want)
		}
	}
}

func TestCredentials(t *testing.T) {
	for name, tc := range map[string]struct {
		bearer, key string
		status      int
		body        string
	}{
		"token":                  {"Bearer test-token", "", 200, ""},
		"key":                    {"", "test-key", 200, ""},
		"both":                   {"Bearer test-token", "test-key", 200, ""},
		"none":                   {"", "", 401, `{"detail":"Not authenticated"}`},
		"wrong token":            {"Bearer x", "", 401, `{"detail":"Invalid or expired token"}`},
		"wrong key":              {"", "x", 400, `{"key_set":true}`},
		"wrong key, right token": {"Bearer test-token", "x", 401, `{"detail":"Invalid API key"}`},
		"right key, wrong token": {"Bearer x", "test-key", 401, `{"detail":"Invalid or expired token"}`},
		"no scheme":              {"test-token", "", 401, `{"detail":"Invalid or expired token"}`},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, caastest.Options{})
			c.header = http.Header{}
			if tc.bearer != "" {
				c.header.Set("Authorization", tc.bearer)
			}
			if tc.key != "" {
				c.header.Set("x-api-key", tc.key)
			}
			if r := c.call(tc.status, "GET", "/deployments", nil); tc.body != "" && r.body != tc.body {
				t.Error(r.body)
			}
		})
	}
}
