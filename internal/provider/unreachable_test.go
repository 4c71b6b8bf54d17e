package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// A plan of several deployments without a connection to the API warns once, not
// for the name, the capacity and the price of each.
func TestDeployment_unreachableWarnedOnce(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	s := env.Server(t)
	env.API.Close()
	var warnings []string
	for _, name := range []string{"a", "b", "c"} {
		wanted := s.Value(s.Deployment().ValueType(), strings.Replace(unreachableConfig, "NAME", name, 1))
		resp, err := s.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: acctest.DeploymentType, PriorState: s.Value(s.Deployment().ValueType(), "null"), ProposedNewState: wanted, Config: wanted,
		})
		s.Must(err, resp.Diagnostics)
		warnings = append(warnings, acctest.Texts(resp.Diagnostics)...)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "failed to connect") && !strings.Contains(warnings[0], "Failed to connect") {
		t.Errorf("the warnings are %q, want one", warnings)
	}
}

const unreachableConfig = `{"resource_private_name": "NAME", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
	"container_config": {"replica_count": 1, "entrypoint": ["x"], "traffic_port": 80}, "registry_config": {"image_url": "ghcr.io/org/image:1"}}`
