package caastest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// issues are the items of a 422, each as "loc type" with loc joined by dots.
func (c *caller) issues(g got) string {
	c.Helper()
	var reply struct {
		Detail []struct {
			Loc       []any
			Msg, Type string
		}
	}
	if err := json.Unmarshal([]byte(g.body), &reply); err != nil {
		c.Fatalf("%v: %s", err, g.body)
	}
	var all []string
	for _, d := range reply.Detail {
		if d.Msg == "" {
			c.Errorf("no msg: %s", g.body)
		}
		raw, err := json.Marshal(d.Loc)
		if err != nil {
			c.Fatal(err)
		}
		loc := strings.NewReplacer(`"`, "", ",", ".", "[", "", "]", "").Replace(string(raw))
		all = append(all, loc+" "+d.Type)
	}
	return strings.Join(all, ", ")
}

func TestDeploy_refusesWhatIsNotValid(t *testing.T) {
	config := func(o map[string]any) map[string]any {
		m, _ := o["container_config"].(map[string]any)
		return m
	}
	for name, tc := range map[string]struct {
		change func(o map[string]any)
		want   string
	}{
		"gpus": {func(o map[string]any) { o["gpus_per_container"] = 4 }, "body.gpus_per_container literal_error"},
		"args": {func(o map[string]any) { config(o)["args"] = []string{} }, "body.container_config.args too_short"},
		"unknown": {
			func(o map[string]any) { config(o)["foo"] = 1 },
			"body.container_config.foo extra_forbidden",
		},
		"unknown at the top": {func(o map[string]any) { o["args"] = []string{"x"} }, "body.args extra_forbidden"},
		"missing": {
			func(o map[string]any) { delete(o, "hardware_id"); delete(config(o), "traffic_port") },
			"body.container_config.traffic_port missing, body.hardware_id missing",
		},
		"type":         {func(o map[string]any) { o["duration_hours"] = "ten" }, "body.duration_hours int_type"},
		"fraction":     {func(o map[string]any) { o["duration_hours"] = 1.5 }, "body.duration_hours int_type"},
		"hours":        {func(o map[string]any) { o["duration_hours"] = 0 }, "body.duration_hours greater_than_equal"},
		"port":         {func(o map[string]any) { config(o)["traffic_port"] = 70000 }, "body.container_config.traffic_port less_than_equal"},
		"no locations": {func(o map[string]any) { o["location_ids"] = []int{} }, "body.location_ids too_short"},
		"variable": {
			func(o map[string]any) { config(o)["env_variables"] = map[string]any{"A": 1} },
			"body.container_config.env_variables.A string_type",
		},
		"null":     {func(o map[string]any) { config(o)["args"] = nil }, "body.container_config.args list_type"},
		"not one":  {func(o map[string]any) { o["registry_config"] = "x" }, "body.registry_config model_attributes_type"},
		"unnamed":  {func(o map[string]any) { o["resource_private_name"] = "" }, "body.resource_private_name string_too_short"},
		"hardware": {func(o map[string]any) { o["hardware_id"] = 999 }, "body.hardware_id value_error"},
		"location": {func(o map[string]any) { o["location_ids"] = []int{1, 99} }, "body.location_ids.1 value_error"},
		"taken":    {func(o map[string]any) { o["resource_private_name"] = "taken" }, "body.resource_private_name value_error"},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, caastest.Options{})
			c.AllowViolations()
			c.Add(caastest.Deployment{Name: "taken"})
			o := order("app")
			tc.change(o)
			if got := c.issues(c.call(http.StatusUnprocessableEntity, "POST", "/deploy", o)); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if len(c.Deployments()) != 1 {
				t.Error("deployed all the same")
			}
		})
	}
}

func TestDeploy_refusesWhatIsNotJSON(t *testing.T) {
	c := start(t, caastest.Options{})
	c.AllowViolations()
	for body, want := range map[string]string{
		"":           "body missing",
		"{":          "body.1 json_invalid",
		"{} {}":      "body.4 json_invalid",
		`[]`:         "body model_attributes_type",
		`{"a":"\ud8`: "body.0 json_invalid",
	} {
		got := c.issues(c.call(http.StatusUnprocessableEntity, "POST", "/deploy", body))
		if strings.Fields(got)[1] != strings.Fields(want)[1] {
			t.Errorf("%q: %s, want %s", body, got, want)
		}
	}
}

func TestDeploy_oneOfManyGetsTheName(t *testing.T) {
	c := start(t, caastest.Options{})
	var made atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			g, err := c.try("POST", "/deploy", order("app"))
			if err != nil {
				t.Error(err)
			}
			if g.status == http.StatusOK {
				made.Add(1)
			}
		})
	}
	group.Wait()
	if made.Load() != 1 || len(c.Deployments()) != 1 || len(c.Calls("POST", "/deploy")) != 8 {
		t.Errorf("%d made", made.Load())
	}
}

func TestDeploy_smallHardware(t *testing.T) {
	c := start(t, caastest.Options{})
	o := order("app")
	o["hardware_id"] = 225
	g := c.call(http.StatusBadRequest, "POST", "/deploy", o)
	c.tree(g).is("detail", "GeForce RTX 4090 has at most 4 GPUs per container")
	rows := c.tree(c.call(http.StatusOK, "GET", "/available-replicas?hardware_id=225&hardware_qty=8", nil))
	rows.is("data.0.available_replicas", 0.0)
}

func TestAuthorisation(t *testing.T) {
	for name, tc := range map[string]struct {
		bearer, key string
		status      int
		body        string
	}{
		"token":                   {"Bearer test-token", "", 200, ""},
		"key":                     {"", "test-key", 200, ""},
		"both":                    {"Bearer test-token", "test-key", 200, ""},
		"none":                    {"", "", 401, `{"detail":"Not authenticated"}`},
		"wrong token":             {"Bearer x", "", 401, `{"detail":"Invalid or expired token"}`},
		"wrong key":               {"", "x", 400, `{"key_set":true}`},
		"wrong key, right token":  {"Bearer test-token", "x", 401, `{"detail":"Invalid API key"}`},
		"right key, wrong token":  {"Bearer x", "test-key", 401, `{"detail":"Invalid or expired token"}`},
		"a token without its way": {"test-token", "", 401, `{"detail":"Invalid or expired token"}`},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, caastest.Options{})
			c.header = http.Header{}
			if tc.bearer != "" {
				c.header.Set("Authorization", tc.bearer)
			}
			if tc.key != "" {
				c.header.Set("x-api-key", tc.key)
			}
			if g := c.call(tc.status, "GET", "/deployments", nil); tc.body != "" && g.body != tc.body {
				t.Error(g.body)
			}
		})
	}
}
