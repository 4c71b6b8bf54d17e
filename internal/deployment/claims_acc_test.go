package deployment_test

import (
	"encoding/json"
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
	f.says(out, `The name "vllm" belongs to the deployment `+w.Deployments()[0].ID+` of another resource`)
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
	const words = "of another resource, and this plan gives it to a second one"
	for name, createFirst := range map[string]bool{"create first": true, "destroy first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			config := `{"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
				"container_config": {"replica_count": 1, "entrypoint": ["x"], "traffic_port": 80}, "registry_config": {"image_url": "ghcr.io/org/image:1"}}`
			state := w.protocol(t).apply(t.Context(), nil, config).NewState

			p := w.protocol(t) // the plan's own process
			null, wanted := p.value(p.schema.ValueType(), "null"), p.value(p.schema.ValueType(), config)
			read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: state})
			p.ok(err, read.Diagnostics)
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

// TestAccDeployment_replacedUnderItsName shows that a replacement may keep its
// name in every way in which Terraform plans one, and that what the old deployment
// frees counts as capacity.
func TestAccDeployment_replacedUnderItsName(t *testing.T) {
	t.Parallel()
	other := base.with(attributes{"container_config.replica_count": "2"}).String()
	for name, c := range map[string]struct {
		config  string // after the first apply
		prepare func(*folder)
		flags   []string
		warns   bool // Terraform drops the warnings of a forced replacement
	}{
		"replacement":                  {config: other, warns: true},
		"replacement, without refresh": {config: other, flags: []string{"-refresh=false"}, warns: true},
		"forced":                       {config: base.String(), flags: []string{"-replace=" + address}},
		"forced, without refresh":      {config: base.String(), flags: []string{"-replace=" + address, "-refresh=false"}},
		"forced with an update":        {config: hours(30).String(), flags: []string{"-replace=" + address}},
		"tainted":                      {config: base.String(), prepare: func(f *folder) { f.Run("taint", address) }, warns: true},
		"tainted and changed":          {config: other, prepare: func(f *folder) { f.Run("taint", address) }, warns: true},
		"imported and replaced": {
			config:  other + "\nimport {\n  to = " + address + "\n  id = \"vllm\"\n}\n",
			prepare: func(f *folder) { f.Run("state", "rm", address) }, warns: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{Timings: instant})
			f := w.folder(t)
			f.Write("main.tf", base.String())
			f.Run("apply", "-auto-approve")
			w.SetReplicas(203, 1, 1) // beside the one that is replaced
			old := w.Deployments()[0].ID
			if c.prepare != nil {
				c.prepare(f)
			}
			w.ResetJournal()
			f.Write("main.tf", c.config)
			out := f.Run(append([]string{"plan", "-out=tfplan"}, c.flags...)...)
			if strings.Contains(out, "Insufficient capacity") {
				t.Errorf("the plan does not count the capacity that the old deployment frees:\n%s", out)
			}
			if c.warns != strings.Contains(out, `Replaces the running deployment "vllm"`) {
				t.Errorf("warns of the replacement: %t, want %t:\n%s", !c.warns, c.warns, out)
			}
			if sent := w.changes(); len(sent) > 0 {
				t.Errorf("the plan sent %q", sent)
			}
			f.Run("apply", "tfplan")
			w.deploymentsAre(t, "destroyed", "running")
			sent := w.changes()
			if len(sent) != 2 || sent[0] != "DELETE /deployment/ID" || !strings.HasPrefix(sent[1], "POST /deploy ") {
				t.Errorf("the apply sent %q", sent)
			}
			if id, tainted := f.held(); id == old || id != w.Deployments()[1].ID || tainted {
				t.Errorf("the state has %q, tainted: %t", id, tainted)
			}
			f.says(f.Run("plan"), "No changes.")
		})
	}
}

// TestAccDeployment_taintedWithoutRefresh shows that the plan of a tainted resource
// which the provider was not shown fails with what to do, and destroys nothing.
func TestAccDeployment_taintedWithoutRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	f.Write("main.tf", base.String())
	f.Run("apply", "-auto-approve")
	f.Run("taint", address)
	out, code := f.Try("apply", "-auto-approve", "-refresh=false")
	if code == 0 {
		t.Errorf("the apply succeeded:\n%s", out)
	}
	f.says(out, "when the resource is tainted, run without -refresh=false")
	w.deploymentsAre(t, "running")
}

// TestAccDeployment_copiedBlock shows that a second resource with the name of a
// deployment in the state is an error, whichever Terraform plans first, and so are
// two new ones.
func TestAccDeployment_copiedBlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	copied := strings.Replace(base.String(), `"test" {`, `"copy" {`, 1)
	f.Write("main.tf", base.String()+"\n"+copied)
	out, code := f.Try("apply", "-auto-approve")
	if code == 0 {
		t.Errorf("the apply succeeded:\n%s", out)
	}
	f.says(out, `Another resource of this configuration creates a deployment named "vllm" too.`)
	w.deploymentsAre(t)

	f.Write("main.tf", base.String())
	f.Run("apply", "-auto-approve")
	for _, after := range []string{address, "ioneth_caas_deployment.copy"} {
		block, changed := base.String(), copied
		depends := "{\n  depends_on = [" + after + "]\n"
		if after == address {
			changed = strings.Replace(copied, "{\n", depends, 1)
		} else {
			block = strings.Replace(block, "{\n", depends, 1)
		}
		f.Write("main.tf", block+"\n"+changed)
		out, code := f.Try("plan")
		if code == 0 {
			t.Errorf("after %s: the plan succeeded:\n%s", after, out)
		}
		f.says(out, `The name "vllm"`)
		f.says(out, w.Deployments()[0].ID)
	}
	w.deploymentsAre(t, "running")
}

// TestAccDeployment_privateStateIsOfThePlan shows that what one plan call stores for
// the next does not stay in the state.
func TestAccDeployment_privateStateIsOfThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	for _, config := range []attributes{
		base, hours(30), hours(30).with(attributes{"wait_for_running": "false"}), hours(30).with(attributes{"container_config.replica_count": "2"}),
	} {
		f.Write("main.tf", config.String())
		f.Run("apply", "-auto-approve")
		var state struct {
			Resources []struct {
				Instances []struct{ Private []byte }
			}
		}
		if err := json.Unmarshal([]byte(f.Read("terraform.tfstate")), &state); err != nil {
			t.Fatal(err)
		}
		if private := string(state.Resources[0].Instances[0].Private); strings.Contains(private, "predecessor") {
			t.Errorf("the private state holds %s", private)
		}
	}
}
