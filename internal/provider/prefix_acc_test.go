package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// prefixed is the base deployment with a prefix in the place of its name.
var prefixed = base.with(attributes{"resource_private_name": "", "resource_private_name_prefix": `"vllm-"`})

var generatedName = regexp.MustCompile(`^vllm-[a-z0-9]{8}$`)

// wantGeneratedNames checks the names of all deployments that the API ever had.
func (env *testEnv) wantGeneratedNames(t *testing.T, n int) {
	t.Helper()
	names := map[string]bool{}
	for _, d := range env.API.Deployments() {
		names[d.Name] = true
		if !generatedName.MatchString(d.Name) {
			t.Errorf("the name is %q", d.Name)
		}
	}
	if len(names) != n {
		t.Errorf("%d names, want %d", len(names), n)
	}
}

// With a prefix the replacement runs before the old deployment is destroyed, also
// when the old one has a fixed name. With a fixed name both deployments would need it
// at the same time: the plan warns of it, and the error at apply says what to use.
func TestAccDeployment_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	write := func(config, changes attributes) {
		tf.Write("main.tf", config.with(attributes{"lifecycle.create_before_destroy": "true"}).with(changes).String())
	}
	fixed := base.with(attributes{"resource_private_name": `"vllm-fixed123"`})
	write(fixed, nil)
	tf.Run("apply", "-auto-approve")
	replaced := func(flags ...string) string {
		t.Helper()
		env.API.ResetJournal()
		out := tf.Run(append([]string{"apply", "-auto-approve"}, flags...)...)
		if sent := env.changes(); len(sent) != 2 || !strings.HasPrefix(sent[0], "POST /deploy ") || sent[1] != "DELETE /deployment/ID" {
			t.Errorf("the API received %q", sent)
		}
		return out
	}
	write(prefixed, attributes{"hardware_id": "204"})
	tf.WantOutput(replaced(), "With create_before_destroy the old deployment runs until the replacement is created. Without it the service is down until the replacement is running.")
	replaced("-replace=" + address)
	env.deploymentsAre(t, "destroyed", "destroyed", "running")

	// Several deployments may have one prefix.
	tf.Write("more.tf", labeled(prefixed.with(attributes{"for_each": `toset(["a", "b"])`}), "instances")+labeled(prefixed, "other"))
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "3 added, 0 changed, 0 destroyed")
	env.wantGeneratedNames(t, 6)
	tf.WantOutput(tf.Run("plan"), "No changes.")

	write(fixed, attributes{"hardware_id": "204"})
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "0 added, 1 changed, 0 destroyed")
	write(fixed, nil)
	out := mustFail(t, tf, "apply", "-auto-approve")
	tf.WantOutput(out, "create_before_destroy, on this resource or one that depends on it, requires resource_private_name_prefix.")
	tf.WantOutput(out, "If this resource, or one that depends on it, has create_before_destroy: the new deployment needs the name while the old one still has it.")
	tf.WantOutput(out, "Use resource_private_name_prefix instead of resource_private_name. After an apply that failed for this reason, the old deployment is a deposed object in the state")
	env.deploymentsAre(t, "destroyed", "destroyed", "running", "running", "running", "running")
	if state := tf.Read("terraform.tfstate"); !strings.Contains(state, `"deposed": "`) {
		t.Errorf("the state has no deposed object:\n%s", state)
	}
	write(prefixed, nil)
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "1 added, 0 changed, 1 destroyed")
	env.deploymentsAre(t, "destroyed", "destroyed", "destroyed", "running", "running", "running", "running")
}

// A fixed name, a prefix and another prefix are changed into each other in place. A
// name that starts with the new prefix stays.
func TestDeployment_prefixChanged(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	name := func() string { return env.API.Deployments()[0].Name }
	apply := func(config attributes, want string) {
		t.Helper()
		before := name()
		if p := terraform.plan(config); p.Action != "update" {
			t.Errorf("%q: the plan has the action %s", want, p.Action)
		}
		terraform.apply(config)
		if !regexp.MustCompile(`^(` + want + `)$`).MatchString(name()) {
			t.Errorf("the name is %q, want %q", name(), want)
		}
		if name() == before {
			terraform.sent()
		} else {
			terraform.sent(`PUT /clusters/ID/update-name {"cluster_name":"` + name() + `"}`)
		}
		terraform.empty(config)
	}
	prefix := func(prefix string) attributes {
		return prefixed.with(attributes{"resource_private_name_prefix": `"` + prefix + `"`})
	}
	apply(prefix("vl"), "vllm") // the name starts with it
	apply(prefix("vllm-"), "vllm-[a-z0-9]{8}")
	apply(prefix("sglang-"), "sglang-[a-z0-9]{8}")
	apply(base.with(attributes{"resource_private_name": `"final"`}), "final")
	apply(prefix("vllm-"), "vllm-[a-z0-9]{8}")

	// A prefix that is not known at plan may become any.
	late := prefixed.with(attributes{"resource_private_name_prefix": "late"})
	for _, prefix := range []string{"vllm-", "llm-"} {
		terraform.late(cty.UnknownVal(cty.String))
		p := terraform.plan(late)
		terraform.late(cty.StringVal(prefix))
		if diagnostics, ok := terraform.Apply(p); !ok || !strings.HasPrefix(name(), prefix) {
			t.Errorf("the apply with the prefix %s: %q, the name is %q", prefix, diagnostics, name())
		}
		terraform.empty(late)
	}
	env.deploymentsAre(t, "running")
}

// Under ignore_changes the configuration has the name of the state beside the prefix,
// and the name stays.
func TestAccDeployment_prefixWithIgnoredName(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	write := func(prefix, ignored string) {
		tf.Write("main.tf", prefixed.with(attributes{
			"resource_private_name_prefix": `"` + prefix + `"`, "lifecycle.ignore_changes": ignored,
		}).String())
	}
	write("vllm-", "[]")
	tf.Run("apply", "-auto-approve")
	env.API.Edit(env.newest(), func(d *caastest.Deployment) { d.Name = "renamed-outside" })
	env.API.ResetJournal()
	for _, ignored := range []string{"[resource_private_name]", "[resource_private_name, resource_private_name_prefix]"} {
		write("llm-", ignored)
		tf.Run("apply", "-auto-approve")
		tf.WantOutput(tf.Run("plan"), "No changes.")
	}
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
	tf.Run("destroy", "-auto-approve")
	env.deploymentsAre(t, "destroyed")
}
