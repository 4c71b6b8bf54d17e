package deployment

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// benchState is the state known as the framework hands it to an operation.
func benchState(b testing.TB) tfsdk.State {
	b.Helper()
	var schema resource.SchemaResponse
	NewResource().Schema(b.Context(), resource.SchemaRequest{}, &schema)
	raw, err := tftypes.ValueFromJSON([]byte(known), schema.Schema.Type().TerraformType(b.Context())) //nolint:staticcheck // there is no other
	if err != nil {
		b.Fatal(err)
	}
	return tfsdk.State{Schema: schema.Schema, Raw: raw}
}

func benchModel(b *testing.B) *model {
	b.Helper()
	m := &model{}
	if diags := benchState(b).Get(b.Context(), m); diags.HasError() {
		b.Fatal(diags)
	}
	return m
}

// benchLive is a deployment of two containers as the API tells it.
func benchLive(b *testing.B) live {
	b.Helper()
	d := &caas.Deployment{}
	if err := json.Unmarshal([]byte(`{
		"id": "4d6a5c0e-8d1f-4a5e-9c1b-1f2e3d4c5b6a", "status": "running", "created_at": "2030-01-01T00:00:00Z", "started_at": "2030-01-01T00:01:30Z",
		"amount_paid": 478.08, "total_gpus": 16, "gpus_per_container": 8, "total_containers": 2, "hardware_name": "H100 SXM", "hardware_id": 203,
		"brand_name": "NVIDIA", "locations": [{"id": 1, "iso2": "US", "name": "United States"}, {"id": 2, "iso2": "DE", "name": "Germany"}],
		"compute_minutes_served": 90, "compute_minutes_remaining": 1350,
		"container_config": {"entrypoint": ["x"], "env_variables": {"A": "1"}, "traffic_port": 80, "image_url": "image:1", "secret_env_keys": ["S", "T"]}
	}`), d); err != nil {
		b.Fatal(err)
	}
	container := caas.Container{ContainerID: "b", DeviceID: "device", Status: "running", PublicURL: "https://b.caas.example.test"}
	other := container
	other.ContainerID = "a"
	return live{Deployment: d, containers: []caas.Container{container, other}, name: "vllm"}
}

// BenchmarkState_get measures the conversion of a state to the model.
func BenchmarkState_get(b *testing.B) {
	state := benchState(b)
	b.ReportAllocs()
	for b.Loop() {
		if diags := state.Get(b.Context(), &model{}); diags.HasError() {
			b.Fatal(diags)
		}
	}
}

// BenchmarkState_set measures the conversion of the model to a state.
func BenchmarkState_set(b *testing.B) {
	state, m := benchState(b), benchModel(b)
	b.ReportAllocs()
	for b.Loop() {
		if diags := state.Set(b.Context(), m); diags.HasError() {
			b.Fatal(diags)
		}
	}
}

// BenchmarkExpand is from the model to the body of a purchase.
func BenchmarkExpand(b *testing.B) {
	m := benchModel(b)
	b.ReportAllocs()
	for b.Loop() {
		d, diags := m.definition(b.Context(), nil)
		if body, err := json.Marshal(d.deployRequest()); diags.HasError() || err != nil || len(body) == 0 {
			b.Fatal(diags, err)
		}
	}
}

// BenchmarkFlatten is from what the API tells to the model.
func BenchmarkFlatten(b *testing.B) {
	m, told := benchModel(b), benchLive(b)
	b.ReportAllocs()
	for b.Loop() {
		if diags := m.read(b.Context(), told); diags.HasError() {
			b.Fatal(diags)
		}
	}
}
