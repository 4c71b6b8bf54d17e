package deployment_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestAccDeployment_anotherAddress shows that a resource which is given another
// address in the configuration is not destroyed and bought anew: the plan fails,
// and with the moved block that its error says it changes nothing.
func TestAccDeployment_anotherAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	f.Write("main.tf", base.String())
	f.Run("apply", "-auto-approve")
	w.ResetJournal()
	f.Write("main.tf", strings.Replace(base.String(), `"test" {`, `"llm" {`, 1))
	out, code := f.Try("apply", "-auto-approve")
	if code == 0 {
		t.Errorf("the apply went well:\n%s", out)
	}
	f.says(out, `The name "vllm" is held by the deployment `+w.Deployments()[0].ID+`, which this plan destroys`)
	f.Write("moved.tf", "moved {\n  from = ioneth_caas_deployment.test\n  to = ioneth_caas_deployment.llm\n}\n")
	f.says(f.Run("apply", "-auto-approve"), "0 added, 0 changed, 0 destroyed")
	if sent := w.changes(); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
	w.deploymentsAre(t, "running")
}

// TestDeployment_handedOver shows the same in whatever order Terraform plans the
// two, and that a name is free again once its deployment is destroyed.
func TestDeployment_handedOver(t *testing.T) {
	t.Parallel()
	const words = "which this plan destroys, and the plan deploys another under it"
	for name, createFirst := range map[string]bool{"create first": true, "destroy first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			config := `{"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
				"container_config": {"replica_count": 1, "entrypoint": ["x"], "traffic_port": 80}, "registry_config": {"image_url": "ghcr.io/org/image:1"}}`
			state := w.protocol(t).apply(t.Context(), nil, config).NewState

			p := w.protocol(t) // the plan's own process
			null, wanted := p.value(p.schema.ValueType(), "null"), p.value(p.schema.ValueType(), config)
			_, err := p.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
				TypeName: typeName, RawState: &tfprotov6.RawState{JSON: []byte(`{"resource_private_name": "vllm", "deployment_id": "` + w.Deployments()[0].ID + `"}`)},
			})
			p.ok(err, nil)
			plan := func(prior, proposed *tfprotov6.DynamicValue) string {
				t.Helper()
				planned, err := p.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
					TypeName: typeName, PriorState: prior, ProposedNewState: proposed, Config: proposed,
				})
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range planned.Diagnostics {
					if d.Severity == tfprotov6.DiagnosticSeverityError {
						return d.Detail
					}
				}
				return ""
			}
			create, destroy := func() string { return plan(null, wanted) }, func() string { return plan(state, null) }
			first, second := destroy, create
			if createFirst {
				first, second = create, destroy
			}
			if said := first(); said != "" {
				t.Errorf("the first says %q", said)
			}
			if said := second(); !strings.Contains(said, words) {
				t.Errorf("the second says %q, want %q", said, words)
			}
			destroyed, err := p.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
				TypeName: typeName, PriorState: state, PlannedState: null, Config: null,
			})
			p.ok(err, destroyed.Diagnostics)
			if said := create(); strings.Contains(said, words) {
				t.Errorf("after the destroy a create says %q", said)
			}
		})
	}
}
