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
	env := acctest.New(b, caastest.Options{})
	state := env.Server(b).Apply(b.Context(), nil, baseJSON("vllm")).NewState
	server := env.Server(b)
	config := server.Value(server.Deployment().ValueType(), baseJSON("vllm"))
	b.ReportAllocs()
	for b.Loop() {
		valid, err := server.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: acctest.DeploymentType, Config: config})
		if err != nil || len(valid.Diagnostics) > 0 {
			b.Fatal(err, acctest.Texts(valid.Diagnostics))
		}
		planned, err := server.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: acctest.DeploymentType, PriorState: state, ProposedNewState: state, Config: config,
		})
		if err != nil || len(planned.Diagnostics) > 0 {
			b.Fatal(err, acctest.Texts(planned.Diagnostics))
		}
	}
}
