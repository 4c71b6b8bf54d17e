package deployment_test

import (
	"strings"
	"testing"
	"time"

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
	if len(second.Diagnostics) != 1 || !strings.Contains(second.Diagnostics[0].Detail, `Another resource of this configuration creates a deployment named "vllm" too. Nothing was bought for this one.`) {
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

// TestDeployment_nameFreedSlowly shows that a replacement waits for its own name,
// which the API may go on to call taken for a while after the destroy: the old
// deployment is gone, so an error would leave nothing that runs.
func TestDeployment_nameFreedSlowly(t *testing.T) {
	t.Parallel()
	const check = "/clusters/check_cluster_name_availability"
	for _, test := range []struct {
		name  string
		times int // how often the API says that the name is taken
		says  string
	}{{"for a while", 5, ""}, {"for good", -1, `is still held by the deployment`}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			p := w.protocol(t)
			const config = `{"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
				"container_config": {"replica_count": 1, "entrypoint": ["x"], "traffic_port": 80}, "registry_config": {"image_url": "ghcr.io/org/image:1"}}`
			null := p.value(p.schema.ValueType(), "null")
			planned, err := p.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
				TypeName: typeName, PriorState: null, ProposedNewState: p.value(p.schema.ValueType(), config), Config: p.value(p.schema.ValueType(), config),
			})
			p.ok(err, planned.Diagnostics)
			change := func(prior, wanted *tfprotov6.DynamicValue) *tfprotov6.ApplyResourceChangeResponse {
				t.Helper()
				applied, err := p.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
					TypeName: typeName, PriorState: prior, PlannedState: wanted, Config: wanted,
				})
				p.ok(err, nil)
				return applied
			}
			created := change(null, planned.PlannedState)
			p.ok(nil, created.Diagnostics)
			p.ok(nil, change(created.NewState, null).Diagnostics)
			w.Inject(caastest.Fault{Path: check, Times: test.times, Body: "false"})
			before := w.clock.Now()
			again := change(null, planned.PlannedState)
			if test.says == "" {
				p.ok(nil, again.Diagnostics)
				w.deploymentsAre(t, "destroyed", "running")
				return
			}
			if len(again.Diagnostics) != 1 || !strings.Contains(again.Diagnostics[0].Detail, test.says) {
				t.Errorf("it says %v, want %q", again.Diagnostics, test.says)
			}
			if waited := w.clock.Now().Sub(before); waited < 25*time.Second || waited > 35*time.Second {
				t.Errorf("it waited %s for the name, want 30 s", waited)
			}
			w.deploymentsAre(t, "destroyed")
		})
	}
}
