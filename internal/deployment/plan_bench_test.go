package deployment_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// BenchmarkPlan_unchanged measures what Terraform calls to plan a deployment that
// does not change, without the API: validate, then plan.
func BenchmarkPlan_unchanged(b *testing.B) {
	const (
		config = `"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1, 2],
			"container_config": {"replica_count": 2, "entrypoint": ["vllm", "serve"], "args": ["--model", "x"], "traffic_port": 8000, "env_variables": {"A": "1"}},
			"registry_config": {"image_url": "ghcr.io/org/image:1"}, "wait_for_running": true, "recreate_when_ended": false, "timeouts": {"create": "1h"}`
		computed = `"deployment_id": "id", "status": "running", "created_at": "2030-01-01T00:00:00Z", "started_at": "2030-01-01T00:00:00Z",
			"ends_at": "2030-01-02T00:00:00Z", "hardware_name": "H100", "brand_name": "NVIDIA", "total_gpus": 16, "amount_paid_usdc": 100, "secret_env_keys": [],
			"containers": [{"container_id": "a", "status": "running", "public_url": "https://a.example.test"}]`
	)
	server := provider.NewServer("test", caas.SystemClock{})()
	schemas, err := server.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		b.Fatal(err)
	}
	value := func(of tftypes.Type, text string) *tfprotov6.DynamicValue {
		raw, err := tftypes.ValueFromJSON([]byte(text), of) //nolint:staticcheck // nothing else reads JSON
		if err != nil {
			b.Fatal(err)
		}
		dynamic, err := tfprotov6.NewDynamicValue(of, raw)
		if err != nil {
			b.Fatal(err)
		}
		return &dynamic
	}
	token := value(schemas.Provider.ValueType(), `{"token": "test-token", "plan_checks": false}`)
	if _, err := server.ConfigureProvider(b.Context(), &tfprotov6.ConfigureProviderRequest{Config: token}); err != nil {
		b.Fatal(err)
	}
	of := schemas.ResourceSchemas[typeName].ValueType()
	configured, state := value(of, "{"+config+"}"), value(of, "{"+config+","+computed+"}")
	b.ReportAllocs()
	for b.Loop() {
		valid, err := server.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: typeName, Config: configured})
		if err != nil || len(valid.Diagnostics) > 0 {
			b.Fatal(err, valid.Diagnostics)
		}
		planned, err := server.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: typeName, PriorState: state, ProposedNewState: state, Config: configured,
		})
		if err != nil || len(planned.Diagnostics) > 0 {
			b.Fatal(err, planned.Diagnostics)
		}
	}
}
