package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
)

// core is a Terraform in the test's process, with checks of what the API received.
type core struct {
	*acctest.Core
	env *testEnv
	t   *testing.T
}

func (env *testEnv) core(t *testing.T) *core {
	t.Helper()
	c := &core{env.Core(t), env, t}
	c.Variables = map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{"none": cty.NullVal(cty.String)})}
	return c
}

// created returns a core that has applied a configuration, without its requests.
func (env *testEnv) created(t *testing.T, config fmt.Stringer) *core {
	t.Helper()
	c := env.core(t)
	c.apply(config)
	env.API.ResetJournal()
	return c
}

// late sets the value of the expression "late": cty.DynamicVal is not known yet.
func (c *core) late(value cty.Value) { c.Variables["late"] = value }

// plan plans, which must succeed.
func (c *core) plan(config fmt.Stringer) *acctest.Plan {
	c.t.Helper()
	p := c.Plan(config.String())
	if p.Action == "" {
		c.t.Fatalf("the plan fails: %q", p.Diagnostics)
	}
	return p
}

// apply plans and applies, which must succeed, and returns the diagnostics of the
// apply.
func (c *core) apply(config fmt.Stringer) []string {
	c.t.Helper()
	diagnostics, ok := c.Apply(c.plan(config))
	if !ok {
		c.t.Fatalf("the apply fails: %q", diagnostics)
	}
	return diagnostics
}

// fails plans and applies, and one of the two must fail with an error of these words.
func (c *core) fails(config fmt.Stringer, words string) {
	c.t.Helper()
	diagnostics, ok := c.Apply(c.Plan(config.String()))
	c.wantWords(diagnostics, words)
	if ok {
		c.t.Errorf("the apply succeeds, want the error %q", words)
	}
}

// planFails plans, which must fail with an error of these words.
func (c *core) planFails(config fmt.Stringer, words string) {
	c.t.Helper()
	p := c.Plan(config.String())
	c.wantWords(p.Diagnostics, words)
	if p.Action != "" {
		c.t.Errorf("the plan has the action %s, want the error %q", p.Action, words)
	}
}

// wantWords checks that diagnostics have these words.
func (c *core) wantWords(diagnostics []string, words string) {
	c.t.Helper()
	if !acctest.Words(words).MatchString(strings.Join(diagnostics, "\n")) {
		c.t.Errorf("the diagnostics are %q, want %q", diagnostics, words)
	}
}

// empty checks that the plan has nothing to change.
func (c *core) empty(config fmt.Stringer) {
	c.t.Helper()
	if p := c.plan(config); p.Action != "no-op" {
		c.t.Errorf("the plan has the action %s, want none", p.Action)
	}
}

// sent checks that the API received exactly these changes since the last such
// check.
func (c *core) sent(want ...string) {
	c.t.Helper()
	if got := c.env.changes(); !slices.Equal(got, want) {
		c.t.Errorf("the API received\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	c.env.API.ResetJournal()
}

// becomes applies a configuration: the plan has the action, the API receives these
// requests, and the next plan is empty. An update that leaves the container definition
// as it is makes only those attributes unknown that an extension changes.
func (c *core) becomes(config fmt.Stringer, action string, requests ...string) {
	c.t.Helper()
	p := c.plan(config)
	if p.Action != action {
		c.t.Errorf("the plan has the action %s, want %s", p.Action, action)
	}
	patches := slices.ContainsFunc(requests, func(r string) bool { return strings.HasPrefix(r, "PATCH") })
	var unknown []string
	if p.Changes("duration_hours") {
		unknown = []string{"amount_paid_usdc", "ends_at", "paid_hours"}
	}
	if action == "update" && !patches && !slices.Equal(p.Unknown, unknown) {
		c.t.Errorf("the plan makes %q unknown, want %q", p.Unknown, unknown)
	}
	if diagnostics, ok := c.Apply(p); !ok {
		c.t.Fatalf("the apply fails: %q", diagnostics)
	}
	c.empty(config)
	c.sent(requests...)
}

// has checks an attribute of the state, as fmt prints it.
func (c *core) has(attribute, want string) {
	c.t.Helper()
	if got := fmt.Sprint(c.State()[attribute]); got != want {
		c.t.Errorf("%s is %s, want %s", attribute, got, want)
	}
}
