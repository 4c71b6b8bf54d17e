package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// BenchmarkPlan_unchanged measures the validation and the plan of a deployment that
// does not change, without the API.
func BenchmarkPlan_unchanged(b *testing.B) {
	const (
		config = `"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1, 2],
			"container_config": {"replica_count": 2, "entrypoint": ["vllm", "serve"], "args": ["--model", "x"], "traffic_port": 8000, "env_variables": {"A": "1"}},
			"registry_config": {"image_url": "ghcr.io/org/image:1"}, "wait_for_running": true, "recreate_when_ended": false, "timeouts": {"create": "1h"}`
		computed = `"deployment_id": "id", "status": "running", "created_at": "2030-01-01T00:00:00Z", "started_at": "2030-01-01T00:00:00Z",
			"ends_at": "2030-01-02T00:00:00Z", "hardware_name": "H100", "brand_name": "NVIDIA", "total_gpus": 16, "amount_paid_usdc": 100, "secret_env_keys": [], "paid_hours": 24,
			"public_urls": ["https://a.example.test"],
			"containers": [{"container_id": "a", "status": "running", "public_url": "https://a.example.test"}]`
	)
	server := acctest.New(b, caastest.Options{}).Server(b)
	of := server.Deployment().ValueType()
	configured, state := server.Value(of, "{"+config+"}"), server.Value(of, "{"+config+","+computed+"}")
	b.ReportAllocs()
	for b.Loop() {
		valid, err := server.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: acctest.DeploymentType, Config: configured})
		if err != nil || len(valid.Diagnostics) > 0 {
			b.Fatal(err, valid.Diagnostics)
		}
		planned, err := server.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: acctest.DeploymentType, PriorState: state, ProposedNewState: state, Config: configured,
		})
		if err != nil || len(planned.Diagnostics) > 0 {
			b.Fatal(err, planned.Diagnostics)
		}
	}
}
