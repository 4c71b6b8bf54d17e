package deployment_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestDeployment_nameUsedTwice shows that of two resources with one name only one
// is deployed, also when both are at the same time: after a lost answer each
// would take the other's deployment for its own.
func TestDeployment_nameUsedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	p := w.protocol(t)
	config := p.value(p.schema.ValueType(), `{"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
		"container_config": {"replica_count": 1, "entrypoint": ["x"], "traffic_port": 80}, "registry_config": {"image_url": "ghcr.io/org/image:1"}}`)
	create := &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: p.value(p.schema.ValueType(), "null"), PlannedState: config, Config: config,
	}
	var second *tfprotov6.ApplyResourceChangeResponse
	w.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Do: func() {
		var err error
		if second, err = p.ApplyResourceChange(t.Context(), create); err != nil {
			t.Error(err)
		}
	}})
	first, err := p.ApplyResourceChange(t.Context(), create)
	p.ok(err, first.Diagnostics)
	if len(second.Diagnostics) != 1 || !strings.Contains(second.Diagnostics[0].Detail, `Another resource of this configuration is deploying "vllm" in the same apply. Nothing was bought for this one.`) {
		t.Errorf("the second says %v", second.Diagnostics)
	}
	if n := len(w.Calls("POST", "/deploy")); n != 1 {
		t.Errorf("the API received %d deploy requests, want 1", n)
	}
	// The name is free for another once it is free at the API.
	w.Vanish(w.Deployments()[0].ID)
	third, err := p.ApplyResourceChange(t.Context(), create)
	p.ok(err, third.Diagnostics)
}
