package caastest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDialects(t *testing.T) {
	const detail = "/deployment/{id}"
	for name, tc := range map[string]struct {
		dialect caastest.Dialect
		path    string
		want    map[string]any
	}{
		"UpperStatus":     {caastest.Dialect{UpperStatus: true}, detail, map[string]any{"data.status": "RUNNING", "data.container_config.env_variables.status": "mine"}},
		"UpperStatus all": {caastest.Dialect{UpperStatus: true}, "/deployments", map[string]any{"data.statuses.1": "RUNNING"}},
		"Zoneless":        {caastest.Dialect{Zoneless: true}, detail, map[string]any{"data.created_at": "2026-01-01T00:00:00"}},
		"Nanoseconds":     {caastest.Dialect{Nanoseconds: true}, detail, map[string]any{"data.created_at": "2026-01-01T00:00:00.123456789Z"}},
		"both": {
			caastest.Dialect{Zoneless: true, Nanoseconds: true}, "/deployment/{id}/containers",
			map[string]any{"data.workers.0.created_at": "2026-01-01T00:00:00.123456789"},
		},
		"NumberStrings":  {caastest.Dialect{NumberStrings: true}, detail, map[string]any{"data.hardware_id": "203", "data.amount_paid": "478.08"}},
		"float strings":  {caastest.Dialect{NumberStrings: true, FloatIntegers: true}, detail, map[string]any{"data.hardware_id": "203.0"}},
		"NullLists":      {caastest.Dialect{NullLists: true}, detail, map[string]any{"data.container_config.secret_env_keys": nil}},
		"Bare":           {caastest.Dialect{Bare: true}, detail, map[string]any{"status": "running"}},
		"Bare, wrapped":  {caastest.Dialect{Bare: true}, "/deployment/{id}/container/{cid}", map[string]any{"data.status": "running"}},
		"Bare, boolean":  {caastest.Dialect{Bare: true}, "/clusters/check_cluster_name_availability?cluster_name=x", map[string]any{"data": true}},
		"DoubleWrap":     {caastest.Dialect{DoubleWrap: true}, detail, map[string]any{"data.data.status": "running"}},
		"DoubleWrap not": {caastest.Dialect{DoubleWrap: true}, "/deployment/{id}/container/{cid}", map[string]any{"status": "running"}},
		"ExtraMembers":   {caastest.Dialect{ExtraMembers: true}, detail, map[string]any{"x_new.since": "tomorrow", "data.locations.0.x_new.since": "tomorrow"}},
		"RegionalRows": {
			caastest.Dialect{RegionalRows: true}, "/hardware/max-gpus-per-container",
			map[string]any{"data.hardware.1.hardware_id": "us-east-h100", "data.hardware.2.hardware_id": 203.0, "data.total": 6.0},
		},
		"GPUMinutes": {caastest.Dialect{GPUMinutes: true}, detail, map[string]any{"data.compute_minutes_remaining": 24.0 * 60 * 8}},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, caastest.Options{})
			id := c.Add(caastest.Deployment{Env: map[string]string{"status": "mine"}})
			c.Speak(tc.dialect)
			path := strings.NewReplacer("{id}", id, "{cid}", c.Deployments()[0].Containers[0].ContainerID).Replace(tc.path)
			g := c.tree(c.call(http.StatusOK, "GET", path, nil))
			for at, want := range tc.want {
				g.is(at, want)
			}
			c.Speak(caastest.Dialect{})
			c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id, nil)).is("data.hardware_id", 203.0)
		})
	}
}

func TestDialect_floatIntegers(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.Add(caastest.Deployment{})
	c.Speak(caastest.Dialect{FloatIntegers: true})
	if g := c.call(http.StatusOK, "GET", "/deployment/"+id, nil); !strings.Contains(g.body, `"hardware_id":203.0`) {
		t.Error(g.body)
	}
}

func TestDialect_shuffleLocations(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.Add(caastest.Deployment{LocationIDs: []int{1, 2}})
	c.Speak(caastest.Dialect{ShuffleLocations: true})
	first := map[any]bool{}
	for range 2 {
		c.call(http.StatusOK, "GET", "/deployments", nil) // may not set the order
		first[c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id, nil)).get("data.locations.0.id")] = true
	}
	if len(first) != 2 {
		t.Errorf("the first location was always %v", first)
	}
}

func TestDialect_emptyDeployReply(t *testing.T) {
	c := start(t, caastest.Options{Balance: 400})
	c.Speak(caastest.Dialect{EmptyDeployReply: true, Bare: true})
	if g := c.call(http.StatusOK, "POST", "/deploy", order("app")); g.body != "" {
		t.Errorf("%q", g.body)
	}
	if _, ok := c.ByName("app"); !ok {
		t.Error("nothing was deployed")
	}
	g := c.call(http.StatusOK, "POST", "/deploy", order("more"))
	if g.body != `{"data":{"status":"payment_required"}}` {
		t.Errorf("%q", g.body)
	}
}

func TestDialect_leavesErrorsAlone(t *testing.T) {
	c := start(t, caastest.Options{})
	c.Speak(caastest.Dialect{Bare: true, DoubleWrap: true, ExtraMembers: true})
	if g := c.call(http.StatusNotFound, "GET", "/deployment/nobody", nil); g.body != `{"detail":"Deployment not found"}` {
		t.Error(g.body)
	}
}
