package deployment

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func resourceSchema(t *testing.T) schema.Schema {
	t.Helper()
	var resp resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &resp)
	return resp.Schema
}

// rawValue returns a value of the resource from JSON; what that omits is null.
// The attributes in unknown are unknown.
func rawValue(t *testing.T, text string, unknown ...string) tftypes.Value {
	t.Helper()
	of := resourceSchema(t).Type().TerraformType(t.Context())
	raw, err := tftypes.ValueFromJSON([]byte(text), of) //nolint:staticcheck // nothing else reads JSON
	if err != nil {
		t.Fatal(err)
	}
	raw, diags := markComputedUnknown(raw, unknown...)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return raw
}

// member returns an attribute of a value of the resource as a string.
func member(t *testing.T, raw tftypes.Value, name string) string {
	t.Helper()
	at := tftypes.NewAttributePath()
	for step := range strings.SplitSeq(name, ".") {
		at = at.WithAttributeName(step)
	}
	value, ok := valueAt(raw, at)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	text := value.String()
	if _, number, ok := strings.Cut(text, "tftypes.Number<"); ok {
		return strings.Trim(number, `">`)
	}
	_, text, _ = strings.Cut(strings.TrimSuffix(text, ">"), "<")
	return text
}

func wantMembers(t *testing.T, raw tftypes.Value, diags diag.Diagnostics, want map[string]string) {
	t.Helper()
	if diags.HasError() {
		t.Fatal(diags)
	}
	for name, text := range want {
		if got := member(t, raw, name); got != text {
			t.Errorf("%s is %s, want %s", name, got, text)
		}
	}
}

// computedNames returns the attributes of the schema that only the API sets.
func computedNames(t *testing.T) (names []string) {
	for name, attribute := range resourceSchema(t).Attributes {
		if attribute.IsComputed() && !attribute.IsOptional() {
			names = append(names, name)
		}
	}
	return names
}

// TestModel_convertsEveryValue shows that the model holds every attribute of the
// schema, null or unknown, and writes back what it read.
func TestModel_convertsEveryValue(t *testing.T) {
	state := benchState(t)
	full := state.Raw
	object := full.Type().(tftypes.Object)
	convert := func(t *testing.T, raw tftypes.Value) {
		t.Helper()
		state.Raw = raw
		var m model
		diags := state.Get(t.Context(), &m)
		c, r := m.container(t.Context(), &diags), m.registry(t.Context(), &diags)
		diags.Append(state.Set(t.Context(), &m)...)
		if diags.HasError() || !state.Raw.Equal(raw) {
			t.Errorf("wrote %s, want %s; %v", state.Raw, raw, diags)
		}
		if !m.ContainerConfig.IsNull() && !m.ContainerConfig.IsUnknown() {
			m.setContainer(c, &diags)
			m.setRegistry(r, &diags)
			diags.Append(state.Set(t.Context(), &m)...)
		}
		if diags.HasError() {
			t.Error(diags)
		}
	}
	convert(t, full)
	for name, of := range object.AttributeTypes {
		for what, value := range map[string]any{"null": nil, "unknown": tftypes.UnknownValue} {
			t.Run(name+" "+what, func(t *testing.T) {
				var members map[string]tftypes.Value
				if err := full.As(&members); err != nil {
					t.Fatal(err)
				}
				members[name] = tftypes.NewValue(of, value)
				convert(t, tftypes.NewValue(object, members))
			})
		}
	}
}

// TestModel_objectNullOrUnknown shows that each attribute of an object that is
// null or unknown as a whole is so too, and can be written back.
func TestModel_objectNullOrUnknown(t *testing.T) {
	for name, object := range map[string]types.Object{
		"null": types.ObjectNull(containerConfigTypes), "unknown": types.ObjectUnknown(containerConfigTypes), "zero": {},
	} {
		m := &model{ContainerConfig: object}
		var diags diag.Diagnostics
		c := m.container(t.Context(), &diags)
		m.setContainer(c, &diags)
		if diags.HasError() {
			t.Fatal(name, diags)
		}
		for attribute, value := range m.ContainerConfig.Attributes() {
			if value.IsNull() == object.IsUnknown() || value.IsUnknown() != object.IsUnknown() {
				t.Errorf("%s: %s is %s", name, attribute, value)
			}
		}
	}
}

// TestNullUnknowns shows that every computed attribute is null in the state that
// is saved right after the purchase.
func TestNullUnknowns(t *testing.T) {
	names := computedNames(t)
	raw, diags := nullUnknowns(rawValue(t, known, names...))
	want := map[string]string{"resource_private_name": `"vllm"`, "container_config.traffic_port": "80"}
	for _, name := range names {
		want[name] = "null"
	}
	wantMembers(t, raw, diags, want)
	if !raw.IsFullyKnown() {
		t.Errorf("%s holds an unknown value", raw)
	}
}

// TestUseStateForUnknown shows that unknown values come from the state, and that
// known ones and those of the configuration stay.
func TestUseStateForUnknown(t *testing.T) {
	names := slices.DeleteFunc(computedNames(t), func(name string) bool { return name == "status" })
	plan := rawValue(t, strings.Replace(known, `"status": "running"`, `"status": "planned"`, 1), append(names, "max_cost_usdc")...)
	config := rawValue(t, `{"resource_private_name": "vllm", "max_cost_usdc": null}`, "max_cost_usdc")
	raw, diags := useStateForUnknown(plan, config, rawValue(t, known))
	wantMembers(t, raw, diags, map[string]string{
		"deployment_id": `"id"`, "status": `"planned"`, "created_at": `"2030-01-01T00:00:00Z"`, "finished_at": "null",
		"total_gpus": "null", "containers": "null", "max_cost_usdc": "unknown",
	})
}

// TestPreservePlanned shows that an apply returns what the plan knew, and what the
// API returned for the rest.
func TestPreservePlanned(t *testing.T) {
	const planned = `{"duration_hours": 24, "container_config": {"traffic_port": 80, "env_variables": {"A": "1"}}, "ends_at": "planned", "started_at": null}`
	const read = `{"duration_hours": 25, "container_config": {"traffic_port": 81, "env_variables": {"B": "2"}}, "ends_at": "read", "started_at": "read",
		"status": "running", "deployment_id": "id", "containers": [{"container_id": "a"}]}`
	raw, diags := preservePlanned(rawValue(t, planned, "deployment_id", "status", "containers", "brand_name"), rawValue(t, read))
	wantMembers(t, raw, diags, map[string]string{
		"duration_hours": "24", "container_config.traffic_port": "80", "ends_at": `"planned"`, "started_at": "null",
		"status": `"running"`, "deployment_id": `"id"`, "brand_name": "null",
	})
	if got := raw.String(); !strings.Contains(got, `"container_id":tftypes.String<"a">`) || strings.Contains(got, `"B"`) {
		t.Errorf("got %s", got)
	}
}

// TestMarkComputedUnknown shows that a restart makes the attributes that it may
// change unknown, and no other.
func TestMarkComputedUnknown(t *testing.T) {
	raw, diags := markComputedUnknown(rawValue(t, known), append([]string{"containers"}, lifecycleAttributes...)...)
	wantMembers(t, raw, diags, map[string]string{
		"status": "unknown", "started_at": "unknown", "ends_at": "unknown", "finished_at": "unknown", "amount_paid_usdc": "unknown",
		"containers": "unknown", "deployment_id": `"id"`, "created_at": `"2030-01-01T00:00:00Z"`, "duration_hours": "24",
	})
}

// TestPlanComputed shows which computed attributes a change in place leaves as
// they are.
func TestPlanComputed(t *testing.T) {
	const state = `{"deployment_id": "id", "status": "running", "ends_at": "then", "containers": [], "total_gpus": 8}`
	plan := rawValue(t, state, "status", "ends_at", "containers")
	for of, want := range map[kind]map[string]string{
		untouched: {"status": `"running"`, "ends_at": `"then"`, "containers": "", "total_gpus": "8"},
		renamed:   {"status": `"running"`, "ends_at": `"then"`, "containers": "", "total_gpus": "8"},
		extended:  {"status": "unknown", "ends_at": "unknown", "containers": "", "total_gpus": "8"},
		redefined: {"status": "unknown", "ends_at": "unknown", "containers": "unknown", "total_gpus": "8"},
	} {
		raw, diags := planComputed(of, plan, rawValue(t, `{}`), rawValue(t, state))
		wantMembers(t, raw, diags, want)
	}
}
