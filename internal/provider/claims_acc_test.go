package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// mustFail runs a command that must fail, and returns its output.
func mustFail(t *testing.T, tf *acctest.Terraform, args ...string) string {
	t.Helper()
	out, code := tf.Try(args...)
	if code == 0 {
		t.Errorf("terraform %s succeeded:\n%s", strings.Join(args, " "), out)
	}
	return out
}

// wantInState checks that the state has a deployment, which is not tainted.
func wantInState(t *testing.T, tf *acctest.Terraform, id string) {
	t.Helper()
	state := tf.Read("terraform.tfstate")
	if !strings.Contains(state, `"deployment_id": "`+id+`"`) || strings.Contains(state, `"status": "tainted"`) {
		t.Errorf("the state does not have %s untainted:\n%s", id, state)
	}
}

// labeled returns a deployment's configuration under another resource name.
func labeled(config fmt.Stringer, label string) string {
	return strings.Replace(config.String(), `"test" {`, fmt.Sprintf("%q {", label), 1)
}

// unknownToken makes the credential of the provider unknown at plan: before, the
// credential comes from the environment.
const unknownToken = `
resource "terraform_data" "token" {
  input = "test-token"
}
provider "ioneth" {
  token = terraform_data.token.output
}
`

// A resource name that changes without a moved block is an error before anything
// is destroyed, also when the plan makes no API calls. With the moved block of the
// error nothing changes, and neither does it when another resource adopts the
// deployment that a removed block leaves.
func TestAccDeployment_resourceRenamed(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", base.String())
	tf.Run("apply", "-auto-approve")
	id := env.newest()
	env.API.ResetJournal()
	tf.Write("main.tf", labeled(base, "llm"))
	for _, provider := range []string{"", "provider \"ioneth\" {\n  plan_checks = false\n}\n", unknownToken} {
		tf.Write("provider.tf", provider)
		out := mustFail(t, tf, "apply", "-auto-approve")
		tf.WantOutput(out, `claim the name "vllm". The deployment `+id+` has it now.`)
		tf.WantOutput(out, "moved {")
	}
	tf.Write("provider.tf", "")
	tf.Write("main.tf", labeled(base.with(attributes{"count": "1"}), "llm"))
	tf.Write("moved.tf", "moved {\n  from = ioneth_caas_deployment.test\n  to = ioneth_caas_deployment.llm[0]\n}\n")
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "0 added, 0 changed, 0 destroyed")
	tf.Write("moved.tf", "removed {\n  from = ioneth_caas_deployment.llm\n  lifecycle {\n    destroy = false\n  }\n}\n")
	tf.Write("main.tf", labeled(base, "adopted")+"import {\n  to = ioneth_caas_deployment.adopted\n  id = \""+id+"\"\n}\n")
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "1 imported, 0 added, 0 changed, 0 destroyed")
	wantInState(t, tf, id)
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
	env.deploymentsAre(t, "running")
}

// Terraform plans a destroy and a create under one name in any order. After the
// destroy the name can be claimed again.
func TestDeployment_nameClaimedInAnyOrder(t *testing.T) {
	t.Parallel()
	const claimed = "Two resources claim the name"
	for _, createFirst := range []bool{true, false} {
		env := newEnv(t, caastest.Options{})
		old, replacement := env.created(t, base), env.core(t)
		old.Server = env.Server(t) // both are in one process
		replacement.Server = old.Server
		old.Read()
		if createFirst {
			replacement.plan(base)
			old.planFails(destroyed, claimed)
		} else {
			old.plan(destroyed)
			replacement.planFails(base, claimed)
		}
		old.Server = nil
		p := old.plan(destroyed)
		old.Server = replacement.Server
		if diagnostics, ok := old.Apply(p); !ok {
			t.Errorf("the destroy fails: %q", diagnostics)
		}
		replacement.plan(base)
	}
}

// A replacement keeps its name in every way in which Terraform plans one, also when
// the API releases the name late and an ended deployment has it too. The capacity that
// the old deployment frees counts.
func TestDeployment_replacedUnderItsName(t *testing.T) {
	t.Parallel()
	other := base.with(attributes{"container_config.replica_count": "2"})
	renamed := other.with(attributes{"resource_private_name": `"sglang"`})
	for name, c := range map[string]struct {
		config                                  attributes // after the first apply
		taint, force, noRefresh, renamedOutside bool
	}{
		"replacement":                              {config: other},
		"replacement, without refresh":             {config: other, noRefresh: true},
		"forced":                                   {config: base, force: true},
		"forced, without refresh":                  {config: base, force: true, noRefresh: true},
		"forced with an update":                    {config: hours(30), force: true},
		"tainted":                                  {config: base, taint: true},
		"tainted and changed":                      {config: other, taint: true},
		"renamed outside Terraform":                {config: renamed, renamedOutside: true},
		"renamed outside Terraform, not refreshed": {config: renamed, renamedOutside: true, noRefresh: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: caastest.Timings{
				Provision: time.Minute, URL: time.Second, Terminate: 20 * time.Second, ReleaseName: 15 * time.Second,
			}})
			terraform := env.created(t, base)
			if c.renamedOutside {
				env.API.Edit(env.newest(), func(d *caastest.Deployment) { d.Name = "sglang" })
			}
			env.API.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusCompleted})
			env.API.SetReplicas(203, 1, 1) // beside the one that is replaced
			terraform.Tainted, terraform.Replace, terraform.NoRefresh = c.taint, c.force, c.noRefresh
			p := terraform.plan(c.config)
			warns := strings.Contains(strings.Join(p.Diagnostics, "\n"), "Replacement of the deployment")
			if warns == c.force || strings.Contains(strings.Join(p.Diagnostics, "\n"), "Insufficient capacity") { // Terraform drops the warnings of a forced replacement
				t.Errorf("the plan has the diagnostics %q", p.Diagnostics)
			}
			terraform.sent()
			if diagnostics, ok := terraform.Apply(p); !ok {
				t.Fatalf("the apply fails: %q", diagnostics)
			}
			env.replacedFirst(t)
			terraform.has("deployment_id", env.newest())
			terraform.Replace = false
			terraform.empty(c.config)
		})
	}
}

// newest returns the ID of the last deployment.
func (env *testEnv) newest() string {
	all := env.API.Deployments()
	return all[len(all)-1].ID
}

// replacedFirst checks that the first deployment was destroyed, and then another one
// bought.
func (env *testEnv) replacedFirst(t *testing.T) {
	t.Helper()
	sent := env.changes()
	if len(sent) != 2 || sent[0] != "DELETE /deployment/ID" || !strings.HasPrefix(sent[1], "POST /deploy ") {
		t.Errorf("the apply sent %q", sent)
	}
	if d := env.API.Deployments()[0]; d.Status != caastest.StatusDestroyed {
		t.Errorf("the old deployment is %s", d.Status)
	}
}

// So it is in Terraform, also for what is imported in the same plan, and beside an
// ended deployment of the same name.
//
// Terraform does not show the provider a tainted resource that is not refreshed, so
// its own deployment looks like that of another resource. That plan fails, says what
// to do, and destroys nothing.
func TestAccDeployment_replacedUnderItsName(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", base.String())
	tf.Run("apply", "-auto-approve")
	tf.Run("state", "rm", address)
	env.API.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusCompleted})
	env.API.SetReplicas(203, 1, 1)
	env.API.ResetJournal()
	tf.Write("main.tf", base.with(attributes{"container_config.replica_count": "2"}).String()+"\nimport {\n  to = "+address+"\n  id = \"vllm\"\n}\n")
	out := tf.Run("apply", "-auto-approve")
	tf.WantOutput(out, "Replacement of the deployment")
	if strings.Contains(out, "Insufficient capacity") {
		t.Errorf("the plan does not count the capacity that the old deployment frees:\n%s", out)
	}
	env.replacedFirst(t)
	wantInState(t, tf, env.newest())
	tf.Run("apply", "-auto-approve", "-replace="+address)
	tf.Run("taint", address)
	tf.WantOutput(mustFail(t, tf, "apply", "-auto-approve", "-refresh=false"), "If this resource is tainted, the provider recognizes its deployment only after a refresh: run terraform plan or apply without -refresh=false.")
	env.deploymentsAre(t, "destroyed", "completed", "destroyed", "running")
}

// Two resources with one name are a plan error, whichever Terraform plans first.
func TestAccDeployment_copiedBlock(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	copied := labeled(base, "copy")
	for name, config := range map[string]string{"copied block": base.String() + "\n" + copied, "count": base.with(attributes{"count": "3"}).String()} {
		tf.Write("main.tf", config)
		out := mustFail(t, tf, "apply", "-auto-approve")
		tf.WantOutput(out, `Two resources claim the name "vllm".`)
		tf.WantOutput(out, "Give each its own name")
		if calls := env.API.Requests("POST", ""); len(calls) > 0 {
			t.Errorf("%s: the API received %d requests", name, len(calls))
		}
	}
	env.deploymentsAre(t)

	tf.Write("main.tf", base.String())
	tf.Run("apply", "-auto-approve")
	env.API.ResetJournal()
	after := func(address string) attributes { return attributes{"depends_on": "[" + address + "]"} }
	for _, c := range []struct{ config, words string }{
		{base.String() + labeled(base.with(after(address)), "copy"), "Two resources claim the name"},
		// The copy is planned before the other one is read.
		{base.with(after("ioneth_caas_deployment.copy")).String() + copied, "If no other resource has that deployment"},
	} {
		tf.Write("main.tf", c.config)
		out := mustFail(t, tf, "plan")
		tf.WantOutput(out, env.newest())
		tf.WantOutput(out, c.words)
		if strings.Contains(out, "Replacement of") {
			t.Errorf("the plan warns of a replacement:\n%s", out)
		}
	}
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
}

// terraform destroy plans first. Every error of that plan that no destroy depends on
// says how to destroy regardless, and that works.
func TestAccDeployment_destroyRegardlessOfPlanErrors(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	env.API.Add(caastest.Deployment{Name: "taken"})
	tf := env.Terraform(t)
	tf.WriteProvider("max_retries = 0")
	changes := map[string]attributes{ // of the deployment with this name
		"shorter": {"duration_hours": "12"},
		"dearer":  {"hardware_id": "204", "max_cost_usdc": "1"},
		"renamed": {"resource_private_name": `"taken"`},
		"copied":  {},
		"unread":  {},
	}
	before, after := "", labeled(base.with(attributes{"resource_private_name": `"copied"`}), "copy")+
		"data \"ioneth_caas_deployment\" \"missing\" {\n  name = \"missing\"\n}\n"
	for name, change := range changes {
		config := base.with(attributes{"resource_private_name": fmt.Sprintf("%q", name)})
		before += labeled(config, name)
		after += labeled(config.with(change), name)
	}
	tf.Write("main.tf", before)
	tf.Run("apply", "-auto-approve")
	tf.Write("main.tf", after)
	unread, _ := env.API.ByName("unread")
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/" + unread.ID, Status: 500})
	out := mustFail(t, tf, "destroy", "-auto-approve", "-no-color")
	for _, words := range []string{
		"duration_hours is decreased", "max_cost_usdc allows 1.00", `The name "taken" is held by`,
		`Two resources claim the name "copied"`, "500 Internal Server Error", `no deployment with the name "missing"`,
	} {
		tf.WantOutput(out, words)
	}
	hints := acctest.Words("If terraform destroy stops with this error, run terraform destroy -refresh=false.").FindAllString(out, -1)
	if n := strings.Count(out, "Error: "); n != len(hints) {
		t.Errorf("%d of %d errors say how to destroy regardless:\n%s", len(hints), n, out)
	}
	tf.Run("destroy", "-auto-approve", "-refresh=false")
	env.deploymentsAre(t, "running", "destroyed", "destroyed", "destroyed", "destroyed", "destroyed")
}
