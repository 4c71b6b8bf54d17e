package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// deployed is the request that creates the base deployment.
const deployed = `POST /deploy {"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,` +
	`"hardware_id":203,"location_ids":[1],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`

// A completed deployment stays in the state, also when the API forgets it; its
// containers and URLs stay known, and its removal makes no call.
func TestAccDeployment_ended(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", minimal)
	tf.Run("apply", "-auto-approve")
	id := env.API.Deployments()[0].ID
	env.Clock.Advance(30 * time.Hour)
	tf.Write("outputs.tf", `output "url" { value = "url: ${ioneth_caas_deployment.test.containers[0].public_url} ${ioneth_caas_deployment.test.public_urls[0]}" }`)
	tf.Run("apply", "-auto-approve")
	env.API.Forget(id)
	out := tf.Run("plan", "-detailed-exitcode") // fails when the plan is not empty
	tf.WantOutput(out, "The deployment "+id+` ("vllm") has the status "completed"`)
	if n := strings.Count(out, "Warning: Deployment has ended"); n != 1 {
		t.Errorf("the plan has the warning %d times:\n%s", n, out)
	}
	env.API.ResetJournal()
	tf.Run("destroy", "-auto-approve")
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
}

// Every plan warns once of a deployment that does not run any more.
func TestDeployment_endedWarning(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end            func(*testEnv, string)
		summary, words string
		next           string
	}{
		"completed": {
			func(env *testEnv, _ string) { env.Clock.Advance(30 * time.Hour) }, "Deployment has ended",
			`("vllm") has the status "completed" since 2030-01-03T03:04:05Z: its prepaid time has expired. It cost 478.08 USDC and stays in the state.`,
			"To run it again, and pay for it again, set recreate_when_ended = true",
		},
		"failed": {
			func(env *testEnv, id string) { env.API.Fail(id) }, "Deployment has failed",
			`("vllm") has the status "failed" since 2030-01-02T03:04:05Z and stays in the state.`,
			"To fix it in place, which costs nothing, correct the configuration and run terraform apply.",
		},
		"termination requested": {
			func(env *testEnv, id string) {
				env.API.Configure(func(o *caastest.Options) { o.Timings.Terminate = time.Hour })
				env.API.Edit(id, func(d *caastest.Deployment) { d.Status = caastest.StatusTerminating })
			}, "Deployment is being terminated",
			`("vllm") has the status "termination requested". It can be neither changed nor extended.`, "removes it from the state when it has ended.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: acctest.Instant})
			terraform := env.created(t, base)
			id := env.API.Deployments()[0].ID
			c.end(env, id)
			p := terraform.plan(base)
			if p.Action != "no-op" || len(p.Diagnostics) != 1 || !strings.HasPrefix(p.Diagnostics[0], "WARNING") {
				t.Errorf("the plan has the action %s and the diagnostics %q, want one warning", p.Action, p.Diagnostics)
			}
			for _, words := range []string{c.summary, "The deployment " + id + " " + c.words, c.next} {
				terraform.wantWords(p.Diagnostics, words)
			}
		})
	}
}

// A completed deployment is recreated with recreate_when_ended = true and by any
// replacement. A failed one has not ended: it is replaced only when asked for, and
// destroyed first.
func TestDeployment_endedRecreated(t *testing.T) {
	t.Parallel()
	recreate := base.with(attributes{"recreate_when_ended": `true`})
	const end = "DELETE /deployment/ID"
	for name, c := range map[string]struct {
		before, after attributes
		fails, taint  bool
		action        string
		requests      []string
	}{
		"configured before":      {before: recreate, after: recreate, action: "create", requests: []string{deployed}},
		"configured afterwards":  {before: base, after: recreate, action: "replace", requests: []string{deployed}},
		"with a change":          {before: base, after: recreate.with(attributes{"container_config.traffic_port": `9000`}), action: "replace", requests: []string{strings.Replace(deployed, "8000", "9000", 1)}},
		"replaced":               {before: base, after: base.with(attributes{"hardware_id": `204`}), action: "replace", requests: []string{strings.Replace(deployed, "203", "204", 1)}},
		"tainted":                {before: base, after: base, taint: true, action: "replace", requests: []string{deployed}},
		"failed":                 {before: recreate, after: recreate, fails: true, action: "no-op"},
		"failed and replaced":    {before: base, after: base.with(attributes{"hardware_id": `204`}), fails: true, action: "replace", requests: []string{end, strings.Replace(deployed, "203", "204", 1)}},
		"failed, then corrected": {before: recreate, after: recreate.with(attributes{"container_config.traffic_port": `9000`}), fails: true, action: "update", requests: patch(`{"traffic_port":9000}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{PatchRestartsFailed: true})
			terraform := env.created(t, c.before)
			if c.fails {
				env.API.Fail(env.API.Deployments()[0].ID)
			} else {
				env.Clock.Advance(25 * time.Hour)
			}
			terraform.Tainted = c.taint
			terraform.becomes(c.after, c.action, c.requests...)
			if c.action == "no-op" {
				terraform.Read()
				terraform.has("status", "failed")
			} else {
				terraform.has("status", "running")
			}
		})
	}
}

// The replacement of an ended deployment is planned also when recreate_when_ended is
// in the state already, as with -refresh=false.
func TestDeployment_endedRecreatedWithoutRefresh(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	created := env.Server(t).Apply(t.Context(), nil, baseJSON(24))
	env.Clock.Advance(25 * time.Hour)
	p := env.Server(t)
	of := p.Deployment().ValueType()
	state, err := p.Read(t.Context(), created.NewState).NewState.Unmarshal(of)
	if err != nil {
		t.Fatal(err)
	}
	prior := p.Dynamic(withAttribute(t, state, "recreate_when_ended", tftypes.NewValue(tftypes.Bool, true)))
	planned, err := p.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: acctest.DeploymentType, PriorState: prior, ProposedNewState: prior,
		Config: p.Value(of, strings.Replace(baseJSON(24), `"recreate_when_ended": false`, `"recreate_when_ended": true`, 1)),
	})
	p.Must(err, planned.Diagnostics)
	if len(planned.RequiresReplace) == 0 {
		t.Error("the plan does not replace the deployment")
	}
}

// withAttribute returns an object with another value of an attribute.
func withAttribute(t *testing.T, object tftypes.Value, name string, value tftypes.Value) tftypes.Value {
	t.Helper()
	changed, err := tftypes.Transform(object, func(at *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if at.Equal(tftypes.NewAttributePath().WithAttributeName(name)) {
			return value, nil
		}
		return v, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// A change to a deployment that can't be changed is a plan error, and what is not
// sent to the API can be changed.
func TestDeployment_endedChanged(t *testing.T) {
	t.Parallel()
	for status, c := range map[string]struct {
		end  func(*testEnv)
		next string
	}{
		"completed": {func(env *testEnv) { env.Clock.Advance(25 * time.Hour) }, "To recreate it with this configuration, and pay for it again, set recreate_when_ended = true"},
		"termination requested": {func(env *testEnv) {
			env.API.Configure(func(o *caastest.Options) { o.Timings.Terminate = time.Hour })
			env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.Status = caastest.StatusTerminating })
		}, "Undo the change, or run terraform apply again when it has ended"},
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.created(t, base)
			c.end(env)
			terraform.empty(base)
			for _, change := range []attributes{
				{"registry_config.registry_secret_wo": `"a secret"`, "registry_config.registry_secret_wo_version": `1`},
				{"duration_hours": `48`},
				{"resource_private_name": `"sglang"`},
			} {
				terraform.planFails(base.with(change), "so it can be neither changed nor extended. "+c.next)
			}
			terraform.becomes(base.with(attributes{"timeouts": `{ update = "1h" }`}), "update")
		})
	}
}
