package deployment

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// modelOf is a model from JSON; what that leaves out is null.
func modelOf(t *testing.T, text string) *model {
	t.Helper()
	var schema resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &schema)
	raw, err := tftypes.ValueFromJSON([]byte(text), schema.Schema.Type().TerraformType(t.Context())) //nolint:staticcheck // there is no other
	if err != nil {
		t.Fatal(err)
	}
	m := &model{}
	if diags := (tfsdk.State{Schema: schema.Schema, Raw: raw}).Get(t.Context(), m); diags.HasError() {
		t.Fatal(diags)
	}
	return m
}

// known is a state in which each attribute has a value.
const known = `{
	"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1, 2],
	"wait_for_running": false, "recreate_when_ended": true, "timeouts": {"create": "1h"}, "max_cost_usdc": 1000,
	"container_config": {
		"replica_count": 1, "entrypoint": ["x"], "args": ["y"], "traffic_port": 80, "env_variables": {"A": "1"}, "secret_env_variables": {"S": "s", "T": "t"}
	},
	"registry_config": {"image_url": "image:1", "registry_username": "robot", "registry_secret": "r"},
	"deployment_id": "id", "status": "running", "created_at": "2030-01-01T00:00:00Z"
}`

// TestModel_read shows what each attribute becomes: what was held against what
// the API tells, be it null, empty or something.
func TestModel_read(t *testing.T) {
	const (
		imported = `{"deployment_id": "id", "container_config": null}`
		omitted  = `{"duration_hours": 24, "container_config": {"replica_count": 1, "entrypoint": ["x"], "traffic_port": 80, "env_variables": {}}, "registry_config": {}}`
		empty    = `{"duration_hours": 24, "container_config": {"entrypoint": [], "env_variables": {}, "secret_env_variables": {}}, "registry_config": {}}`
		nothing  = `{"container_config": {"entrypoint": null, "env_variables": null, "secret_env_keys": null, "image_url": null}, "locations": null}`
		none     = `{"container_config": {"entrypoint": [], "env_variables": {}, "secret_env_keys": [], "image_url": ""}, "locations": []}`
		some     = `{
			"gpus_per_container": 8, "hardware_id": 204, "total_containers": 2, "locations": [{"id": 2}, {"id": 1}, {"id": 2}],
			"compute_minutes_served": 90, "compute_minutes_remaining": 2070,
			"container_config": {"entrypoint": ["z"], "traffic_port": 81, "env_variables": {"B": "2"}, "secret_env_keys": ["T", "U", "U"], "image_url": "image:2"}
		}`
	)
	for _, c := range []struct{ attribute, held, told, want string }{
		{"container_config.entrypoint", imported, nothing, `[]`},
		{"container_config.entrypoint", imported, some, `["z"]`},
		{"container_config.entrypoint", known, nothing, `["x"]`},
		{"container_config.entrypoint", known, none, `[]`},
		{"container_config.entrypoint", known, some, `["z"]`},
		{"container_config.entrypoint", empty, nothing, `[]`},
		{"container_config.env_variables", imported, nothing, `{}`},
		{"container_config.env_variables", omitted, none, `{}`},
		{"container_config.env_variables", known, nothing, `{}`},
		{"container_config.env_variables", known, some, `{"B":"2"}`},
		{"container_config.secret_env_variables", imported, some, `<null>`},
		{"container_config.secret_env_variables", omitted, some, `<null>`},
		{"container_config.secret_env_variables", empty, nothing, `{}`},
		{"container_config.secret_env_variables", empty, some, `{"T":"","U":""}`},
		{"container_config.secret_env_variables", known, nothing, `{}`},
		{"container_config.secret_env_variables", known, some, `{"T":"t","U":""}`},
		{"container_config.secret_env_variables_wo", known, some, `<null>`},
		{"container_config.args", imported, some, `<null>`},
		{"container_config.args", known, some, `["y"]`},
		{"container_config.replica_count", known, nothing, `1`},
		{"container_config.replica_count", known, some, `2`},
		{"container_config.traffic_port", known, none, `80`},
		{"container_config.traffic_port", known, some, `81`},
		{"registry_config.image_url", known, nothing, `<null>`},
		{"registry_config.image_url", omitted, none, `<null>`},
		{"registry_config.image_url", omitted, some, `"image:2"`},
		{"registry_config.registry_username", known, some, `"robot"`},
		{"registry_config.registry_secret", known, some, `"r"`},
		{"secret_env_keys", known, nothing, `[]`},
		{"secret_env_keys", known, some, `["T","U"]`},
		{"location_ids", known, nothing, `[1,2]`},
		{"location_ids", known, none, `[1,2]`},
		{"location_ids", imported, some, `[2,1]`},
		{"hardware_id", known, nothing, `203`},
		{"hardware_id", known, some, `204`},
		{"gpus_per_container", imported, some, `8`},
		{"resource_private_name", known, some, `"told"`},
		{"resource_private_name", known, nothing, `"vllm"`},
		// The duration is read on import alone.
		{"duration_hours", imported, some, `36`},
		{"duration_hours", imported, nothing, `1`},
		{"duration_hours", known, some, `24`},
		{"wait_for_running", imported, some, `true`},
		{"wait_for_running", known, some, `false`},
		{"recreate_when_ended", imported, some, `false`},
		{"recreate_when_ended", known, some, `true`},
		{"max_cost_usdc", known, some, `1000.000000`},
		{"deployment_id", known, some, `"id"`},
		{"started_at", known, some, `<null>`},
		{"ends_at", known, some, `<null>`},
		{"containers", known, some, `[]`},
	} {
		t.Run(fmt.Sprintf("%s is %s", c.attribute, c.want), func(t *testing.T) {
			d := &caas.Deployment{}
			if err := json.Unmarshal([]byte(c.told), d); err != nil {
				t.Fatal(err)
			}
			m, name := modelOf(t, c.held), ""
			if c.told == some {
				name = "told"
			}
			if diags := m.read(t.Context(), live{Deployment: d, name: name}); diags.HasError() {
				t.Fatal(diags)
			}
			if got := attributeText(t, m, c.attribute); got != c.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

// attributeText is an attribute of a model, as text.
func attributeText(t *testing.T, m *model, attribute string) string {
	t.Helper()
	var schema resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &schema)
	state := tfsdk.State{Schema: schema.Schema, Raw: tftypes.NewValue(schema.Schema.Type().TerraformType(t.Context()), nil)}
	if diags := state.Set(t.Context(), m); diags.HasError() {
		t.Fatal(diags)
	}
	name, inner, nested := strings.Cut(attribute, ".")
	where := path.Root(name)
	if nested {
		where = where.AtName(inner)
	}
	var v attr.Value
	if diags := state.GetAttribute(t.Context(), where, &v); diags.HasError() {
		t.Fatal(diags)
	}
	return v.String()
}

// TestLive_endsAt shows that the end does not move while the deployment runs,
// however the API rounds its minutes.
func TestLive_endsAt(t *testing.T) {
	started := time.Date(2030, 1, 1, 12, 34, 56, 0, time.UTC)
	for name, c := range map[string]struct {
		served, remaining float64
		started           time.Time
		want              string
	}{
		"not started":            {0, 24 * 60, time.Time{}, ""},
		"just started":           {0, 24 * 60, started, "2030-01-02T12:34:56Z"},
		"in between":             {601, 839, started, "2030-01-02T12:34:56Z"},
		"a minute lost":          {601, 838, started, "2030-01-02T12:34:56Z"},
		"a fraction of a minute": {601.75, 838.75, started, "2030-01-02T12:34:56Z"},
		"extended":               {601, 839 + 600, started, "2030-01-02T22:34:56Z"},
		"minutes not counted":    {0, 0, started, "2030-01-02T00:34:56Z"},
	} {
		t.Run(name, func(t *testing.T) {
			l := live{Deployment: &caas.Deployment{
				StartedAt: caas.Time{Time: c.started}, ComputeMinutesServed: caas.Float(c.served), ComputeMinutesRemaining: caas.Float(c.remaining),
			}}
			if got := l.endsAt(12).RFC3339(); got != c.want {
				t.Errorf("ends at %q, want %q", got, c.want)
			}
		})
	}
}

// TestContainerRows shows an order that is not the API's, and null for what is
// not told.
func TestContainerRows(t *testing.T) {
	rows := containerRows([]caas.Container{{ContainerID: "b", Status: "running", PublicURL: "https://b"}, {ContainerID: "a", DeviceID: "d"}})
	const want = `[{"container_id":"a","device_id":"d","public_url":<null>,"status":<null>},{"container_id":"b","device_id":<null>,"public_url":"https://b","status":"running"}]`
	if got := rows.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
